import isEqual from "lodash/isEqual";
import pick from "lodash/pick";
import { FlowError } from "../../provider/lifecycle/errors";
import { isObject } from "../../provider/lifecycle/values";
import { ControlError, type Emulator, type Seed, startEmulator } from "../../testing/src/emulator";
import { type Field, fieldsOf } from "../conformance/scene";
import { type Advice, adviceOf } from "./advice";
import { type Case, type Fault, played, type Step } from "./case";
import type { Coverage } from "./coverage";
import { type Outcome, type RunOptions, Stack, urnOf } from "./engine";
import { argsOf, baseOf, declaredBy, inputsOf, namesOf, placeOf, type Resource, recordsOf } from "./program";
import { switchesOf } from "./switch-values";
import { Broken, demand, type Kept, type Seen, Witness } from "./witness";

/** Milliseconds until a call that hangs is given up: the first that are enough for all the others on this machine. */
const TIMEOUTS = [100, 500, 3000];

/** Runs until everything must be as wanted, beside two for each resource. */
const MOST_RUNS = 6;

/** Refreshes until everything that was written shows. */
const MOST_LOOKS = 4;

/** Where cases are played: the vendors, and the same vendors once more to see what a program comes to with nobody about. */
export class Arena {
  private constructor(
    readonly emulator: Emulator,
    readonly quiet: Emulator,
    readonly resetTime: () => void,
  ) {}

  static async open(): Promise<Arena> {
    let now = 0;
    const resetTime = () => {
      now = Date.UTC(2026, 0, 1);
    };
    resetTime();
    const seed: Seed = Object.assign({}, ...played.map(({ shared }) => shared?.seed));
    const start = () => startEmulator({ seed, now: () => (now += 1000) });
    return new Arena(await start(), await start(), resetTime);
  }

  async close(): Promise<void> {
    await this.emulator.close();
    await this.quiet.close();
  }
}

/** Plays a case to its end. Throws {@link Broken} with the story where a promise is broken. */
export async function play(arena: Arena, each: Case, coverage: Coverage): Promise<string[]> {
  for (const timeout of TIMEOUTS) {
    const player = new Player(arena, each, coverage, timeout);
    try {
      await player.play();
      return player.story;
    } catch (error) {
      if (error instanceof Impatient) continue;
      const what = error instanceof Broken ? error.message : error instanceof Error ? error.stack : String(error);
      throw new Broken(`${what}\n\n${player.story.join("\n")}\n`);
    }
  }
  throw new Error("the machine is too busy to tell what hangs");
}

/** A call was given up that was only slow. */
class Impatient extends Error {}

class Player {
  readonly story: string[] = [];
  readonly #stack = new Stack();
  readonly #witness: Witness;
  #program: Resource[] = [];
  #advice: Advice = adviceOf([]);
  /** What must be done before anything else: to take over what a creation without an answer has made. */
  #toTakeOver = new Set<string>();
  #uids = 0;
  /** Whose names were: a name that was given up is not everybody's. */
  readonly #owners = new Map<string, Set<number>>();
  readonly #started = new Set<string>();

  constructor(
    readonly arena: Arena,
    readonly of: Case,
    readonly coverage: Coverage,
    readonly timeout: number,
  ) {
    const switches = switchesOf(of.switches);
    for (const emulator of [arena.emulator, arena.quiet]) {
      emulator.reset();
      emulator.switches(switches);
    }
    arena.resetTime();
    this.#witness = new Witness(this.#stack, arena.emulator, switches);
    if (of.switches.length > 0)
      this.story.push(`with ${of.switches.map(({ name, value }) => `${name} = ${JSON.stringify(value)}`).join(", ")}`);
  }

  async play(): Promise<void> {
    for (const step of this.of.steps) {
      const before = this.story.length;
      await this.#take(step);
      if (this.story.length > before) this.coverage.count("steps", step.kind);
    }
    await this.#end();
    for (const { vendor, name, value } of this.of.switches)
      if ([...this.#started].some((token) => token.startsWith(`${vendor}:`)))
        this.coverage.count("switches", `${name}=${String(value)}`);
  }

  async #take(step: Step): Promise<void> {
    switch (step.kind) {
      case "declare":
        return this.#declare(step);
      case "change":
      case "drop":
      case "change back":
        return this.#change(step);
      case "rename":
        return this.#rename(step);
      case "remove":
        return this.#remove(step.resource);
      case "reorder":
        return this.#reorder(step);
      case "rename logically":
        return this.#renameLogically(step);
      case "overwrite":
        return this.#replaceResource(
          step.resource,
          (each) => ({ ...each, overwrite: true }),
          "now says `onConflict: overwrite`",
        );
      case "person adds":
        return this.#personAdds(step);
      case "person edits":
        this.#personEdits(step);
        return;
      case "both change":
        return this.#bothChange(step);
      case "person deletes":
      case "person ends":
        return this.#personDeletes(step);
      case "up":
        await this.#run("up", step.faults, step.obeys ? this.#advice : adviceOf([]), { refresh: step.refresh });
        return;
      case "refresh":
        await this.#run("refresh", step.faults);
        return;
      case "destroy":
        await this.#run("destroy", step.faults);
        return;
      case "replace":
        return this.#replace(step);
    }
  }

  // ---- what the program says

  #declare({ type, program, name, adopt }: Extract<Step, { kind: "declare" }>): void {
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
    this.#program.push(resource);
    this.#tell(`the program declares ${this.#shown(resource)}`);
  }

  /** Whether nothing else of the program, nor of its past, has the place of a resource. */
  #isFree(resource: Resource): boolean {
    const inputs = inputsOf(resource);
    if (!inputs) return false;
    const place = placeOf(resource, inputs);
    const owners = this.#owners.get(place) ?? new Set();
    const others = this.#program.filter(({ uid }) => uid !== resource.uid);
    const isTaken = others.some((each) => {
      const theirs = inputsOf(each);
      return (theirs && placeOf(each, theirs) === place) || owners.has(each.uid);
    });
    const isGivenUp = [...owners].some((owner) => owner < 0);
    if (isTaken || isGivenUp) return false;
    this.#owners.set(place, owners.add(resource.uid));
    return true;
  }

  #change(step: Extract<Step, { kind: "change" | "drop" | "change back" }>): void {
    const resource = this.#chosen(step.resource);
    if (!resource) return;
    const fields = fieldsOf(resource.subject);
    if (step.kind === "change back") {
      const [name] = Object.keys(resource.changes);
      if (name === undefined) return;
      const { [name]: _, ...changes } = resource.changes;
      this.#replaceResource(step.resource, (each) => ({ ...each, changes }), `has ${name} again as before`);
      return;
    }
    const field = fields[step.field % fields.length];
    if (!field || field.name === resource.subject.type.nameField) return;
    const how = step.kind === "drop" ? "dropped" : "changed";
    if (resource.changes[field.name] === how) return;
    const changes = { ...resource.changes, [field.name]: how } as const;
    const next = { ...resource, changes };
    if (isEqual(argsOf(next), argsOf(resource))) return;
    this.#replaceResource(
      step.resource,
      () => next,
      step.kind === "drop" ? `no longer says ${field.name}` : `has another ${field.name}`,
    );
  }

  #rename({ resource: number, name }: Extract<Step, { kind: "rename" }>): void {
    const resource = this.#chosen(number);
    if (!resource) return;
    const names = namesOf(resource.subject);
    const key = names[name % names.length] ?? "";
    if (key === resource.key || this.#witness.all().some((seen) => this.#isNamed(seen, resource, key))) return;
    this.#replaceResource(number, (each) => ({ ...each, key }), `is now called "${key}"`, true);
  }

  #isNamed({ subject, object }: Seen, { subject: own }: Resource, key: string): boolean {
    const { nameField } = subject.type;
    return recordsOf(subject) === recordsOf(own) && nameField !== undefined && object.content[nameField] === key;
  }

  #remove(number: number): void {
    const resource = this.#chosen(number);
    if (!resource) return;
    this.#program = this.#program.filter((each) => each !== resource);
    this.#tell(`the program no longer declares ${resource.name}`);
  }

  #reorder({ resource: number, to }: Extract<Step, { kind: "reorder" }>): void {
    const resource = this.#chosen(number);
    if (!resource || this.#program.length < 2) return;
    const others = this.#program.filter((each) => each !== resource);
    this.#program = others.toSpliced(to % this.#program.length, 0, resource);
    this.#tell(`the program declares, in this order, ${this.#program.map(({ name }) => name).join(", ")}`);
  }

  #renameLogically({ resource: number, adopt }: Extract<Step, { kind: "rename logically" }>): void {
    const resource = this.#chosen(number);
    if (!resource) return;
    // A vendor need not have room for both where it also moves.
    const kept = this.#witness.kept().find(({ urn }) => urn === urnOf(resource));
    const label = resource.subject.type.label(inputsOf(resource) ?? {});
    if (kept && kept.subject.type.label(kept.values) !== label) return;
    const name = `${resource.name}x`;
    this.#replaceResource(
      number,
      (each) => ({ ...each, name, adopt: adopt || each.adopt }),
      `is ${name} in the program from now on${adopt ? ", which adopts" : ""}`,
    );
  }

  #replaceResource(number: number, change: (resource: Resource) => Resource, told: string, isRename = false): void {
    const resource = this.#chosen(number);
    if (!resource) return;
    const next = change(resource);
    if (isEqual(next, resource)) return;
    const [was, inputs] = [inputsOf(resource), inputsOf(next)];
    if (!inputs || !was) return;
    const { type } = resource.subject;
    const urns = this.#program.map(urnOf);
    const isHandedOver = this.#witness.kept().some((each) => each.subject.type === type && !urns.includes(each.urn));
    if (type.label(was) !== type.label(inputs) && isHandedOver) return;
    const moves = placeOf(resource, was) !== placeOf(next, inputs);
    if (moves) {
      const owners = this.#owners.get(placeOf(next, inputs)) ?? new Set();
      if (isRename && [...owners].some((owner) => owner !== resource.uid)) return;
      if (!this.#isFree(next)) return;
    }
    this.#program = this.#program.map((each) => (each === resource ? next : each));
    this.#tell(`${resource.name} ${told}`);
  }

  // ---- what people do

  #personAdds({ type, program, name }: Extract<Step, { kind: "person adds" }>): void {
    const subject = played[type % played.length];
    if (!subject) return;
    const names = namesOf(subject);
    const base = baseOf(subject, program);
    const key = names[name % names.length] ?? "";
    const resource: Resource = { uid: -1, name: "", subject, base, key, changes: {}, adopt: false, overwrite: false };
    const inputs = inputsOf(resource);
    if (!inputs) return;
    const place = placeOf(resource, inputs);
    const isTaken = this.#witness
      .all()
      .some((seen) => `${recordsOf(seen.subject)} ${seen.object.key}` === place || this.#isNamed(seen, resource, key));
    if (isTaken || (this.#owners.get(place)?.size ?? 0) > 0) return;
    const before = this.#witness.all();
    const keyField = subject.type.nameField ?? subject.keyField ?? "";
    const args = argsOf(resource);
    this.#perform(() => this.#witness.people(subject).add(String(args[keyField]), args));
    this.#witness.madeByPeople(before);
    if (this.#witness.all().length > before.length) this.#tell(`a person makes ${place}`);
  }

  /** A person and the program give the same field other values. */
  #bothChange({ resource: number, field: which }: Extract<Step, { kind: "both change" }>): void {
    const field = this.#personEdits({ resource: number, field: which });
    const urn = field && this.#keptBy(number)?.urn;
    const resource = this.#program.findIndex((each) => urnOf(each) === urn);
    const subject = this.#program[resource]?.subject;
    if (!field || !subject) return;
    const index = fieldsOf(subject).findIndex(({ name }) => name === field.name);
    this.#change({ kind: "change", resource, field: index });
  }

  /** Answers which field was changed, if one was. */
  #personEdits({
    resource: number,
    field: which,
  }: Pick<Step & { kind: "person edits" }, "resource" | "field">): Field | undefined {
    const kept = this.#keptBy(number);
    const object = kept && this.#witness.objectOf(kept);
    if (!kept || !object) return undefined;
    const { subject } = kept;
    const fields = fieldsOf(subject).filter(
      // Of what a vendor never tells nobody can know.
      ({ name, theirs, rules }) =>
        theirs !== undefined && !rules.writeOnly && !this.#witness.waives(subject, "changed outside", name),
    );
    const field = fields[which % fields.length];
    if (!field || isEqual(object.content[field.stored], field.theirs)) return undefined;
    const resource = this.#program.find((each) => urnOf(each) === kept.urn);
    // In other programs it would change what they leave to the vendor, too.
    if (!resource || (field.name in (inputsOf(resource) ?? {}) && resource.base.values !== field.program))
      return undefined;
    const isUnique = field.name === subject.type.nameField || subject.alsoUnique?.includes(field.name);
    const others = this.#witness.all().filter((seen) => recordsOf(seen.subject) === recordsOf(subject));
    if (isUnique && others.some((seen) => seen.object.content[field.stored] === field.theirs)) return undefined;
    this.#perform(() => this.#witness.people(subject).edit(object.identity, field.name, field.theirs));
    const now = this.#witness.objectOf(
      kept,
      this.#witness
        .people(subject)
        .objects()
        .filter(({ identity }) => identity === object.identity),
    );
    if (!now && !isUnique) return undefined;
    if (now && isEqual(now.content[field.stored], object.content[field.stored])) return undefined;
    this.#witness.changedByPeople({ subject, object }, field);
    this.#tell(`a person changes ${field.name} of ${this.#nameOf(kept)}`);
    return field;
  }

  #personDeletes({ kind, resource: number }: Extract<Step, { kind: "person deletes" | "person ends" }>): void {
    const kept = this.#keptBy(number);
    const object = kept && this.#witness.objectOf(kept);
    if (!kept || !object) return;
    const { subject } = kept;
    const people = this.#witness.people(subject);
    const rule = kind === "person ends" ? "ended outside" : "deleted outside";
    const act = kind === "person ends" ? people.end : people.remove;
    if (!act || this.#witness.waives(subject, rule)) return;
    this.#perform(() => act(object.identity));
    if (people.objects().some(({ identity }) => identity === object.identity)) return;
    this.#witness.deletedByPeople(kept);
    this.#tell(`a person ${kind === "person ends" ? "ends" : "deletes"} ${this.#nameOf(kept)}`);
  }

  /** People too are refused what the vendor does not take. */
  #perform(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
    }
  }

  // ---- what Pulumi does

  async #replace({ resource: number, faults }: Extract<Step, { kind: "replace" }>): Promise<void> {
    const resource = this.#chosen(number);
    const urns = this.#stack.resources.map(({ urn }) => urn);
    if (!resource || !this.#program.every((each) => urns.includes(urnOf(each)))) return;
    await this.#run("up", faults, adviceOf([]), { targetReplace: [urnOf(resource)] });
  }

  async #run(
    operation: RunOptions["operation"],
    faults: readonly Fault[] = [],
    advice: Advice = adviceOf([]),
    more: Pick<RunOptions, "refresh" | "targetReplace"> = {},
  ): Promise<Outcome> {
    const { emulator } = this.arena;
    for (const message of advice.renames) this.#giveAnotherName(message);
    for (const message of advice.forgets) this.#forget(message);
    const [before, was] = [this.#witness.all(), this.#witness.kept()];
    const keys = new Set(before.map(({ object }) => object.key));
    const adopted = new Set([...advice.adopts, ...[...this.#toTakeOver].filter((label) => keys.has(label))]);
    const env = operation === "up" ? environmentOf([...adopted], advice, this.of.overwrites) : {};
    const refresh =
      more.refresh || (advice.refreshes && !(advice.overwrites && this.of.overwrites)) || operation === "refresh";
    const hangs = faults.some(({ rule }) => "hang" in rule.then);
    const options: RunOptions = {
      operation,
      url: emulator.url,
      refresh,
      env,
      ...(hangs ? { timeout: this.timeout } : {}),
      ...(more.targetReplace ? { targetReplace: more.targetReplace } : {}),
    };
    const set = Object.entries(env).map(([name, value]) => `${name}=${value} `);
    const flags = [
      refresh && operation !== "refresh" ? " --refresh" : "",
      more.targetReplace ? ` --target-replace ${more.targetReplace}` : "",
    ];
    const under = faults.length > 0 ? `, while ${faults.map(({ name }) => name).join(" and ")}` : "";
    this.#tell(`${set.join("")}pulumi ${operation}${flags.join("")}${under}`);
    emulator.faults(faults.map(({ rule }) => rule));
    const outcome = await this.#stack.run(this.#program.map(declaredBy), options);
    emulator.faults([]);
    for (const failure of outcome.failures) this.story.push(`     ${failure}`);
    this.#demandSound(outcome, hangs);
    this.#count(outcome, advice, env, refresh);
    this.#witness.judge(this.#program, options, outcome, before, was);
    emulator.clearJournal();
    this.#advice = adviceOf(outcome.failures);
    for (const label of this.#advice.madePerhaps) this.#toTakeOver.add(label);
    return outcome;
  }

  /** Takes what a message is about out of the state, if it is really gone. */
  #forget(message: string): void {
    for (const kept of this.#witness.kept()) {
      if (!message.includes(`"${kept.subject.type.label(kept.values)}"`) || this.#witness.objectOf(kept)) continue;
      this.#stack.resources = this.#stack.resources.filter(({ urn }) => urn !== kept.urn);
      this.#tell(`pulumi state delete ${kept.urn}`);
    }
  }

  /** The program gives another name to what a message is about. */
  #giveAnotherName(message: string): void {
    for (const resource of this.#program) {
      const inputs = inputsOf(resource);
      const first = namesOf(resource.subject)[0];
      if (!inputs || !first || !message.includes(`"${resource.subject.type.label(inputs)}"`)) continue;
      const next = { ...resource, uid: this.#uids++, key: `${first}-${this.#uids + 10}` };
      this.#program = this.#program.map((each) => (each === resource ? next : each));
      this.#tell(`${resource.name} is called "${next.key}" instead`);
    }
  }

  /** What was called was meant to be called, and given up only where it hung. */
  #demandSound({ log }: Outcome, hangs: boolean): void {
    const journal = this.arena.emulator.journal();
    const givenUp = log.filter((line) => /-> .* got no answer within/.test(line)).length;
    if (hangs && givenUp > journal.filter(({ status }) => status === "hang").length) throw new Impatient();
    for (const { operation, violations } of journal)
      demand(violations.length === 0, `${operation} is called against the vendor's description: ${violations}`);
  }

  #count({ thrown, steps }: Outcome, { adopts }: Advice, env: NodeJS.ProcessEnv, refresh: boolean): void {
    const { coverage } = this;
    for (const { fault } of this.arena.emulator.journal())
      for (const each of fault?.split("; ") ?? []) coverage.count("faults", each.replace(/delay \d+/, "delay"));
    for (const error of thrown) {
      if (error instanceof FlowError) coverage.count("failures", error.kind);
      else coverage.count("failures", "partial failure");
    }
    for (const { op, urn } of steps) {
      const token = /dynamic\/(.*?)::/.exec(urn)?.[1] ?? "";
      if (op !== "create") continue;
      coverage.count("flow types", token);
      this.#started.add(token);
    }
    if (adopts.length > 0) coverage.count("ways on", "adopt");
    if (env.PULUMI_FLOWS_ON_CONFLICT) coverage.count("ways on", "overwrite");
    if (refresh) coverage.count("ways on", "refresh");
  }

  // ---- the end

  /** The faults have stopped, and the user does what the messages say. */
  async #end(): Promise<void> {
    this.#tell("nothing fails any more, and the user does what the messages say");
    const runs = (await this.#converge({})) + (await this.#converge({ refresh: true }));
    this.coverage.count("endings", runs === 0 ? "converged at once" : "converged after messages");
    await this.#demandQuiet("after the last up");
    await this.#demandAsWanted();
    await this.#refreshAll();
    await this.#demandQuiet("after a refresh");
    await this.#run("destroy");
    demand(this.#stack.resources.length === 0, "destroy leaves something in the state");
    for (const seen of this.#witness.all())
      demand(this.#witness.isOthers(seen), `destroy leaves ${seen.object.key} at the vendor`);
  }

  /** Refreshes until nothing new shows: a vendor may need some looks to show what was written. */
  async #refreshAll(): Promise<void> {
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const { failures, steps } = await this.#run("refresh");
      demand(failures.length === 0, `a refresh fails: ${failures}`);
      demand(!steps.some(({ op }) => op === "gone"), "a refresh finds something gone");
      if (steps.every(({ op }) => op === "same")) return;
    }
    demand(false, "every refresh shows something else");
  }

  /** Runs until nothing fails, and answers how often it failed. */
  async #converge(more: Pick<RunOptions, "refresh">): Promise<number> {
    const most = MOST_RUNS + 2 * this.#program.length;
    for (let runs = 0; ; runs++) {
      const { failures } = await this.#run("up", [], runs === 0 && more.refresh ? adviceOf([]) : this.#advice, more);
      if (failures.length === 0) return runs;
      demand(runs < most, `after ${runs} runs it still fails: ${failures.join("; ")}`);
    }
  }

  /** A preview is empty, and an up writes nothing. */
  async #demandQuiet(when: string): Promise<void> {
    const { emulator } = this.arena;
    const preview = await this.#stack.run(this.#program.map(declaredBy), { operation: "preview", url: emulator.url });
    demand(preview.failures.length === 0, `the preview ${when} fails: ${preview.failures}`);
    const shown = preview.steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn}`);
    demand(shown.length === 0, `the preview ${when} is not empty: ${shown}`);
    emulator.clearJournal();
    await this.#stack.run(this.#program.map(declaredBy), { operation: "up", url: emulator.url });
    const writes = emulator.journal().filter(({ wrote }) => wrote);
    demand(writes.length === 0, `the up ${when} writes: ${writes.map(({ operation }) => operation)}`);
  }

  /** Everything that the program declares is at the vendors as where nothing ever went wrong. */
  async #demandAsWanted(): Promise<void> {
    const { quiet } = this.arena;
    const stack = new Stack();
    const reference = new Witness(stack, quiet, this.#witness.switches);
    const program = this.#program.map((each) => ({ ...each, adopt: false, overwrite: false }));
    const { failures } = await stack.run(program.map(declaredBy), { operation: "up", url: quiet.url });
    demand(failures.length === 0, `the program cannot be brought up where there is nothing: ${failures}`);
    quiet.clearJournal();
    const [kept, wanted] = [this.#witness.kept(), reference.kept()];
    demand(kept.length === program.length, "the stack keeps more or less than the program declares");
    for (const resource of program) {
      const [is, should] = [kept, wanted].map((all) => all.find(({ urn }) => urn === urnOf(resource)));
      const object = is && this.#witness.objectOf(is);
      const model = should && reference.objectOf(should);
      demand(object && model, `${resource.name} is not there`);
      const inputs = inputsOf(resource) ?? {};
      for (const field of fieldsOf(resource.subject)) {
        if (!(field.name in inputs) || field.neverSent) continue;
        const [found, right] = [object, model].map((each) => {
          const value = each?.content[field.stored];
          const own = inputs[field.name];
          return field.rules.owns && isObject(value) && isObject(own) ? pick(value, Object.keys(own)) : value;
        });
        demand(
          isEqual(found, right),
          `${field.name} of ${resource.name} is ${JSON.stringify(found)} instead of ${JSON.stringify(right)}`,
        );
      }
    }
  }

  // ---- words

  #chosen(number: number): Resource | undefined {
    return this.#program[number % this.#program.length];
  }

  #keptBy(number: number): Kept | undefined {
    const kept = this.#witness.kept();
    return kept[number % kept.length];
  }

  #nameOf({ urn, values, subject }: Kept): string {
    return `${urn.split("::").at(-1)} (${subject.type.token} "${subject.type.label(values)}")`;
  }

  #shown({ name, subject, base, key, adopt }: Resource): string {
    return `${name} = ${subject.type.token}${key ? ` "${key}"` : ""} (${base.name})${adopt ? ", which adopts" : ""}`;
  }

  #tell(what: string): void {
    this.story.push(`${String(this.story.filter((line) => /^ *\d+\./.test(line)).length + 1).padStart(3)}. ${what}`);
  }
}

function environmentOf(adopted: readonly string[], advice: Advice, overwrites: boolean): NodeJS.ProcessEnv {
  return {
    ...(adopted.length > 0 ? { PULUMI_FLOWS_ADOPT: adopted.join(",") } : {}),
    ...(advice.overwrites && (overwrites || !advice.refreshes) ? { PULUMI_FLOWS_ON_CONFLICT: "overwrite" } : {}),
  };
}
