import isEqual from "lodash/isEqual";
import type { Values } from "../../provider/lifecycle/values";
import { fieldsOf, nameTo, programsOf, Scene } from "../conformance/scene";
import { keyFieldOf, type Nature, type Subject, type World } from "../conformance/subject";
import type { StackOptions } from "../harness/stack";
import { Stack } from "../harness/stack";

/** What Pulumi does in one step. */
export type Step = "up" | "refresh" | "destroy";

/** One step of a stack, from a certain moment on. */
export interface Operation {
  readonly kind: "create" | "adopt" | "read" | "update" | "delete";
  readonly name: string;
  readonly step: Step;
  /** The program that was brought up before; none where the stack is empty. */
  readonly before: Values | undefined;
  /** The program of the step. */
  readonly program: Values;
  /** What somebody did outside in between. */
  outside?(world: World): void;
}

/** Every step that may lead to calls of its own. */
export function operationsOf(subject: Subject): Operation[] {
  const keyField = keyFieldOf(subject);
  const name = String(subject.least[keyField]);
  const programs = programsOf(subject);
  const fields = fieldsOf(subject).filter(({ rules }) => !rules.replaces);
  const removeAll = (world: World) => {
    for (const { identity, key } of world.objects()) if (!isNeighbour(key)) world.remove(identity);
  };

  const creations = programs.map(
    ([what, program]): Operation => ({
      kind: "create",
      name: `create ${what}`,
      step: "up",
      before: undefined,
      program,
    }),
  );
  const adopts = !subject.waivers.some(({ rule, nature }) => rule === "adoption" && nature === undefined);
  const adoptions = (adopts ? programs : []).map(
    ([what, program]): Operation => ({
      kind: "adopt",
      name: `adopt ${what}`,
      step: "up",
      before: undefined,
      program: { ...program, adopt: true },
      outside: (world) => world.add(name, program),
    }),
  );
  const reads = programs.flatMap(([what, program]): Operation[] => {
    const read = { kind: "read", step: "refresh", before: program, program } as const;
    return [
      { ...read, name: `read ${what}` },
      {
        ...read,
        name: `read ${what}, gone`,
        outside: removeAll,
      },
    ];
  });
  const single = fields.flatMap(({ name: field, program, changed, dropped, optional }): Operation[] => {
    const change = { kind: "update", name: `change ${field}`, step: "up", before: program, program: changed } as const;
    return optional ? [change, { ...change, name: `drop ${field}`, program: dropped }] : [change];
  });
  const whole = programs.slice(1).flatMap(([what, program]): Operation[] => {
    const declared = fields.filter((field) => field.name in program);
    const changed = { ...program, ...Object.fromEntries(declared.map((field) => [field.name, field.to])) };
    const all = { kind: "update", step: "up", before: program } as const;
    const renamed = fields.some((field) => field.name === keyField) ? { [keyField]: nameTo(subject) } : {};
    const change = { ...all, name: `change all of ${what}`, program: changed };
    const drop = { ...all, name: `drop all of ${what} and rename`, program: { ...subject.least, ...renamed } };
    // Replaced, it is a deletion and a creation.
    return isInPlace(subject, program, drop.program) ? [change, drop] : [change];
  });
  const deletions = programs.flatMap(([what, program]): Operation[] => {
    const deletion = { kind: "delete", step: "destroy", before: program, program } as const;
    return [
      { ...deletion, name: `delete ${what}` },
      {
        ...deletion,
        name: `delete ${what}, gone`,
        outside: removeAll,
      },
    ];
  });
  return [...creations, ...adoptions, ...reads, ...single, ...whole, ...deletions];
}

/** Whether one program becomes the other without a replacement. */
function isInPlace(subject: Subject, before: Values, after: Values): boolean {
  return fieldsOf(subject).every(({ name, rules: { replaces, clear } }) => {
    const wanted = after[name] ?? clear;
    return !replaces || wanted === undefined || isEqual(before[name] ?? clear, wanted);
  });
}

/** An operation that was run once without faults. */
export interface Rehearsed {
  readonly operation: Operation;
  /** The moment before. */
  readonly start: World;
  readonly stack: Stack;
  /** Where it was run: states name it. */
  readonly url: string;
  /** The operations of the API that were called. */
  readonly calls: readonly string[];
  /** The object of the stack before and after; none where there is none. */
  readonly contentBefore: Values | undefined;
  readonly contentAfter: Values | undefined;
  readonly stateAfter: Values | undefined;
}

/** What an operation kept, as if it had been run at another address: states name their host. */
export function movedTo<T>(url: string, value: T, { url: from }: Rehearsed): T {
  return value && JSON.parse(JSON.stringify(value).replaceAll(from, url));
}

/** What stands beside the flow and is never to be touched. */
const NEIGHBOUR = "neighbour";

/** Whether this is the key of what stands beside the flow. */
export function isNeighbour(key: string): boolean {
  return new RegExp(`\\b${NEIGHBOUR}\\b`).test(key);
}

/**
 * Runs operations of a subject once without faults. Of those that lead to the same calls only the first is kept.
 * The worlds must be closed.
 */
export async function rehearse(
  subject: Subject,
  nature: Nature,
  operations: readonly Operation[],
): Promise<Rehearsed[]> {
  const seen = new Set<string>();
  const rehearsed: Rehearsed[] = [];
  for (const operation of operations) {
    const scene = new Scene(subject, nature.type ?? subject.type, await nature.open());
    const { world, bench } = scene;
    world.add(NEIGHBOUR);
    const content = () => world.objects().find(({ key }) => !isNeighbour(key))?.content;
    const stack = new Stack(bench);
    if (operation.before) await stack.up(operation.before);
    operation.outside?.(world);
    const contentBefore = content();
    const start = await world.branch();
    const { kept } = stack;
    world.emulator.clearJournal();
    await take(operation, stack);
    const calls = world.emulator.journal().map((call) => call.operation);
    const found = {
      operation,
      start,
      url: world.emulator.url,
      stack: new Stack(bench, kept),
      calls,
      contentBefore,
      contentAfter: content(),
      stateAfter: stack.kept?.state,
    };
    await world.emulator.close();
    const key = JSON.stringify([operation.kind, calls]);
    if (seen.has(key)) {
      await start.emulator.close();
      continue;
    }
    seen.add(key);
    rehearsed.push(found);
  }
  return rehearsed;
}

/** Takes the step of an operation. */
export async function take({ step, program }: Operation, stack: Stack, options?: StackOptions): Promise<void> {
  if (step === "up") await stack.up(program, options);
  else if (step === "refresh") await stack.refresh(options);
  else await stack.destroy(options);
}
