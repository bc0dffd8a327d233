import ts from "typescript";
import { pulumiEngine, pulumiVersion } from "../scripts/engines";
import { median } from "./median";
import { Workspace } from "./workspace";

const ROUNDS = 5;

/** Loads what a flows program loads, and makes nothing. */
const SOURCE = `import * as pulumi from "@pulumi/pulumi";
import { kosli } from "pulumi-flows";

export const stack: string = pulumi.getStack();
export const flow = typeof kosli.Flow;
`;

/** Strict, and otherwise what programs for Pulumi usually have. */
const COMPILER_OPTIONS = {
  strict: true,
  outDir: "bin",
  target: "es2020",
  module: "commonjs",
  moduleResolution: "node",
  sourceMap: true,
  experimentalDecorators: true,
  pretty: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  forceConsistentCasingInFileNames: true,
};

const PROJECT = "name: bench\nruntime: nodejs\n";
const PROJECT_WITHOUT_TYPESCRIPT =
  "name: bench\nruntime:\n  name: nodejs\n  options:\n    typescript: false\nmain: bin/\n";

interface Variant {
  readonly title: string;
  readonly project: string;
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly compiled?: true;
}

const variants: readonly Variant[] = [
  { title: "TypeScript, types checked: Pulumi's default", project: PROJECT },
  { title: "`noCheck: true` in tsconfig.json", project: PROJECT, compilerOptions: { noCheck: true } },
  {
    title: "`PULUMI_NODEJS_TRANSPILE_ONLY=true`",
    project: PROJECT,
    env: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
  },
  { title: "compiled before, `main: bin/`", project: `${PROJECT}main: bin/\n`, compiled: true },
  { title: "compiled before, `main: bin/`, `typescript: false`", project: PROJECT_WITHOUT_TYPESCRIPT, compiled: true },
];

/** How long one way of writing a program takes. */
export interface ProgramStart {
  readonly title: string;
  /** Median milliseconds of a preview. */
  readonly preview: number;
}

/** Previews a program without resources, written in several ways, in turns. */
export async function measureProgramStart(told: (line: string) => void): Promise<ProgramStart[]> {
  const version = pulumiVersion();
  if (!version) throw new Error("There is no Pulumi CLI on PATH.");
  const workspaces = variants.map(write);
  try {
    const engines = await Promise.all(
      workspaces.map((workspace, index) =>
        pulumiEngine(version, workspace.folder, variants[index]?.env ?? {}, ["dev"]),
      ),
    );
    const times = variants.map((): number[] => []);
    for (let round = 1; round <= ROUNDS; round++) {
      told(`round ${round} of ${ROUNDS}`);
      for (const [index, engine] of engines.entries()) {
        const begun = performance.now();
        const { ok, output } = await engine.run("preview", "dev");
        if (!ok) throw new Error(output);
        times[index]?.push(performance.now() - begun);
      }
    }
    return variants.map(({ title }, index) => ({ title, preview: median(times[index] ?? []) }));
  } finally {
    for (const workspace of workspaces) workspace.remove();
  }
}

function write({ project, compilerOptions, compiled }: Variant): Workspace {
  const workspace = new Workspace();
  workspace.write("Pulumi.yaml", project);
  workspace.write(
    "tsconfig.json",
    JSON.stringify({ compilerOptions: { ...COMPILER_OPTIONS, ...compilerOptions }, files: ["index.ts"] }),
  );
  workspace.write("index.ts", SOURCE);
  if (compiled) {
    const { outputText } = ts.transpileModule(SOURCE, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2020 },
    });
    workspace.write("bin/index.js", outputText);
  }
  return workspace;
}

/** The rows of the table: seconds. */
export function programStartTable(starts: readonly ProgramStart[]): string[][] {
  const [first] = starts;
  return [
    ["Program", "Seconds of a preview", "Saved"],
    ...starts.map(({ title, preview }) => [
      title,
      (preview / 1000).toFixed(1),
      first ? ((first.preview - preview) / 1000).toFixed(1) : "",
    ]),
  ];
}
