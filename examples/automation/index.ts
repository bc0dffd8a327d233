// An environment for each customer: brings the stacks of all customers up, several at once, with Pulumi's Automation API.
//
//   npx ts-node index.ts [preview | up | destroy] [--at-once 4] [--only acme,globex]
//
// A customer that fails stops no other; the exit code is 1 then. Stacks of nobody on the list are named, and left alone.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CommandError, ConcurrentUpdateError, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { atOnce } from "./at-once";

interface Customer {
  /** The name of the stack. */
  readonly name: string;
  /** Its configuration. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What all runs together may ask of each account in a minute. Each run keeps to its limits alone, so it gets its share. */
const CALLS_PER_MINUTE = 240;
const CALLS_AT_ONCE = 12;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { "at-once": { type: "string", default: "4" }, only: { type: "string" } },
});
const operation = positionals[0] ?? "up";
const limit = Number(values["at-once"]);
const only = values.only?.split(",");

const all: Customer[] = JSON.parse(readFileSync(join(__dirname, "customers.json"), "utf8"));
const customers = only ? all.filter(({ name }) => only.includes(name)) : all;

const PROGRAM = join(__dirname, "customer");

const shared = {
  ...limitsOf("kapso"),
  ...limitsOf("kosli"),
  ...limitsOf("runtype"),
};

function limitsOf(vendor: string): Record<string, string> {
  return {
    [`${vendor}:maxRequestsPerMinute`]: String(Math.max(1, Math.floor(CALLS_PER_MINUTE / limit))),
    [`${vendor}:maxInFlight`]: String(Math.max(1, Math.floor(CALLS_AT_ONCE / limit))),
  };
}

// The CLI notes in a file of the folder which stack was selected last: two at once would write it at the same time.
let opening: Promise<unknown> = Promise.resolve();

function open({ name }: Customer): Promise<Stack> {
  const opened = opening.then(() => LocalWorkspace.createOrSelectStack({ stackName: name, workDir: PROGRAM }));
  opening = opened.catch(() => undefined);
  return opened;
}

/** Brings one customer's stack to what its settings say. Answers with a summary of what was done. */
async function run(customer: Customer): Promise<string> {
  const stack = await open(customer);
  const settings = Object.entries({ ...shared, ...customer.settings });
  await stack.setAllConfig(Object.fromEntries(settings.map(([key, value]) => [key, { value }])));
  await forget(stack, customer);
  if (operation === "preview") return told((await stack.preview()).changeSummary);
  if (operation === "destroy") return told((await stack.destroy()).summary.resourceChanges);
  return told((await stack.up()).summary.resourceChanges);
}

/**
 * Takes away settings of the program that the customer no longer has: what they asked for would else stay for ever. Secrets
 * were never on the list, and settings of vendors may be the customer's own account: they are left alone.
 */
async function forget(stack: Stack, { settings }: Customer): Promise<void> {
  const { name: project } = await stack.workspace.projectSettings();
  const own = `${project}:`;
  const former = Object.entries(await stack.getAllConfig()).flatMap(([key, { secret }]) =>
    key.startsWith(own) && !secret && !(key in settings) && !(key.slice(own.length) in settings) ? [key] : [],
  );
  if (former.length > 0) await stack.removeAllConfig(former);
}

/** The stacks of nobody on the list, such as those of former customers: what they hold lives on. */
async function strays(): Promise<string[]> {
  const workspace = await LocalWorkspace.create({ workDir: PROGRAM });
  // In Pulumi Cloud the organization may stand before the name.
  const names = (await workspace.listStacks()).map(({ name }) => name.split("/").at(-1) ?? name);
  return names.filter((stack) => !all.some(({ name }) => name === stack)).sort();
}

function told(changes: Partial<Record<string, number>> = {}): string {
  const done = Object.entries(changes).map(([operation, count]) => `${count} ${operation}`);
  return done.sort().join(", ") || "nothing";
}

/** Why a customer failed, in as many lines as Pulumi needs for it. */
function reasonOf(error: unknown): string {
  if (error instanceof ConcurrentUpdateError) return "another run is changing this stack; try again when it has ended";
  if (!(error instanceof CommandError)) return String(error);
  const lines = error.message.split("\n").map((line) => line.trim());
  const errors = lines.filter((line) => line.startsWith("error: ") && !/^error: update failed/.test(line));
  return [...new Set(errors)].join("\n  ") || error.message;
}

async function main(): Promise<void> {
  const unknown = only?.filter((name) => !all.some((customer) => customer.name === name)) ?? [];
  if (!["preview", "up", "destroy"].includes(operation) || !(limit >= 1) || unknown.length > 0) {
    throw new Error("usage: index.ts [preview | up | destroy] [--at-once 4] [--only acme,globex]");
  }
  const ended = await atOnce(limit, customers, async (customer) => {
    console.log(`${customer.name}: ${operation} begins`);
    return run(customer);
  });
  console.log(`\n${operation}, ${limit} at once:`);
  for (const each of ended) {
    console.log(each.ok ? `${each.item.name}: ${each.result}` : `${each.item.name}: FAILED\n  ${reasonOf(each.error)}`);
  }
  const failed = ended.filter(({ ok }) => !ok).length;
  console.log(`${ended.length - failed} customers done, ${failed} failed`);
  for (const stack of await strays()) {
    console.log(
      `${stack}: NOBODY on the list, left as it is; \`pulumi destroy --stack ${stack}\` takes away what it holds`,
    );
  }
  process.exitCode = failed > 0 ? 1 : 0;
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
