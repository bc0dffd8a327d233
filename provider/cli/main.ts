import { FlowError, VendorError } from "../lifecycle/errors";
import { version } from "../runtime/version";
import { nearestName } from "../vendors/nearest-name";
import type { Command } from "./command";
import { doctor } from "./doctor";
import { drift } from "./drift";
import { exportCommand } from "./export/command";
import { graph } from "./graph/command";
import { CommandError, type Io, UsageError } from "./io";
import { review } from "./review/command";

const commands: Readonly<Record<string, Command>> = { doctor, drift, export: exportCommand, graph, review };

function usage(): string {
  const names = Object.keys(commands);
  const width = Math.max(...names.map((name) => name.length));
  const list = names.map((name) => `  ${name.padEnd(width)}  ${commands[name]?.summary}`).join("\n");
  return `Usage: pulumi-flows <command> [options]

Commands:
${list}

pulumi-flows <command> --help tells the options of a command.
pulumi-flows --version tells the version.
`;
}

/** Runs the command that the arguments name. Answers with the exit code. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const [name = "", ...args] = argv;
  if (["--help", "-h", "help", ""].includes(name)) {
    const isAsked = name !== "";
    (isAsked ? io.stdout : io.stderr)(usage());
    return isAsked ? 0 : 1;
  }
  if (name === "--version" || name === "-v") return tellVersion(io);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (!command) throw unknown(name);
    if (args.includes("--help") || args.includes("-h")) {
      io.stdout(command.help);
      return 0;
    }
    if (args.includes("--version")) return tellVersion(io);
    return await command.run(args, io);
  } catch (error) {
    if (error instanceof UsageError) {
      const help = command ? `pulumi-flows ${name} --help` : "pulumi-flows --help";
      io.stderr(`${error.message}\n\`${help}\` tells what there is.\n`);
    } else if (error instanceof CommandError || error instanceof FlowError || error instanceof VendorError) {
      io.stderr(`${error.message}\n`);
    } else {
      io.stderr(`This is a mistake in pulumi-flows: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
    return 1;
  }
}

function tellVersion(io: Io): number {
  io.stdout(`${version}\n`);
  return 0;
}

function unknown(name: string): UsageError {
  const near = nearestName(name, [...Object.keys(commands), "--help", "--version"]);
  const what = name.startsWith("-") ? "option" : "command";
  return new UsageError(`There is no ${what} ${name}.${near ? ` Did you mean ${near}?` : ""}`);
}
