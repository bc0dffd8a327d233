import { type Call, calleesOf, leavesOf, type ObjectLiteral, type TextFile } from "./expression";
import { print, quoted, WIDTH } from "./print";
import type { WrittenFlow } from "./written-flow";

/** The module that declares one flow. */
export function moduleOf({ flow, written }: WrittenFlow, modules: ReadonlyMap<string, string>): string {
  const [vendor = "", type = ""] = flow.type.token.split(":");
  const leaves = leavesOf(written);
  const has = (kind: string) => leaves.some((each) => each.kind === kind);
  const references = new Set(leaves.flatMap((each) => (each.kind === "reference" ? [each.to] : [])));
  const others = [...references]
    .map((variable) => importOf(`{ ${variable} }`, `./${modules.get(variable) ?? ""}`))
    .sort();
  const imports = [
    ...(has("file") ? [importOf("{ readFileSync }", "node:fs"), importOf("{ join }", "node:path")] : []),
    ...(has("secret") ? [importOf("* as pulumi", "@pulumi/pulumi")] : []),
    importOf(`{ ${vendor} }`, "pulumi-flows"),
    ...others,
  ];
  const builders = [...new Set(calleesOf(written).map((callee) => callee.split(".")[0]))].sort();
  const constants = [
    ...(builders.length > 0 ? [`const { ${builders.join(", ")} } = ${vendor};`] : []),
    ...(has("secret") ? ["const config = new pulumi.Config();"] : []),
    ...(has("file") ? [reader(flow.slug)] : []),
  ];
  const resource = print(created(`new ${vendor}.${type}`, flow.slug, written), `export const ${flow.variable} = `, ";");
  return [imports, constants, [resource]]
    .filter((block) => block.length > 0)
    .map((block) => `${block.join("\n")}\n`)
    .join("\n");
}

function importOf(what: string, module: string): string {
  return `import ${what} from ${quoted(module)};`;
}

/** The function that reads the texts of a module. */
function reader(folder: string): string {
  const start = "const text = (file: string) =>";
  const body = `readFileSync(join(__dirname, ${quoted(folder)}, file), "utf8");`;
  return `${start}${start.length + 1 + body.length > WIDTH ? "\n  " : " "}${body}`;
}

function created(callee: string, name: string, args: ObjectLiteral): Call {
  return { kind: "call", callee, arguments: [{ kind: "literal", value: name }, args], build: () => undefined };
}

/** The texts that a module reads. */
export function textsOf({ written }: WrittenFlow): TextFile[] {
  return leavesOf(written).filter((each) => each.kind === "file");
}
