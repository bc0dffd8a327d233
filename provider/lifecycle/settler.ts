import { isDeepStrictEqual as isEqual } from "node:util";
import { differing, fieldsOf, isTold, owned, readable, rulesOf, sameMeaning } from "./canonical";
import { clauseOf, FlowError, type FlowErrorKind, PartialFailure, VendorError } from "./errors";
import type { FlowType } from "./flow-type";
import { programForm, registeredForm } from "./keyed";
import { encode } from "./migrate";
import { type PropertyPath, showPath, valueAt } from "./paths";
import { type Place, placesThatDiffer } from "./places";
import type { Ports } from "./ports";
import { HIDDEN, redacted, secretPaths, withoutSecrets, withoutSecretTexts } from "./secrets";
import {
  DECLARED,
  type Declaration,
  declarationOf,
  declare,
  declaredByEither,
  declaredSecrets,
  secretValues,
  stateOf,
} from "./state";
import { withUntold } from "./untold";
import { defined, isObject, only, type Values } from "./values";

/** A message names so many differences of one field. */
const MOST_SHOWN = 5;

/** Pauses before each look for a flow that was just written and does not show yet, in milliseconds. */
const VISIBILITY_PAUSES = [0, 500, 1000, 2000, 4000];

/** Pauses before looking again at a change that does not show yet, in milliseconds. */
const STALE_PAUSES = [500, 1500];

/** Failures of a type's own that may come after a write. */
const MAY_HAVE_WRITTEN: readonly FlowErrorKind[] = ["notFound", "unfinished"];

/** A flow as Pulumi keeps it. */
export interface Kept {
  readonly id: string;
  readonly state: Values;
}

/** A change that is to be made to a flow that exists. */
export interface Change {
  /** Pulumi's id of the flow. */
  readonly id: string;
  /** The state before, by which the flow is read. */
  readonly known: Values;
  /** Checked arguments. */
  readonly inputs: Values;
  /** What the program declares, and the values that clear what it dropped. */
  readonly target: Values;
  /** The fields to send. */
  readonly changed: readonly string[];
  /** The keys of each field that the program owns by key, now or before. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

/** What of a change is at the vendor. */
interface Arrived {
  readonly fields: readonly string[];
  /** Of fields that the program owns by key, and that have not arrived as a whole. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

/** Brings flows of one type to where the program wants them: reads, sends what differs, reads again. */
export class Settler<Wire, Account> {
  constructor(
    readonly type: FlowType<Values, Wire, Account>,
    readonly ports: Ports,
  ) {}

  /** What messages call a flow: `Kosli flow "acme/web"`. */
  name(values: Values): string {
    const label = this.type.label(values);
    try {
      const secrets = declaredSecrets(this.type, values).map((path) => valueAt(values, path));
      return `${this.type.noun} "${withoutSecrets(label, secrets)}"`;
    } catch {
      // A state that cannot be read is told of elsewhere, by this name.
      return `${this.type.noun} "${label}"`;
    }
  }

  /** What is unique at the vendor. */
  key(values: Values): string {
    return `${this.#records} ${this.type.label(values)}`;
  }

  /** What a creation, an update and a deletion of it wait for each other by. */
  queue(values: Values): string {
    return `${this.#records} ${this.type.queue?.(values) ?? this.type.label(values)}`;
  }

  /** What the memory of a run calls a flow. */
  identity(id: string, state: Values): string {
    return `${this.#records} ${this.type.identity(id, state)}`;
  }

  get #records(): string {
    return this.type.records ?? this.type.token;
  }

  /**
   * The vendor's values in the product's names, as registered.
   *
   * @param sent what was last sent, which stands for what the vendor does not tell
   */
  observe(wire: Wire, spelledAs: Values, sent: Values = spelledAs): Values {
    return withUntold(registeredForm(this.type, this.type.observe(wire, spelledAs)), sent);
  }

  /** The fields among registered values, as vendors' functions take them: lists as lists. */
  apiForm(values: Values): Values {
    const form = programForm(this.type, fieldsOf(this.type, values));
    // A type may have an `onConflict` of its own, for what only the vendor can tell.
    const isDecided = this.ports.overrides.overwrites && "onConflict" in this.type.fields.shape;
    return isDecided ? { ...form, onConflict: "overwrite" } : form;
  }

  /** The state of what was read. */
  stateOf(wire: Wire, account: Account, declaration: Declaration, spelledAs: Values, sent: Values = spelledAs): Values {
    return stateOf(
      this.type,
      this.observe(wire, spelledAs, sent),
      this.type.outputsOf(wire, account),
      declaration,
      spelledAs,
    );
  }

  /**
   * What the program declares of a flow that was read.
   *
   * @param before the state that an earlier program left
   */
  declared(wire: Wire, account: Account, inputs: Values, before: Values = {}): Declaration {
    const earlier = declarationOf(before);
    // Not every answer tells whose the flow is.
    return declare(this.type, inputs, this.type.accountOf(wire, account) || (earlier?.account ?? ""), earlier);
  }

  /** The state of what is as the program wants it, remembered as answered for. */
  settled(wire: Wire, account: Account, inputs: Values, before: Values = {}): Values {
    const declaration = this.declared(wire, account, inputs, before);
    return this.#held(this.type.idOf(wire), this.stateOf(wire, account, declaration, inputs));
  }

  #held(id: string, state: Values): Values {
    this.ports.memory.hold(this.identity(id, state), this.key(state));
    return state;
  }

  /**
   * The flow of a state, or `undefined` when it is gone.
   *
   * @throws FlowError where the credentials reach another account: its answers say nothing about this flow
   */
  async readManaged(
    account: Account,
    id: string,
    state: Values,
    fresh: boolean,
    wanted?: Values,
  ): Promise<Wire | undefined> {
    const { type } = this;
    const expected = declarationOf(state)?.account;
    const wire = await type.read(account, id, state, fresh, wanted);
    // A flow with the vendor's own id is the flow, whatever the host is called by now.
    if (wire !== undefined && type.identity(id, state) !== type.label(state)) return wire;
    const reached = wire === undefined ? await type.currentAccount(account, state) : type.accountOf(wire, account);
    // Some vendors do not tell every key whose it is.
    if (wire !== undefined && (!expected || reached === "")) return wire;
    if (expected === reached) return wire;
    if (!expected) {
      throw new FlowError(
        "wrongAccount",
        "It is not there, and the state does not tell whose it is, so that it cannot be told from a key of another account. Nothing was changed. If it is really gone, remove it from the stack with `pulumi state delete`.",
      );
    }
    throw new FlowError(
      "wrongAccount",
      `The credentials reach ${reached}, but this flow belongs to ${expected}. Nothing was changed: set that account's own key and address.`,
    );
  }

  /** What already has the key of what is wanted. */
  find(account: Account, desired: Values): Promise<Wire | undefined> {
    return this.type.find ? this.type.find(account, desired) : this.type.read(account, undefined, desired, true);
  }

  /** Reads what must be there; a vendor may need a moment to show what it has just made. */
  async readBack(account: Account, id: string | undefined, values: Values): Promise<Wire> {
    for (const pause of VISIBILITY_PAUSES) {
      if (pause > 0) await this.ports.clock.sleep(pause);
      const wire = await this.type.read(account, id, values, true);
      if (wire !== undefined) return wire;
    }
    throw new FlowError(
      "notFound",
      "it was written, but the vendor does not show it; run `pulumi up` again in a moment",
    );
  }

  /** What must be recorded of a flow that exists, also where it cannot be read. */
  async record(account: Account, id: string, desired: Values, inputs: Values): Promise<Kept> {
    const look = () => this.type.read(account, id, desired, true).catch(() => undefined);
    let wire = await look();
    for (const pause of STALE_PAUSES) {
      if (wire === undefined || this.#shows(wire, only(inputs, this.type.creates))) break;
      await this.ports.clock.sleep(pause);
      wire = (await look()) ?? wire;
    }
    if (wire !== undefined) return { id: this.type.idOf(wire), state: this.settled(wire, account, inputs) };
    // Claims no more than what the creation itself has set.
    const applied = Object.fromEntries(this.type.creates.map((field) => [field, inputs[field]]));
    const owner = await this.type.currentAccount(account, desired).catch(() => "");
    const state = defined({ ...applied, [DECLARED]: encode(declare(this.type, inputs, owner)) });
    return { id, state: this.#held(id, state) };
  }

  /**
   * Sends what differs and reads again.
   *
   * @throws PartialFailure where only a part of the change was made
   */
  async write(account: Account, wire: Wire, change: Change): Promise<Values> {
    const { known, inputs, target, changed, keys } = change;
    if (changed.length === 0) return this.settled(wire, account, inputs, known);
    let after: Wire;
    let taken = false;
    let reached: Wire | undefined;
    const note = (now: Wire) => {
      reached = now;
    };
    try {
      const whole = await this.type.update(account, wire, this.apiForm(target), changed, keys, note);
      taken = true;
      after = whole ?? (await this.#readChanged(account, wire, change));
    } catch (error) {
      taken ||= error instanceof FlowError && error.kind === "notAsSent";
      // What the type itself refused, it has not done.
      if (!taken && !reached && error instanceof FlowError && !MAY_HAVE_WRITTEN.includes(error.kind)) throw error;
      const seen = reached ? this.#rest(reached, account, change) : change;
      const found = await this.#lookAfter(error, account, wire, seen);
      if (found === "unreadable") throw this.#changeUnknown(known, error);
      if (found === undefined) throw this.#deletedMeanwhile(known, error);
      const arrived = taken ? { fields: changed, keys: {} } : found.arrived;
      if (arrived.fields.length === 0 && Object.keys(arrived.keys).length === 0) throw error;
      throw this.#halfChanged(found.now, account, seen, { ...arrived, taken }, error);
    }
    this.warnOfPerpetualDifferences(after, change);
    return this.settled(after, account, inputs, known);
  }

  /** What is left of a change after the first of several writes: what it has made may lack whatever is wanted. */
  #rest(reached: Wire, account: Account, change: Change): Change {
    const { known, inputs, target } = change;
    const state = this.stateOf(reached, account, this.declared(reached, account, inputs, known), inputs, known);
    return { ...change, known: { ...state, [DECLARED]: known[DECLARED] }, changed: Object.keys(target) };
  }

  /** Reads what was just changed; a vendor may need a moment to show it. */
  async #readChanged(account: Account, before: Wire, change: Change): Promise<Wire> {
    const values = { ...change.known, ...this.apiForm(change.target) };
    let after = await this.readBack(account, change.id, values);
    for (const pause of STALE_PAUSES) {
      const arrived = this.#arrived(after, change);
      const untouched = this.#arrived(before, { ...change, target: this.observe(after, change.inputs) });
      if (change.changed.every((field) => arrived.includes(field) || !untouched.includes(field))) break;
      await this.ports.clock.sleep(pause);
      after = await this.readBack(account, change.id, values);
    }
    return after;
  }

  /** Whether a flow is like this, as far as the vendor tells. */
  #shows(wire: Wire, values: Values): boolean {
    const observed = this.observe(wire, values);
    return differing(this.type, readable(this.type, values, observed), observed).length === 0;
  }

  /** The changed fields that the vendor tells, and that are as the change wants them. */
  #arrived(wire: Wire, { inputs, target, changed, keys }: Change, sent: Values = inputs): string[] {
    const observed = this.observe(wire, inputs, sent);
    return changed.filter((field) => {
      const [found, wanted] = [observed[field], target[field]].map((value) =>
        owned(this.type, field, value, keys[field] ?? []),
      );
      return isTold(this.type, field, observed) && sameMeaning(this.type, field, found, wanted);
    });
  }

  /**
   * What is there after a failure; `undefined` where the flow is gone. Looks again for what may need a moment to show,
   * unless the vendor refused.
   */
  async #lookAfter(
    failure: unknown,
    account: Account,
    before: Wire,
    change: Change,
  ): Promise<{ readonly now: Wire; readonly arrived: Arrived } | "unreadable" | undefined> {
    const { id, known, inputs } = change;
    const told = change.changed.filter((field) => !rulesOf(this.type, field).writeOnly);
    let found: { readonly now: Wire; readonly arrived: Arrived } | undefined;
    for (const pause of isRefusal(failure) ? [0] : [0, ...STALE_PAUSES]) {
      if (pause > 0) await this.ports.clock.sleep(pause);
      try {
        const now = await this.type.read(account, id, known, true, inputs);
        if (now === undefined) return undefined;
        found = { now, arrived: this.#arrivedUnanswered(before, now, change) };
      } catch {
        return found ?? "unreadable";
      }
      const { fields } = found.arrived;
      if (told.every((field) => fields.includes(field))) break;
    }
    return found;
  }

  /** What has arrived although no answer said so: as wanted, and not so before as far as the vendor tells. */
  #arrivedUnanswered(before: Wire, now: Wire, change: Change): Arrived {
    const { inputs, known, target, changed } = change;
    const certain = this.#arrived(now, change, known);
    const [were, are] = [before, now].map((wire) => this.#arrived(wire, change));
    const fields = changed.filter(
      (field) => certain.includes(field) || (are?.includes(field) && !were?.includes(field)),
    );
    const [was, is] = [before, now].map((wire) => this.observe(wire, inputs, known));
    const keys = changed.flatMap((field) => {
      if (fields.includes(field) || !is || !isTold(this.type, field, is)) return [];
      const hasArrived = (key: string) => {
        const [first, last, wanted] = [was, is, target].map((values) => valueAt(values, [field, key]));
        return isEqual(last, wanted) && !isEqual(first, wanted);
      };
      const arrived = (change.keys[field] ?? []).filter(hasArrived);
      return arrived.length > 0 ? [[field, arrived] as const] : [];
    });
    return { fields, keys: Object.fromEntries(keys) };
  }

  /** A failure of what somebody deleted while it was being changed. */
  #deletedMeanwhile(known: Values, cause: unknown): FlowError {
    return new FlowError(
      "deletedOutside",
      `${this.name(known)} was deleted outside of Pulumi while it was being changed: ${clauseOf(cause)}. \`pulumi up --refresh\` creates it again.`,
      cause,
    );
  }

  /** A failure after which the flow cannot be looked at: what is recorded may no longer be so. */
  #changeUnknown(known: Values, cause: unknown): FlowError {
    return new FlowError(
      "outcomeUnknown",
      `It is not known whether, or how much of, the change of ${this.name(known)} was made: ${clauseOf(cause)}, and looking failed too. ` +
        "Run `pulumi up` again: it looks first, and goes on from what is there.",
      cause,
    );
  }

  /**
   * A failure after a part of a change. The state says what has arrived, still declares what was to be dropped, and of
   * everything else what it said before: somebody else may have changed it meanwhile, which the next run must notice.
   * Of what the vendor does not tell, nobody knows that it has arrived: it is sent again.
   */
  #halfChanged(
    now: Wire,
    account: Account,
    { id, known, inputs, changed }: Change,
    { fields, keys, taken }: Arrived & { readonly taken: boolean },
    cause: unknown,
  ): PartialFailure {
    const before = declarationOf(known);
    const both = declaredByEither(this.declared(now, account, inputs, known), before);
    // What the program declares for the first time, and what has not arrived, is declared when it has: the state keeps what it kept.
    const isOpen = (field: string) =>
      changed.includes(field) && !fields.includes(field) && !(field in keys) && !before?.fields.includes(field);
    const declaration = { ...both, fields: both.fields.filter((field) => !isOpen(field)) };
    const told = Object.keys(inputs).filter((name) => !rulesOf(this.type, name).writeOnly);
    const spelledAs = { ...known, ...only(inputs, told) };
    const state = this.stateOf(now, account, declaration, spelledAs, taken ? spelledAs : known);
    const keepsFormer = (field: string) => isOpen(field) || rulesOf(this.type, field).conflicts !== false;
    for (const field of both.fields.filter((each) => !fields.includes(each) && keepsFormer(each))) {
      if (field in known) state[field] = withKeysOf(known[field], state[field], keys[field] ?? []);
      else if (changed.includes(field)) delete state[field];
    }
    const { seen } = declarationOf(state) ?? {};
    if (seen)
      state[DECLARED] = encode({ ...declaration, seen: { ...seen, ...only(before?.seen ?? {}, Object.keys(seen)) } });
    // What follows from what has arrived, such as a deployment, is not known to have followed where the vendor does not tell.
    const shown = this.observe(now, inputs, {});
    for (const field of declaration.fields.filter((each) => rulesOf(this.type, each).derived && !fields.includes(each)))
      if (shown[field] === undefined) delete state[field];
    return new PartialFailure(
      id,
      this.#held(id, state),
      `${this.name(known)} could not be changed: ${clauseOf(cause)}. Part of the change was made and is recorded; run \`pulumi up\` again to finish it.`,
      cause,
    );
  }

  /** Says what a vendor took and does not hold: it would be sent again and again. */
  warnOfPerpetualDifferences(wire: Wire, { inputs, target, changed, keys }: Omit<Change, "id" | "known">): void {
    const observed = this.observe(wire, inputs);
    const show = this.shower(inputs);
    for (const field of changed) {
      const found = owned(this.type, field, observed[field], keys[field] ?? []);
      if (!isTold(this.type, field, observed) || sameMeaning(this.type, field, target[field], found)) continue;
      const differences = this.differences(field, target[field], found, [inputs], (path, wanted, answered) => {
        return `took ${showPath(path, {})} = ${show(path, wanted)} and answers ${show(path, answered)}`;
      });
      this.ports.log.warn(
        `${this.name(inputs)}: the vendor ${differences}. ` +
          `This would be a perpetual diff: write the vendor's value into the program, or leave ${field} out.`,
      );
    }
  }

  /**
   * Where two values of a field differ, as {@link placesThatDiffer} tells it.
   *
   * @param of values that tell where secrets are
   */
  places(field: string, a: unknown, b: unknown, of: readonly Values[]): readonly Place[] {
    const declared = of.flatMap((values) => declaredSecrets(this.type, values));
    return placesThatDiffer(this.type, field, a, b, declared);
  }

  /** Tells where two values of a field differ, without secrets of these values; of many differences the first few. */
  differences(
    field: string,
    a: unknown,
    b: unknown,
    of: readonly Values[],
    tell: (path: PropertyPath, a: unknown, b: unknown) => string,
  ): string {
    const places = this.places(field, a, b, of);
    const secrets = of.flatMap((values) => secretValues(this.type, values));
    const told = places
      .slice(0, MOST_SHOWN)
      .map((place) => withoutSecrets(tell(place.path, place.a, place.b), secrets));
    const more = places.length - told.length;
    return [...told, ...(more > 0 ? [`and ${more} more of ${field}`] : [])].join("; ");
  }

  /** Shows what stands at a path in messages: short, on one line, and never a secret of the vendor's or of these values. */
  shower(...of: readonly Values[]): (path: PropertyPath, value: unknown) => string {
    const redact = this.#redactor(of);
    const secrets = of.flatMap((values) => secretValues(this.type, values));
    // A secret may also stand where somebody has moved it.
    return (path, value) => withoutSecrets(short(redact(path, value)), secrets);
  }

  /** Copies of paths, and of what stands at one, without secrets of the vendor's or of these values. */
  hider(...of: readonly Values[]): {
    readonly path: (path: PropertyPath) => PropertyPath;
    readonly value: (path: PropertyPath, value: unknown) => unknown;
  } {
    const redact = this.#redactor(of);
    const secrets = of.flatMap((values) => secretValues(this.type, values));
    return {
      path: (path) => path.map((key) => withoutSecrets(key, secrets)),
      value: (path, value) => withoutSecretTexts(redact(path, value), secrets),
    };
  }

  #redactor(of: readonly Values[]): (path: PropertyPath, value: unknown) => unknown {
    const declared = of.flatMap((values) => declaredSecrets(this.type, values));
    return (path, value) => {
      const whole = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
      return redacted(value, path, secretPaths(this.type, isObject(whole) ? whole : {}, declared));
    };
  }
}

/** Whether the vendor has certainly not carried out the write that failed. */
function isRefusal(failure: unknown): boolean {
  return failure instanceof VendorError && failure.method !== "GET" && !failure.outcomeUnknown;
}

/** A map with these keys as they are in another one. */
function withKeysOf(map: unknown, other: unknown, keys: readonly string[]): unknown {
  if (keys.length === 0 || !isObject(map)) return map;
  const kept = Object.entries(map).filter(([key]) => !keys.includes(key));
  return { ...Object.fromEntries(kept), ...only(isObject(other) ? other : {}, keys) };
}

function short(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value).replaceAll(JSON.stringify(HIDDEN), HIDDEN);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
