import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { exportState } from "./export";
import { type RehearsalOptions, rehearse } from "./rehearse";

const USAGE = `Usage: pulumi-flows-testing rehearse <preview|up|refresh|destroy|import|export> [options]

Runs a Pulumi program of flows without the Pulumi CLI, on services of this machine only.

  --cwd DIR             the program's folder (default: this one)
  --stack NAME          the stack (default: dev)
  --state FILE          the state (default: .rehearsal/<stack>.json in the program's folder)
  --parallel N          calls at once (default: 16)
  --refresh             preview and up: refresh first
  --diff                show the properties of every step
  --target-replace URN  replace this resource and leave all others; may be given again
  --file FILE           import: the file, as \`pulumi import --file\` takes it, with inputs and outputs
  --protect BOOLEAN     import: whether nothing may delete what is imported (default: true)
  --show-secrets        export: secrets in clear
  --json                print the result as JSON and nothing else
`;

const OPERATIONS: RehearsalOptions["operation"][] = ["preview", "up", "refresh", "destroy", "import"];

/**
 * The command `rehearse`.
 * @returns the exit code: 0 done, 1 the run failed, 2 the command line is wrong.
 */
export async function rehearseCommand(argv: string[]): Promise<number> {
  let given: ReturnType<typeof parse>;
  try {
    given = parse(argv);
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = given;
  const [name, ...more] = positionals;
  if (values.help) return print(USAGE);
  if (more.length > 0) return misused(`Unexpected argument '${more[0]}'`);
  const parallel = Number(values.parallel);
  if (!Number.isInteger(parallel) || parallel < 1)
    return misused(`--parallel must be a number from 1, not '${values.parallel}'`);
  const place = {
    cwd: values.cwd,
    stack: values.stack,
    ...(values.state === undefined ? {} : { stateFile: resolve(values.state) }),
  };
  if (name === "export") {
    try {
      return print(
        `${JSON.stringify(await exportState({ ...place, showSecrets: values["show-secrets"] }), null, 2)}\n`,
      );
    } catch (error) {
      process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
      return 1;
    }
  }
  const operation = OPERATIONS.find((each) => each === name);
  if (!operation) return misused(name === undefined ? "No operation" : `Unknown operation '${name}'`);
  if ((operation === "import") !== (values.file !== undefined))
    return misused(operation === "import" ? "import needs --file" : "--file is for import alone");
  const result = await rehearse({
    ...place,
    operation,
    ...(values.file === undefined ? {} : { importFile: resolve(values.file) }),
    protect: values.protect !== "false",
    parallel,
    diff: values.diff,
    targetReplace: values["target-replace"],
    ...(values.refresh ? { refresh: true } : {}),
    ...(values.json ? { output: () => undefined } : {}),
  });
  if (values.json) print(`${JSON.stringify(result, null, 2)}\n`);
  return result.ok ? 0 : 1;
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      cwd: { type: "string", default: "." },
      stack: { type: "string", default: "dev" },
      state: { type: "string" },
      parallel: { type: "string", default: "16" },
      refresh: { type: "boolean", default: false },
      diff: { type: "boolean", default: false },
      file: { type: "string" },
      protect: { type: "string", default: "true" },
      "target-replace": { type: "string", multiple: true, default: [] },
      "show-secrets": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function misused(message: string): number {
  process.stderr.write(`${message}\n\n${USAGE}`);
  return 2;
}
