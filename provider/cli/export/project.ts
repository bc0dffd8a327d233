import { version } from "../../runtime/version";
import type { ExportedFile } from "./program";

/** What makes a folder a Pulumi project, for those who have none. */
export function projectFiles(vendor: string): ExportedFile[] {
  const name = `${vendor}-flows`;
  const manifest = {
    name,
    private: true,
    dependencies: { "@pulumi/pulumi": "^3.216.0", "pulumi-flows": `^${version}` },
    devDependencies: { "@types/node": "^20", typescript: "^5.9" },
  };
  const compiler = {
    compilerOptions: {
      target: "ES2022",
      module: "Node16",
      moduleResolution: "Node16",
      types: ["node"],
      strict: true,
      skipLibCheck: true,
      noEmit: true,
    },
  };
  const files = {
    "Pulumi.yaml": `name: ${name}\ndescription: Flows that were made by hand, exported by pulumi-flows\nruntime: nodejs\n`,
    "package.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "tsconfig.json": `${JSON.stringify(compiler, null, 2)}\n`,
    // A text whose line ends git changed would be a change of its flow.
    ".gitattributes": "flows/*/** -text\n",
    ".gitignore": "node_modules/\n# Hold secrets in clear.\nimport.json\nsecrets.json\n",
  };
  return Object.entries(files).map(([path, text]) => ({ path, text, scaffold: true }));
}
