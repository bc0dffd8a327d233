#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { ControlError, startEmulator } from "./emulator";
import { rehearseCommand } from "./rehearsal/command";

const usage = `Usage: pulumi-flows-testing <command>

Commands:
  emulator --port 4010 [--latency 50] [--seed file]
      Plays the vendors on http://127.0.0.1:<port> until it is interrupted.
      --port     port to listen on; 0 for any free one (default 4010)
      --latency  milliseconds added to every vendor call (default 0)
      --seed     JSON or YAML file with what is stored to begin with,
                 such as the answer of GET /__emulator/state

  rehearse <preview|up|refresh|destroy|import|export> [--cwd DIR] [--stack dev]
      Runs a Pulumi program of flows on this machine, without the Pulumi CLI.
      rehearse --help tells its options.
`;

/** The command line was wrong: exit code 2, with the usage. */
class UsageError extends Error {}

const commands: Record<string, (args: string[]) => Promise<void>> = {
  emulator,
  rehearse: async (args) => {
    process.exitCode = await rehearseCommand(args);
  },
};

async function emulator(args: string[]): Promise<void> {
  const { values } = parsed(() =>
    parseArgs({
      args,
      options: {
        port: { type: "string", default: "4010" },
        latency: { type: "string", default: "0" },
        seed: { type: "string" },
      },
    }),
  );
  const started = await startEmulator({
    port: wholeNumber("--port", values.port, 65_535),
    latency: wholeNumber("--latency", values.latency, 600_000),
    ...(values.seed !== undefined && { seed: parse(readFileSync(values.seed, "utf8")) }),
  });
  process.stdout.write(`${started.url}\n`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await started.close();
}

function parsed<T>(parseCommandLine: () => T): T {
  try {
    return parseCommandLine();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  throw new UsageError(`${option} must be a whole number from 0 to ${most}, not '${text}'`);
}

async function main([name, ...args]: string[]): Promise<void> {
  if (name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(usage);
    return;
  }
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(name === undefined ? "No command" : `Unknown command '${name}'`);
  await command(args);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const told = error instanceof ControlError || (error instanceof Error && "code" in error);
  process.stderr.write(`${told ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
