import omit from "lodash/omit";
import { createLifecycle } from "../../provider/lifecycle/lifecycle";
import { RunMemory } from "../../provider/lifecycle/run-memory";
import type { Values } from "../../provider/lifecycle/values";
import { fieldsOf, nameTo, programsOf } from "../conformance/scene";
import type { Subject } from "../conformance/subject";
import { TestClock, TestLog } from "../harness/bench";
import type { Declared } from "./engine";

/** A resource of the program, and how its arguments differ from one of the programs of its subject. */
export interface Resource {
  /** Stays through logical renames. */
  readonly uid: number;
  /** Its logical name. */
  readonly name: string;
  readonly subject: Subject;
  readonly base: { readonly name: string; readonly values: Values };
  /** The flow's name, where the type has names. */
  readonly key: string;
  /** The fields that were changed, or dropped, since. */
  readonly changes: Readonly<Record<string, "changed" | "dropped">>;
  readonly adopt: boolean;
  readonly overwrite: boolean;
}

/** The records that a flow type acts on. */
export function recordsOf({ type }: Subject): string {
  return type.records ?? type.token;
}

/** The names that programs and people give. */
export function namesOf(subject: Subject): readonly string[] {
  const { nameField } = subject.type;
  if (nameField === undefined) return [""];
  const first = String(subject.least[nameField]);
  return [first, nameTo(subject), `${first}-2`, `${first}-3`];
}

/** A program of a subject, by a number that wraps around. */
export function baseOf(subject: Subject, number: number): Resource["base"] {
  const programs = programsOf(subject);
  const [name, values] = programs[number % programs.length] ?? ["the least", subject.least];
  return { name, values };
}

/** Arguments as the program writes them. */
export function argsOf({ uid, subject, base, key, changes, adopt, overwrite }: Resource): Values {
  const { nameField } = subject.type;
  let args: Values = base.values;
  const fields = fieldsOf(subject);
  // What is changed together with another field only fits that one.
  for (const field of [...fields.filter(({ toWith }) => !toWith), ...fields.filter(({ toWith }) => toWith)]) {
    const { name, to, toWith, derivedFrom, droppedWith = [] } = field;
    if (changes[name] === "changed") args = { ...args, ...toWith, [derivedFrom ?? name]: to };
    if (changes[name] === "dropped") args = omit(args, name, droppedWith);
  }
  for (const { name, belongsTo } of fields) {
    if (belongsTo === undefined || !(name in args)) continue;
    args = { ...args, [name]: `${args[name]} of ${changes[belongsTo] ?? "the first"}` };
  }
  const unique = (subject.alsoUnique ?? []).filter((name) => name in args).map((name) => [name, `${name}-${uid}`]);
  return {
    ...args,
    ...Object.fromEntries(unique),
    ...(nameField === undefined ? {} : { [nameField]: key }),
    // What refuses to be destroyed would have to be declared again first.
    ...("forceDestroy" in subject.fields ? { forceDestroy: true } : {}),
    ...(adopt ? { adopt } : {}),
    ...(overwrite ? { onConflict: "overwrite" } : {}),
  };
}

/** What is registered for a resource. */
export function declaredBy(resource: Resource): Declared {
  return { name: resource.name, subject: resource.subject, args: argsOf(resource) };
}

/** Checked arguments, as Pulumi gets them; `undefined` where the program would be refused. */
export function inputsOf(resource: Resource): Values | undefined {
  const { type, settings } = resource.subject;
  const ports = {
    clock: new TestClock(),
    log: new TestLog(),
    memory: new RunMemory(),
    overrides: { adopts: () => false, overwrites: false },
  };
  const notAsked = () => {
    throw new Error("a check asks no vendor");
  };
  const { inputs, failures } = createLifecycle(type, () => settings("http://127.0.0.1"), notAsked, ports).check(
    argsOf(resource),
  );
  return failures.length > 0 ? undefined : inputs;
}

/** What nothing else of its records may have: how messages name it, and whatever else is unique. */
export function placeOf(resource: Resource, inputs: Values): string {
  const { subject } = resource;
  return `${recordsOf(subject)} ${subject.place?.(inputs) ?? subject.type.label(inputs)}`;
}
