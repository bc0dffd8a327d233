import assert from "node:assert/strict";
import isEqual from "lodash/isEqual";
import omit from "lodash/omit";
import { rulesOf } from "../../provider/lifecycle/canonical";
import type { FieldRules } from "../../provider/lifecycle/flow-type";
import { isObject, type Values } from "../../provider/lifecycle/values";
import { Bench, type Benched } from "../harness/bench";
import { Stack } from "../harness/stack";
import { type FieldCase, keyFieldOf, type StoredObject, type Subject, type World } from "./subject";

/** One test's vendor, subject and bench. */
export class Scene {
  readonly bench: Bench;

  constructor(
    readonly subject: Subject,
    readonly type: Benched["type"],
    readonly world: World,
  ) {
    this.bench = new Bench({ ...subject, type }, world.emulator);
  }

  /** A stack that has brought this program up; the journal is empty then. */
  async created(program: Values): Promise<Stack> {
    const stack = new Stack(this.bench);
    await stack.up(program);
    this.world.emulator.clearJournal();
    return stack;
  }

  /** The one object that lives. */
  get only(): StoredObject {
    const found = this.world.objects();
    const [only] = found;
    assert.ok(only && found.length === 1, `there are ${found.length} objects`);
    return only;
  }

  /** The calls since the last look that changed something at the vendor. */
  changes(): string[] {
    const { emulator } = this.world;
    const changes = emulator.journal().filter(({ wrote }) => wrote);
    emulator.clearJournal();
    return changes.map(({ operation }) => operation);
  }

  /** Fails where Pulumi would show a difference between what a stack keeps and a program. */
  demandSettled(stack: Stack, program: Values): void {
    const { changed } = this.bench.run().lifecycle.diff(stack.resource.state, this.bench.inputs(program));
    assert.deepEqual(changed, [], "a difference remains");
  }

  /** Fails where the next run does not end as the program says, with one object. */
  async demandGoesOn(stack: Stack, program: Values): Promise<void> {
    await stack.up(program);
    assert.equal(this.only.key, this.type.label(stack.resource.state));
    await this.demandSettledAtVendor(stack, program);
  }

  /** Fails where the vendor holds something else than what a stack keeps, or the stack something else than the program. */
  async demandSettledAtVendor(stack: Stack, program: Values): Promise<void> {
    this.demandSettled(stack, program);
    await stack.refresh();
    this.demandSettled(stack, program);
  }
}

/** The programs of a subject, the smallest one first. */
export function programsOf({ least, programs }: Subject): readonly (readonly [name: string, program: Values])[] {
  return [["the least", least], ...Object.entries(programs)];
}

/** One field of a subject, with what the suites derive from it. */
export interface Field extends FieldCase {
  readonly name: string;
  readonly rules: FieldRules;
  /** Whether the program may leave it out. */
  readonly optional: boolean;
  /** The member of the stored content. */
  readonly stored: string;
  /** A program that declares it. */
  readonly program: Values;
  /** The same program with the other value. */
  readonly changed: Values;
  /** The same program without it. */
  readonly dropped: Values;
}

/** The fields of a subject. */
export function fieldsOf(subject: Subject): Field[] {
  return Object.entries(subject.fields).map(([name, field]) => {
    const [first] = Object.keys(subject.programs);
    const within = field.within ?? first ?? "";
    const program = subject.programs[within];
    const written = field.derivedFrom ?? name;
    assert.ok(program && written in program, `the program ${within} does not declare ${written}`);
    return {
      ...field,
      ...(field.neverSent ? { storedTo: undefined } : {}),
      name,
      rules: rulesOf(subject.type, name),
      optional: written === name && (subject.type.fields.shape[name]?.safeParse(undefined).success ?? false),
      stored: field.stored ?? name,
      program,
      changed: { ...program, ...field.toWith, [written]: field.to },
      dropped: omit(program, name, field.droppedWith ?? []),
    };
  });
}

/** The fields that a diff names, sorted, where a program changes these: also those that follow from them. */
export function namedBy({ type }: Subject, changed: readonly string[], before: Values, after: Values): string[] {
  const following = Object.keys(type.fields.shape).filter(
    (name) => rulesOf(type, name).derived && !isEqual(before[name], after[name]),
  );
  return [...new Set([...changed, ...following])].sort();
}

/** A program with another value of a field that has nothing to do with this one; none where there is no such field. */
export function changedElsewhere(subject: Subject, field: Field, program: Values): Values | undefined {
  const others = fieldsOf(subject).filter(
    ({ name, rules, stored }) => name in program && stored !== field.stored && !rules.replaces,
  );
  // Rather not by a rename, which is more than a change of a field.
  const other = others.find(({ name }) => name !== keyFieldOf(subject)) ?? others[0];
  return other && { ...program, [other.name]: other.to };
}

/** The name that a rename gives. */
export function nameTo(subject: Subject): string {
  return String(subject.fields[keyFieldOf(subject)]?.to);
}

/** The texts, numbers and truths in a value. */
export function leavesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (isObject(value)) return Object.values(value).flatMap(leavesOf);
  return value === undefined || value === null ? [] : [String(value)];
}
