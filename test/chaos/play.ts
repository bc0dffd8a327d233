import isEqual from "lodash/isEqual";
import isMatch from "lodash/isMatch";
import pick from "lodash/pick";
import type { Request } from "../../provider/http/request";
import { FlowError } from "../../provider/lifecycle/errors";
import { isObject } from "../../provider/lifecycle/values";
import { ControlError, type Emulator, type Seed, startEmulator } from "../../testing/src/emulator";
import { type Field, fieldsOf } from "../conformance/scene";
import { type Advice, adviceOf } from "./advice";
import { Author, isNamed } from "./author";
import { type Case, type Fault, played, type Step } from "./case";
import type { Coverage } from "./coverage";
import { type Outcome, type RunOptions, Stack, urnOf } from "./engine";
import { argsOf, baseOf, declaredBy, inputsOf, namesOf, placeOf, type Resource, recordsOf } from "./program";
import { switchesOf } from "./switch-values";
import { Broken, demand, type Kept, Witness } from "./witness";

/** Milliseconds until a call that hangs is given up: the first that are enough for all the others on this machine. */
const TIMEOUTS = [100, 500, 3000];

/** Runs until everything must be as wanted, beside two for each resource. */
const MOST_RUNS = 6;

/** Refreshes after which everything that was written shows, and until one shows nothing new. */
const LOOKS = 2;
const MOST_LOOKS = 5;

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
  readonly #author: Author;
  #advice: Advice = adviceOf([]);
  /** What must be done before anything else: to take over what a creation without an answer has made. */
  #toTakeOver = new Set<string>();
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
    this.#author = new Author(this.#witness, (what) => this.#tell(what));
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
        return this.#author.declare(step);
      case "change":
      case "drop":
      case "change back":
        return this.#author.change(step);
      case "rewrite":
        return this.#author.rewrite(step);
      case "rename":
        return this.#author.rename(step);
      case "remove":
        return this.#author.remove(step);
      case "reorder":
        return this.#author.reorder(step);
      case "rename logically":
        return this.#author.renameLogically(step);
      case "overwrite":
        return this.#author.overwrite(step);
      case "person adds":
        return this.#personAdds(step);
      case "person edits":
        this.#personEdits(step);
        return;
      case "both change":
        return this.#bothChange(step);
      case "person adds a key":
        return this.#personAddsKey(step);
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
      .some((seen) => `${recordsOf(seen.subject)} ${seen.object.key}` === place || isNamed(seen, resource, key));
    if (isTaken || this.#author.owns(place)) return;
    const before = this.#witness.all();
    const keyField = subject.type.nameField ?? subject.keyField ?? "";
    const args = argsOf(resource);
    this.#perform(() => this.#witness.people(subject).add(String(args[keyField]), args));
    this.#witness.madeByPeople(before);
    if (this.#witness.all().length > before.length) this.#tell(`a person makes ${place}`);
  }

  /** A person changes a field, and the program the same one, or all others. */
  #bothChange({ resource: number, field: which, same }: Extract<Step, { kind: "both change" }>): void {
    const field = this.#personEdits({ resource: number, field: which });
    const urn = field && this.#keptBy(number)?.urn;
    const resource = this.#author.program.findIndex((each) => urnOf(each) === urn);
    const subject = this.#author.program[resource]?.subject;
    if (!field || !subject) return;
    for (const [index, { name, stored }] of fieldsOf(subject).entries())
      if (same ? name === field.name : stored !== field.stored)
        this.#author.change({ kind: "change", resource, field: index });
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
    const resource = this.#author.program.find((each) => urnOf(each) === kept.urn);
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

  /**
   * A person, such as a CI job, sets a key of a map that the program owns by key: one that the program does not declare, and may
   * declare later, or at once.
   */
  #personAddsKey({ resource: number, key: which, declares }: Extract<Step, { kind: "person adds a key" }>): void {
    const program = this.#author.program;
    const found = this.#witness.kept().flatMap((kept) => {
      const index = program.findIndex((each) => urnOf(each) === kept.urn);
      const inputs = program[index] && inputsOf(program[index]);
      const object = this.#witness.objectOf(kept);
      if (!inputs || !object) return [];
      return fieldsOf(kept.subject).flatMap((field, place) => {
        const [own, later] = [inputs[field.name], field.to];
        if (!field.rules.owns || !isObject(later)) return [];
        const keys = Object.keys(later).filter((key) => !(isObject(own) && key in own));
        return keys.length > 0 ? [{ kept, index, object, field, place, keys }] : [];
      });
    });
    const chosen = found[number % found.length];
    if (!chosen) return;
    const { kept, index, object, field, place, keys } = chosen;
    const key = keys[which % keys.length] ?? "";
    const written = { [key]: "by hand" };
    const { stored } = field;
    const held = object.content[stored];
    if (isObject(held) && isEqual(pick(held, key), written)) return;
    this.#perform(() => this.#witness.people(kept.subject).edit(object.identity, field.name, written));
    this.#witness.changedByPeople({ subject: kept.subject, object }, field, written);
    this.#tell(`a person sets ${key} of ${field.name} of ${this.#nameOf(kept)}`);
    if (declares) this.#author.change({ kind: "change", resource: index, field: place });
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
    const resource = this.#author.chosen(number);
    const urns = this.#stack.resources.map(({ urn }) => urn);
    if (!resource || !this.#author.program.every((each) => urns.includes(urnOf(each)))) return;
    await this.#run("up", faults, adviceOf([]), { targetReplace: [urnOf(resource)] });
  }

  async #run(
    operation: RunOptions["operation"],
    faults: readonly Fault[] = [],
    advice: Advice = adviceOf([]),
    more: Pick<RunOptions, "refresh" | "targetReplace"> = {},
  ): Promise<Outcome> {
    const { emulator } = this.arena;
    for (const message of advice.renames) this.#author.giveAnotherName(message);
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
      before: this.#strikingAt(faults),
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
    emulator.faults(faults.flatMap(({ rule, write }) => (write === undefined ? [rule] : [])));
    const outcome = await this.#stack.run(this.#author.program.map(declaredBy), options);
    emulator.faults([]);
    for (const failure of outcome.failures) this.story.push(`     ${failure}`);
    this.#demandSound(outcome, hangs);
    this.#count(outcome, advice, env, refresh);
    this.#witness.judge(this.#author.program, options, outcome, before, was);
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

  /** Sets the faults that begin at a certain write. */
  #strikingAt(faults: readonly Fault[]): (request: Request) => void {
    let writes = 0;
    return ({ method }) => {
      if (method === "GET") return;
      writes += 1;
      const due = faults.filter(({ write }) => write === writes).map(({ rule }) => rule);
      if (due.length > 0) this.arena.emulator.faults(due);
    };
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
      if (looks >= LOOKS && steps.every(({ op }) => op === "same")) return;
    }
    demand(false, "every refresh shows something else");
  }

  /** Runs until nothing fails, and answers how often it failed. */
  async #converge(more: Pick<RunOptions, "refresh">): Promise<number> {
    const most = MOST_RUNS + 2 * this.#author.program.length;
    for (let runs = 0; ; runs++) {
      const { failures } = await this.#run("up", [], runs === 0 && more.refresh ? adviceOf([]) : this.#advice, more);
      if (failures.length === 0) return runs;
      demand(runs < most, `after ${runs} runs it still fails: ${failures.join("; ")}`);
    }
  }

  /** A preview is empty, and an up writes nothing. */
  async #demandQuiet(when: string): Promise<void> {
    const { emulator } = this.arena;
    const preview = await this.#stack.run(this.#author.program.map(declaredBy), {
      operation: "preview",
      url: emulator.url,
    });
    demand(preview.failures.length === 0, `the preview ${when} fails: ${preview.failures}`);
    const shown = preview.steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn}`);
    demand(shown.length === 0, `the preview ${when} is not empty: ${shown}`);
    emulator.clearJournal();
    const up = await this.#stack.run(this.#author.program.map(declaredBy), { operation: "up", url: emulator.url });
    demand(up.failures.length === 0, `the up ${when} fails: ${up.failures}`);
    const writes = emulator.journal().filter(({ wrote }) => wrote);
    demand(writes.length === 0, `the up ${when} writes: ${writes.map(({ operation }) => operation)}`);
  }

  /** Everything that the program declares is at the vendors as where nothing ever went wrong. */
  async #demandAsWanted(): Promise<void> {
    const { quiet } = this.arena;
    const stack = new Stack();
    const reference = new Witness(stack, quiet, this.#witness.switches);
    const program = this.#author.program.map((each) => ({ ...each, adopt: false, overwrite: false }));
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
        const isLeft = this.#witness.hasTakenOver(urnOf(resource)) && typeof found === "object" && found !== null;
        demand(
          isEqual(found, right) || (isLeft && isMatch(found, Object(right))),
          `${field.name} of ${resource.name} is ${JSON.stringify(found)} instead of ${JSON.stringify(right)}`,
        );
      }
    }
  }

  // ---- words

  #keptBy(number: number): Kept | undefined {
    const kept = this.#witness.kept();
    return kept[number % kept.length];
  }

  #nameOf({ urn, values, subject }: Kept): string {
    return `${urn.split("::").at(-1)} (${subject.type.token} "${subject.type.label(values)}")`;
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
