import isEqual from "lodash/isEqual";
import pick from "lodash/pick";
import { rulesOf } from "../../provider/lifecycle/canonical";
import { FlowError, VendorError } from "../../provider/lifecycle/errors";
import { declarationOf } from "../../provider/lifecycle/state";
import { isObject, type Values } from "../../provider/lifecycle/values";
import type { Emulator, Switches } from "../../testing/src/emulator";
import type { ResourceState } from "../../testing/src/rehearsal/state";
import { describe, shortType } from "../../testing/src/rehearsal/urn";
import { revealAll } from "../../testing/src/rehearsal/values";
import { type Field, fieldsOf } from "../conformance/scene";
import type { People, RuleName, StoredObject, Subject } from "../conformance/subject";
import { played } from "./case";
import { type Outcome, type RunOptions, type Stack, urnOf } from "./engine";
import { argsOf, inputsOf, type Resource, recordsOf } from "./program";

/** A promise was broken. */
export class Broken extends Error {
  override readonly name = "Broken";
}

/** A resource that the stack keeps. */
export interface Kept {
  readonly urn: string;
  readonly subject: Subject;
  readonly id: string;
  readonly values: Values;
}

/** Something at a vendor, as one flow type sees it. */
export interface Seen {
  readonly subject: Subject;
  readonly object: StoredObject;
}

/** A change that a person has made and no run has shown. */
interface Edit extends Seen {
  readonly field: Field;
  /** What the field holds since; of a map that the program owns by key: these keys. */
  readonly holds: unknown;
  readonly keys: readonly string[] | undefined;
}

/** What no message may say lightly: something of somebody's was overwritten, or nobody knows. */
const OWNS_UP = /has been overwritten|It is not known whether/;

/** Sees what becomes of everything at the vendors, and says when a promise is broken. It never asks the provider. */
export class Witness {
  readonly #people: ReadonlyMap<Subject, People>;
  /** What the stack need not keep, by records and identity: people's, or told of in a failure. */
  readonly #others = new Map<string, "somebody else's" | "told of" | "left">();
  readonly #deleted = new Set<string>();
  #edits: Edit[] = [];
  /** The URNs of resources that have what another resource, or a person, had made. */
  readonly #takers = new Set<string>();
  /** What people have ever changed: what clearing it leads to may depend on what they made of it. */
  readonly #touched = new Set<string>();
  /** The fields, and the keys of maps, that programs have declared of a resource since they were last seen to hold what they should, by URN and identity. */
  readonly #declared = new Map<string, Set<string>>();

  constructor(
    readonly stack: Stack,
    emulator: Emulator,
    readonly switches: Partial<Switches>,
  ) {
    this.#people = new Map(
      played.flatMap((subject) => (subject.shared ? [[subject, subject.shared.people(emulator, switches)]] : [])),
    );
  }

  people(subject: Subject): People {
    const people = this.#people.get(subject);
    if (!people) throw new Error(`nobody knows ${subject.type.token}`);
    return people;
  }

  /** Everything that lives, as each flow type sees it. */
  all(): Seen[] {
    return played.flatMap((subject) =>
      this.people(subject)
        .objects()
        .map((object) => ({ subject, object })),
    );
  }

  kept(): Kept[] {
    return this.stack.resources.filter((state) => !state.pendingReplacement).map(keptOf);
  }

  /** What a resource keeps, if it is there. */
  objectOf({ subject, id, values }: Kept, among = this.people(subject).objects()): StoredObject | undefined {
    const identity = subject.type.identity(id, values);
    const label = subject.type.label(values);
    return among.find((each) => each.identity === identity || (identity === label && each.key === label));
  }

  /** Whether a rule of the conformance suite is waived under the switches of this case. */
  waives(subject: Subject, rule: RuleName, field?: string): boolean {
    return subject.waivers.some(
      (waiver) =>
        waiver.rule === rule &&
        (waiver.field === undefined || waiver.field === field) &&
        (waiver.nature === undefined || this.#holds(subject.natures[waiver.nature]?.switches ?? {})),
    );
  }

  #holds(switches: Partial<Switches>): boolean {
    return Object.entries(switches).some(([name, value]) => Reflect.get(this.switches, name) === value);
  }

  /** A person has made something. */
  madeByPeople(before: readonly Seen[]): void {
    const known = new Set(before.map(idOf));
    for (const seen of this.all()) if (!known.has(idOf(seen))) this.#others.set(idOf(seen), "somebody else's");
  }

  deletedByPeople(kept: Kept): void {
    this.#deleted.add(gone(kept));
    const identity = kept.subject.type.identity(kept.id, kept.values);
    this.#edits = this.#edits.filter(({ subject, object }) => subject !== kept.subject || object.identity !== identity);
  }

  /** A person has changed a field of what the stack keeps; of a map that the program owns by key: what they wrote. */
  changedByPeople({ subject, object }: Seen, field: Field, written = field.theirs): void {
    const now = this.people(subject)
      .objects()
      .find(({ identity }) => identity === object.identity);
    if (!now) return;
    this.#touched.add(`${idOf({ subject, object })} ${field.stored}`);
    const keys = field.rules.owns && isObject(written) ? Object.keys(written) : undefined;
    this.#edits = this.#edits.filter(
      (each) =>
        each.object.identity !== object.identity ||
        each.field.stored !== field.stored ||
        (keys !== undefined && !isEqual(each.keys, keys)),
    );
    if (this.waives(subject, "conflict", field.name) || field.rules.conflicts === false || field.rules.writeOnly)
      return;
    this.#edits.push({ subject, object: now, field, keys, holds: held(now, field, keys) });
  }

  /** Fails where a run has broken a promise. */
  judge(
    program: readonly Resource[],
    options: RunOptions,
    outcome: Outcome,
    before: readonly Seen[],
    was: readonly Kept[],
  ): void {
    const after = this.all();
    for (const error of outcome.thrown) {
      const isExpected =
        error instanceof FlowError || error instanceof VendorError || (error instanceof Error && "properties" in error);
      demand(isExpected, `an unexpected error: ${error instanceof Error ? error.stack : String(error)}`);
    }
    const told = outcome.failures.join("\n");
    const kept = this.kept();
    for (const each of was) if (told.includes(`deleting ${describe(each.urn)}`)) this.#deleted.add(gone(each));
    this.#judgeKept(program, kept);
    this.#judgeOthers(program, options, outcome.failures, before, after, was);
    for (const seen of before) {
      const [former, now] = [this.#keeper(seen, was), this.#keeper(seen, kept)];
      if (now && former?.urn !== now.urn) this.#takers.add(now.urn);
    }
    this.#judgeLost(told, after, was);
    this.#judgeEdits(program, options, outcome, after, was);
    if (options.operation === "up" && outcome.failures.length === 0 && !options.targetReplace)
      this.#judgeDropped(program);
    this.#learnDeclared();
  }

  /** What the state keeps is there, and only what is being handed over is kept twice. */
  #judgeKept(program: readonly Resource[], kept: readonly Kept[]): void {
    const declared = new Set(program.map(urnOf));
    const owners = new Map<string, string>();
    for (const each of kept) {
      const object = this.objectOf(each);
      if (!object) {
        // Whoever deletes in vain may have deleted it.
        const isDeleted = this.#deleted.has(gone(each));
        demand(isDeleted, `${each.urn} is kept in the state, and nothing is there`);
        continue;
      }
      const id = idOf({ subject: each.subject, object });
      const owner = owners.get(id);
      const isHandedOver = owner !== undefined && !(declared.has(owner) && declared.has(each.urn));
      demand(owner === undefined || isHandedOver, `${owner} and ${each.urn} are one at the vendor`);
      owners.set(id, each.urn);
    }
  }

  /** What is not the stack's is left alone, and taken over only where somebody has said so. */
  #judgeOthers(
    program: readonly Resource[],
    { env = {} }: RunOptions,
    failures: readonly string[],
    before: readonly Seen[],
    after: readonly Seen[],
    was: readonly Kept[],
  ): void {
    const ownsUp = failures.filter((failure) => OWNS_UP.test(failure));
    for (const seen of before) {
      const { subject, object } = seen;
      const whose = this.#others.get(idOf(seen));
      if (whose === undefined || this.#keeper(seen, was)) continue;
      const now = after.find((each) => each.subject === subject && each.object.identity === object.identity);
      const keeper = this.#keeper(now ?? seen, this.kept());
      if (keeper) {
        const resource = program.find((each) => urnOf(each) === keeper.urn);
        const isNamed = names(env.PULUMI_FLOWS_ADOPT, keeper.subject.type.label(keeper.values));
        const isAllowed = resource?.adopt || isNamed || subject.type.onDuplicate === "settles";
        demand(isAllowed, `${object.key}, which is ${whose}, was taken over without a word`);
        this.#others.delete(idOf(seen));
        continue;
      }
      const isTold = ownsUp.some((failure) => failure.includes(`"${object.key}"`));
      if (isTold) continue;
      demand(now, `${object.key}, which is ${whose}, is gone`);
      demand(isEqual(now?.object.content, object.content), `${object.key}, which is ${whose}, was changed`);
    }
  }

  /** Everything else that is there is kept, or told of in a failure. */
  #judgeLost(told: string, after: readonly Seen[], was: readonly Kept[]): void {
    const kept = this.kept();
    for (const seen of after) {
      const id = idOf(seen);
      if (this.#others.has(id) || this.#keeper(seen, kept)) continue;
      const former = this.#keeper(seen, was);
      if (former?.subject.stays?.(former.values, seen.object)) {
        this.#others.set(id, "left");
        continue;
      }
      const isTold = told
        .split("\n")
        .some((line) => line.includes(`"${seen.object.key}"`) && /It is not known whether/.test(line));
      demand(
        isTold && !former,
        `${seen.object.key} (${seen.subject.type.token}) is lost: it is there, the stack does not keep it, and no message says so`,
      );
      this.#others.set(id, "told of");
    }
  }

  #judgeEdits(
    program: readonly Resource[],
    { env = {}, targetReplace = [] }: RunOptions,
    { shown, steps, warnings, failures }: Outcome,
    after: readonly Seen[],
    was: readonly Kept[],
  ): void {
    this.#edits = this.#edits.filter((edit) => {
      const { subject, field, keys, holds, object } = edit;
      const now = after.find((each) => each.subject === subject && each.object.identity === object.identity);
      const keeper = this.#keeper(now ?? edit, was);
      // Who deletes a resource, or replaces it by force, deletes what it is by then.
      const adopter = this.#keeper(now ?? edit, this.kept());
      const { belongsTo = "" } = field;
      const isAnother = now && !isEqual(now.object.content[belongsTo], object.content[belongsTo]);
      const isDeleting = keeper && failures.some((each) => each.includes(`deleting ${describe(keeper.urn)}`));
      if (!now || !keeper || !adopter || isDeleting || isAnother || targetReplace.includes(keeper.urn)) return false;
      // A key that no program declares is shown by nothing, and recorded nowhere.
      const kept = adopter.values[field.name];
      const isRecorded = !keys || keys.every((key) => isObject(kept) && key in kept);
      if (isRecorded && shown.has(keeper.id)) return false;
      const resource = program.find((each) => urnOf(each) === keeper.urn);
      if (isEqual(held(now.object, field, keys), holds)) {
        const wrote = steps.some(({ op, urn }) => op === "update" && urn === keeper.urn);
        // What an update has left is what the program wants; or, of what no program declares, recorded as seen.
        return !(wrote && isRecorded);
      }
      const isTakenOver = adopter.urn !== keeper.urn;
      const isDecided =
        (resource && argsOf(resource).onConflict === "overwrite") || env.PULUMI_FLOWS_ON_CONFLICT === "overwrite";
      demand(
        isTakenOver || isDecided,
        `${field.name} of ${object.key}, which a person had changed, was overwritten in silence`,
      );
      const names = fieldsOf(subject).flatMap(({ name, stored }) => (stored === field.stored ? [name] : []));
      demand(
        isTakenOver ||
          warnings.some((each) => each.includes("overwritten") && names.some((name) => each.includes(name))),
        `no warning says that ${field.name} of ${object.key} was overwritten`,
      );
      return false;
    });
  }

  /** What the program no longer declares is cleared, where it can be. */
  #judgeDropped(program: readonly Resource[]): void {
    for (const kept of this.kept()) {
      const object = this.objectOf(kept);
      const resource = program.find((each) => urnOf(each) === kept.urn);
      const inputs = resource && inputsOf(resource);
      const declared = object && this.#declared.get(`${kept.urn} ${object.identity}`);
      if (!object || !inputs || !declared) continue;
      const { type } = kept.subject;
      const fields = fieldsOf(kept.subject);
      for (const field of fields) {
        const { clear, replaces } = rulesOf(type, field.name);
        // What null leads to follows from all that was there before.
        if (
          clear === null ||
          !declared.has(field.name) ||
          field.name in inputs ||
          clear === undefined ||
          replaces ||
          field.neverSent
        )
          continue;
        const isSpelledOtherwise = fields.some((other) => other.stored === field.stored && other.name in inputs);
        const isTouched = this.#touched.has(`${idOf({ subject: kept.subject, object })} ${field.stored}`);
        if (isSpelledOtherwise || field.rules.owns || isTouched) continue;
        const cleared = "cleared" in field ? field.cleared : clear;
        demand(
          isEqual(object.content[field.stored], cleared),
          `${field.name} of ${object.key}, which the program dropped, is still ${JSON.stringify(object.content[field.stored])}`,
        );
      }
      for (const field of fields.filter(({ rules }) => rules.owns)) {
        const [there, wanted] = [object.content[field.stored], inputs[field.name]].map((each) =>
          isObject(each) ? each : {},
        );
        const left = Object.keys(there ?? {}).filter(
          (key) => declared.has(keyIn(field.name, key)) && !(key in (wanted ?? {})),
        );
        const isTouched = this.#touched.has(`${idOf({ subject: kept.subject, object })} ${field.stored}`);
        demand(
          isTouched || left.length === 0,
          `${left} of ${field.name} of ${object.key}, which the program dropped, is still there`,
        );
      }
      this.#declared.delete(`${kept.urn} ${object.identity}`);
    }
  }

  #learnDeclared(): void {
    const before = new Map(this.#declared);
    // What is no longer kept, and comes back, was made or taken over anew.
    this.#declared.clear();
    for (const kept of this.kept()) {
      const object = this.objectOf(kept);
      if (!object) continue;
      const key = `${kept.urn} ${object.identity}`;
      const { fields = [], keys = {} } = declarationOf(kept.values) ?? {};
      const owned = Object.entries(keys).flatMap(([field, names]) => names.map((name) => keyIn(field, name)));
      this.#declared.set(key, new Set([...(before.get(key) ?? []), ...fields, ...owned]));
    }
  }

  /** What there is of people's, and of what messages told of; nothing else may be left in the end. */
  isOthers(seen: Seen): boolean {
    return this.#others.has(idOf(seen));
  }

  /** Whether a resource has taken over what somebody else made: what that has and no program says is left as it was found. */
  hasTakenOver(urn: string): boolean {
    return this.#takers.has(urn);
  }

  #keeper({ subject, object }: Seen, kept: readonly Kept[]): Kept | undefined {
    return kept.find(
      (each) => recordsOf(each.subject) === recordsOf(subject) && this.objectOf(each, [object]) !== undefined,
    );
  }
}

function keptOf({ urn, type, id = "", outputs = {} }: ResourceState): Kept {
  const subject = played.find((each) => each.type.token === shortType(type));
  if (!subject) throw new Error(`there is no flow type ${type}`);
  return { urn, subject, id, values: revealAll(outputs) };
}

/** What the object of a resource is called after it is gone. */
function gone({ subject, id, values }: Kept): string {
  return `${recordsOf(subject)} ${subject.type.identity(id, values)}`;
}

/** Whether a list in a variable names this label, as messages say to write it; a label may hold commas itself. */
function names(list: string | undefined, label: string): boolean {
  return `,${list},`.includes(`,${label},`);
}

/** A key of a map that the program owns by key. */
function keyIn(field: string, key: string): string {
  return `${field}[${key}]`;
}

/** What an object is to everybody who sees it. */
export function idOf({ subject, object }: Seen): string {
  return `${recordsOf(subject)} ${object.identity}`;
}

function held({ content }: StoredObject, field: Field, keys: readonly string[] | undefined): unknown {
  const value = content[field.stored];
  return keys && isObject(value) ? pick(value, keys) : value;
}

/** Fails unless a promise is kept. */
export function demand(isKept: unknown, promise: string): void {
  if (!isKept) throw new Broken(promise);
}
