import type { Switches } from "../../testing/src/emulator";
import { vendors } from "../../testing/src/emulator/vendors";

/** A switch of the emulator with a value that is not its default. */
export interface SwitchValue {
  readonly vendor: string;
  readonly name: string;
  readonly value: unknown;
}

/**
 * Switches, or values of them, with which no promise can hold, or which have nothing to do with it: by `name` or
 * `name=value`, with the reason.
 */
const LEFT_OUT: Readonly<Record<string, string>> = {
  keys: "Who may do what is tried by the conformance suite.",
  humanloopKeys: "Who may do what is tried by the conformance suite.",
  kapsoKeys: "Who may do what is tried by the conformance suite.",
  runtypeKeys: "Who may do what is tried by the conformance suite.",
  archiveIgnored: "Sabotage: what is deleted stays.",
  kapsoArchiveIgnored: "Sabotage: what is ended goes on.",
  kapsoDeployFails: "Sabotage: nothing is ever deployed.",
  "kapsoArchivedRevives=refused": "What is archived keeps its name and never comes back: a deletion is for ever.",
  "visibilitySent=ignored": "What is sent is not stored, and a warning says that this differs for ever.",
  "runtypeDescription=untold": "The older servers ignore descriptions, and tell none.",
  kapsoDefinitionDelay:
    "The emulator counts looks, not time: the next run would still see what was there before this one.",
  runtypeReadDelay: "The emulator counts looks, not time: the next run would still see what was there before this one.",
  runtypeHourlyCalls: "The emulator's time is not that of the provider's clock; faults answer 429.",
};

/** All values that cases choose from. */
export const switchValues: readonly SwitchValue[] = Object.values(vendors).flatMap(({ name: vendor, switches }) =>
  Object.entries(switches.schema).flatMap(([name, schema]) => {
    const usual: unknown = Reflect.get(switches.defaults, name);
    return valuesOf(schema, usual)
      .filter((value) => value !== usual && !(name in LEFT_OUT) && !(`${name}=${String(value)}` in LEFT_OUT))
      .map((value) => ({ vendor, name, value }));
  }),
);

function valuesOf(schema: { enum?: readonly unknown[]; type?: unknown }, usual: unknown): readonly unknown[] {
  if (schema.enum) return schema.enum;
  if (schema.type === "boolean") return [true, false];
  // A small number: so many answers come late, or so many items are on a page.
  if (schema.type === "integer" && typeof usual === "number" && usual < 10) return [1, 2];
  return [];
}

/** Pairs of which the second cannot be where the first is. */
const NEVER_TOGETHER: readonly (readonly [first: string, second: string, reason: string])[] = [
  ["kapsoLock=required", "kapsoLegacyTakesLock=true", "The older API tells no lock that a write could name."],
];

/** As the emulator takes them; of several values of one switch the last counts. */
export function switchesOf(values: readonly SwitchValue[]): Partial<Switches> {
  const all = new Map(values.map(({ name, value }) => [name, value]));
  const is = (pair: string) => [...all].some(([name, value]) => `${name}=${String(value)}` === pair);
  for (const [first, second] of NEVER_TOGETHER) if (is(first) && is(second)) all.delete(second.split("=")[0] ?? "");
  return Object.fromEntries(all);
}
