import isEqual from "lodash/isEqual";
import { fieldsOf } from "../conformance/scene";
import { played, type Step } from "./case";
import { urnOf } from "./engine";
import { argsOf, baseOf, inputsOf, namesOf, placeOf, type Resource, recordsOf } from "./program";
import type { Seen, Witness } from "./witness";

/** Writes the program, and changes it step by step. */
export class Author {
  program: readonly Resource[] = [];
  #uids = 0;
  /** Whose places were: a name that was given up is not everybody's. */
  readonly #owners = new Map<string, Set<number>>();

  /** @param tell takes what was changed; a step that makes no sense changes nothing and is not told */
  constructor(
    readonly witness: Witness,
    readonly tell: (what: string) => void,
  ) {}

  overwrite({ resource }: Extract<Step, { kind: "overwrite" }>): void {
    this.#replace(resource, (each) => ({ ...each, overwrite: true }), "now says `onConflict: overwrite`");
  }

  /** Whether a place is, or was, some resource's. */
  owns(place: string): boolean {
    return (this.#owners.get(place)?.size ?? 0) > 0;
  }

  declare({ type, program, name, adopt }: Extract<Step, { kind: "declare" }>): void {
    const subject = played[type % played.length];
    if (!subject) return;
    const names = namesOf(subject);
    const uid = this.#uids;
    const resource: Resource = {
      uid,
      name: `r${uid}`,
      subject,
      base: baseOf(subject, program),
      key: names[name % names.length] ?? "",
      changes: {},
      adopt,
      overwrite: false,
    };
    if (!this.#isFree(resource)) return;
    this.#uids += 1;
    this.program = [...this.program, resource];
    this.tell(`the program declares ${this.#shown(resource)}`);
  }

  /** Whether nothing else of the program, nor of its past, has the place of a resource. */
  #isFree(resource: Resource): boolean {
    const inputs = inputsOf(resource);
    if (!inputs) return false;
    const place = placeOf(resource, inputs);
    const owners = this.#owners.get(place) ?? new Set();
    const others = this.program.filter(({ uid }) => uid !== resource.uid);
    const isTaken = others.some((each) => {
      const theirs = inputsOf(each);
      return (theirs && placeOf(each, theirs) === place) || owners.has(each.uid);
    });
    const isGivenUp = [...owners].some((owner) => owner < 0);
    if (isTaken || isGivenUp) return false;
    this.#owners.set(place, owners.add(resource.uid));
    return true;
  }

  change(step: Extract<Step, { kind: "change" | "drop" | "change back" }>): void {
    const resource = this.chosen(step.resource);
    if (!resource) return;
    const fields = fieldsOf(resource.subject);
    if (step.kind === "change back") {
      const [name] = Object.keys(resource.changes);
      if (name === undefined) return;
      const { [name]: _, ...changes } = resource.changes;
      this.#replace(step.resource, (each) => ({ ...each, changes }), `has ${name} again as before`);
      return;
    }
    const field = fields[step.field % fields.length];
    if (!field || field.name === resource.subject.type.nameField) return;
    const how = step.kind === "drop" ? "dropped" : "changed";
    if (resource.changes[field.name] === how) return;
    const changes = { ...resource.changes, [field.name]: how } as const;
    const next = { ...resource, changes };
    if (isEqual(argsOf(next), argsOf(resource))) return;
    this.#replace(
      step.resource,
      () => next,
      step.kind === "drop" ? `no longer says ${field.name}` : `has another ${field.name}`,
    );
  }

  /** Changes and drops several fields at once, so that an update takes several writes. */
  rewrite({ resource: number, how }: Extract<Step, { kind: "rewrite" }>): void {
    for (const [field, what] of how.entries()) {
      const subject = this.chosen(number)?.subject;
      if (what !== "keep" && subject && field < fieldsOf(subject).length)
        this.change({ kind: what, resource: number, field });
    }
  }

  rename({ resource: number, name }: Extract<Step, { kind: "rename" }>): void {
    const resource = this.chosen(number);
    if (!resource) return;
    const names = namesOf(resource.subject);
    const key = names[name % names.length] ?? "";
    if (key === resource.key || this.witness.all().some((seen) => isNamed(seen, resource, key))) return;
    this.#replace(number, (each) => ({ ...each, key }), `is now called "${key}"`, true);
  }

  remove({ resource: number }: Extract<Step, { kind: "remove" }>): void {
    const resource = this.chosen(number);
    if (!resource) return;
    this.program = this.program.filter((each) => each !== resource);
    this.tell(`the program no longer declares ${resource.name}`);
  }

  reorder({ resource: number, to }: Extract<Step, { kind: "reorder" }>): void {
    const resource = this.chosen(number);
    if (!resource || this.program.length < 2) return;
    const others = this.program.filter((each) => each !== resource);
    this.program = others.toSpliced(to % this.program.length, 0, resource);
    this.tell(`the program declares, in this order, ${this.program.map(({ name }) => name).join(", ")}`);
  }

  renameLogically({ resource: number, adopt }: Extract<Step, { kind: "rename logically" }>): void {
    const resource = this.chosen(number);
    if (!resource) return;
    // A vendor need not have room for both where it also moves.
    const kept = this.witness.kept().find(({ urn }) => urn === urnOf(resource));
    const label = resource.subject.type.label(inputsOf(resource) ?? {});
    if (kept && kept.subject.type.label(kept.values) !== label) return;
    const name = `${resource.name}x`;
    this.#replace(
      number,
      (each) => ({ ...each, name, adopt: adopt || each.adopt }),
      `is ${name} in the program from now on${adopt ? ", which adopts" : ""}`,
    );
  }

  #replace(number: number, change: (resource: Resource) => Resource, told: string, isRename = false): void {
    const resource = this.chosen(number);
    if (!resource) return;
    const next = change(resource);
    if (isEqual(next, resource)) return;
    const [was, inputs] = [inputsOf(resource), inputsOf(next)];
    if (!inputs || !was) return;
    const { type } = resource.subject;
    const urns = this.program.map(urnOf);
    const isHandedOver = this.witness.kept().some((each) => each.subject.type === type && !urns.includes(each.urn));
    if (type.label(was) !== type.label(inputs) && isHandedOver) return;
    const moves = placeOf(resource, was) !== placeOf(next, inputs);
    if (moves) {
      const owners = this.#owners.get(placeOf(next, inputs)) ?? new Set();
      if (isRename && [...owners].some((owner) => owner !== resource.uid)) return;
      if (!this.#isFree(next)) return;
    }
    this.program = this.program.map((each) => (each === resource ? next : each));
    this.tell(`${resource.name} ${told}`);
  }

  /** The program gives another name to what a message is about. */
  giveAnotherName(message: string): void {
    for (const resource of this.program) {
      const inputs = inputsOf(resource);
      const first = namesOf(resource.subject)[0];
      if (!inputs || !first || !message.includes(`"${resource.subject.type.label(inputs)}"`)) continue;
      const next = { ...resource, uid: this.#uids++, key: `${first}-${this.#uids + 10}` };
      this.program = this.program.map((each) => (each === resource ? next : each));
      this.tell(`${resource.name} is called "${next.key}" instead`);
    }
  }

  /** A resource, by a number that wraps around. */
  chosen(number: number): Resource | undefined {
    return this.program[number % this.program.length];
  }

  #shown({ name, subject, base, key, adopt }: Resource): string {
    return `${name} = ${subject.type.token}${key ? ` "${key}"` : ""} (${base.name})${adopt ? ", which adopts" : ""}`;
  }
}

/** Whether something has this name among the records of a resource. */
export function isNamed({ subject, object }: Seen, { subject: own }: Resource, key: string): boolean {
  const { nameField } = subject.type;
  return recordsOf(subject) === recordsOf(own) && nameField !== undefined && object.content[nameField] === key;
}
