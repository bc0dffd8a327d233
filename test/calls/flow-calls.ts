import pick from "lodash/pick";
import type { FaultRule } from "../../testing/src/emulator";
import { Scene } from "../conformance/scene";
import type { Nature, Subject } from "../conformance/subject";
import { movedTo, operationsOf, type Rehearsed, rehearse, take } from "../faults/operations";
import { Stack } from "../harness/stack";

/** When a call is made: by which operations, or by which lookups; by the `operationId` of the call. */
export type Calls = Record<string, string[]>;

const NAMES = { read: "refresh", create: "create", adopt: "adopt", update: "update", delete: "delete" } as const;

/** What a list of everything and taking over what is there are for. */
const EXPORT = "export";

/** Answers that lead to calls that are not made otherwise: looks for what was lost, proofs of the account, other ways. */
const answers: readonly Omit<FaultRule, "match">[] = [
  { when: "after", then: { status: 500 } },
  { when: "before", then: { status: 404 } },
  { when: "before", then: { status: 200, body: { data: [] } } },
];

/** Every call that flows of a type lead to: in all operations at a vendor of each nature, with other answers to each call. */
export async function flowCalls(subject: Subject): Promise<Calls> {
  const made = new Map<string, Set<string>>();
  for (const nature of Object.values(subject.natures)) {
    for (const rehearsed of await rehearse(subject, nature, operationsOf(subject))) {
      const otherwise = nature.withoutFaults ? [] : await callsAnsweredOtherwise(subject, nature, rehearsed);
      const add = (call: string, when: string) => made.set(call, (made.get(call) ?? new Set()).add(when));
      for (const call of [...rehearsed.calls, ...otherwise]) add(call, NAMES[rehearsed.operation.kind]);
      for (const call of await callsOfTaking(subject, nature, rehearsed)) add(call, EXPORT);
      await rehearsed.start.emulator.close();
    }
  }
  // Adopting begins as creating does, so that only what it does beyond that is worth telling.
  for (const when of made.values()) if (when.has("create")) when.delete("adopt");
  const sorted = [...made].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([call, when]) => [call, [...Object.values(NAMES), EXPORT].filter((each) => when.has(each))]),
  );
}

/** The calls of listing everything and taking it over, where a reading begins. */
async function callsOfTaking(subject: Subject, nature: Nature, { operation, start }: Rehearsed): Promise<string[]> {
  if (operation.kind !== "read") return [];
  const world = await start.branch();
  const { bench } = new Scene(subject, nature.type ?? subject.type, world);
  world.emulator.clearJournal();
  const { lifecycle } = bench.run();
  for (const { id } of await lifecycle.list()) await lifecycle.take(id);
  const calls = world.emulator.journal().map((call) => call.operation);
  await world.emulator.close();
  return calls;
}

async function callsAnsweredOtherwise(subject: Subject, nature: Nature, rehearsed: Rehearsed): Promise<string[]> {
  const world = await rehearsed.start.branch();
  const { emulator } = world;
  const { bench } = new Scene(subject, nature.type ?? subject.type, world);
  const kept = movedTo(emulator.url, rehearsed.stack.kept, rehearsed);
  const calls: string[] = [];
  const attempt = async (action: () => Promise<unknown>) => {
    // How it ends is for the fault matrix to judge.
    await action().catch(() => undefined);
    calls.push(...emulator.journal().map(({ operation }) => operation));
    emulator.reset();
  };
  for (const index of rehearsed.calls.keys()) {
    for (const answer of answers) {
      emulator.faults([{ ...answer, match: { index } }]);
      await attempt(() => take(rehearsed.operation, new Stack(bench, kept)));
    }
  }
  const { kind, program } = rehearsed.operation;
  if (kind === "read" && kept) {
    const hints = pick(program, subject.lookUpBy ?? []);
    await attempt(() => bench.run().lifecycle.read(kept.id, hints));
  }
  await emulator.close();
  return calls;
}
