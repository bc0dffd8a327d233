import { canonicalOf, fieldsOf, isTold, owned, rulesOf, sameMeaning } from "./canonical";
import { clauseOf, FlowError, PartialFailure, VendorError } from "./errors";
import type { FlowType } from "./flow-type";
import { programForm, registeredForm } from "./keyed";
import { differingPaths, type PropertyPath, showPath, valueAt } from "./paths";
import type { Ports } from "./ports";
import { HIDDEN, redacted, secretPaths } from "./secrets";
import { DECLARED, type Declaration, declarationOf, declare, declaredByEither, stateOf } from "./state";
import { defined, isObject, only, type Values } from "./values";

/** A message names so many differences of one field. */
const MOST_SHOWN = 5;

/** Pauses before each look for a flow that was just written and does not show yet, in milliseconds. */
const VISIBILITY_PAUSES = [0, 500, 1000, 2000, 4000];

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

/** Brings flows of one type to where the program wants them: reads, sends what differs, reads again. */
export class Settler<Wire, Account> {
  constructor(
    readonly type: FlowType<Values, Wire, Account>,
    readonly ports: Ports,
  ) {}

  /** What messages call a flow: `Kosli flow "acme/web"`. */
  name(values: Values): string {
    return `${this.type.noun} "${this.type.label(values)}"`;
  }

  /** What is unique at the vendor, and what a creation and an update of it wait for each other by. */
  key(values: Values): string {
    return `${this.type.token} ${this.type.label(values)}`;
  }

  /** What the memory of a run calls a flow. */
  identity(id: string, state: Values): string {
    return `${this.type.token} ${this.type.identity(id, state)}`;
  }

  /** The vendor's values in the product's names, as registered. */
  observe(wire: Wire, spelledAs: Values): Values {
    return registeredForm(this.type, this.type.observe(wire, spelledAs));
  }

  /** The fields among registered values, as vendors' functions take them: lists as lists. */
  apiForm(values: Values): Values {
    return programForm(this.type, fieldsOf(this.type, values));
  }

  /** The state of what was read. */
  stateOf(wire: Wire, account: Account, declaration: Declaration, spelledAs: Values): Values {
    return stateOf(
      this.type,
      this.observe(wire, spelledAs),
      this.type.outputsOf(wire, account),
      declaration,
      spelledAs,
    );
  }

  /** What the program declares of a flow that was read. */
  declared(wire: Wire, account: Account, inputs: Values): Declaration {
    return declare(this.type, inputs, this.type.accountOf(wire, account));
  }

  /** The state of what is as the program wants it, remembered as answered for. */
  settled(wire: Wire, account: Account, inputs: Values): Values {
    return this.#held(this.type.idOf(wire), this.stateOf(wire, account, this.declared(wire, account, inputs), inputs));
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
    if (!expected || expected === reached) return wire;
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
  async record(account: Account, id: string | undefined, desired: Values, inputs: Values): Promise<Kept> {
    const wire = await this.type.read(account, id, desired, true).catch(() => undefined);
    if (wire !== undefined) return { id: this.type.idOf(wire), state: this.settled(wire, account, inputs) };
    // Claims no more than what the creation itself has set.
    const applied = Object.fromEntries(this.type.creates.map((field) => [field, inputs[field]]));
    const state = defined({ ...applied, [DECLARED]: declare(this.type, inputs, "") });
    return { id: id ?? this.type.idFrom?.(desired) ?? "", state };
  }

  /**
   * Sends what differs and reads again.
   *
   * @throws PartialFailure where only a part of the change was made
   */
  async write(account: Account, wire: Wire, change: Change): Promise<Values> {
    const { id, known, inputs, target, changed, keys } = change;
    if (changed.length === 0) return this.settled(wire, account, inputs);
    const wanted = { ...known, ...this.apiForm(target) };
    let after: Wire;
    try {
      after =
        (await this.type.update(account, wire, this.apiForm(target), changed, keys)) ??
        (await this.readBack(account, id, wanted));
    } catch (error) {
      if (error instanceof FlowError && error.kind === "deletedOutside") throw error;
      const read = (values: Values) => this.type.read(account, id, values, true).catch(() => undefined);
      // A vendor without ids of its own knows a renamed flow only by its new name.
      const now = (await read(known)) ?? (await read(wanted));
      if (now === undefined && error instanceof VendorError) throw this.#changeUnknown(known, error);
      if (now === undefined || this.#alike(wire, now, inputs)) throw error;
      throw this.#halfChanged(now, account, change, error);
    }
    this.warnOfPerpetualDifferences(after, change);
    return this.settled(after, account, inputs);
  }

  /** A failure after which the flow cannot be looked at: what is recorded may no longer be so. */
  #changeUnknown(known: Values, cause: VendorError): FlowError {
    return new FlowError(
      "outcomeUnknown",
      `It is not known whether, or how much of, the change of ${this.name(known)} was made: ${clauseOf(cause)}, and looking failed too. ` +
        "Run `pulumi up` again: it looks first, and goes on from what is there.",
      cause,
    );
  }

  /** A failure after a part of a change: the state says what is there, and still declares what was to be dropped. */
  #halfChanged(now: Wire, account: Account, { id, known, inputs }: Change, cause: unknown): PartialFailure {
    const declaration = declaredByEither(this.declared(now, account, inputs), declarationOf(known));
    const told = Object.keys(inputs).filter((name) => !rulesOf(this.type, name).writeOnly);
    const spelledAs = { ...known, ...only(inputs, told) };
    return new PartialFailure(
      id,
      this.#held(id, this.stateOf(now, account, declaration, spelledAs)),
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
      const differences = this.differences(field, target[field], found, (path, wanted, answered) => {
        return `took ${showPath(path, {})} = ${show(path, wanted)} and answers ${show(path, answered)}`;
      });
      this.ports.log.warn(
        `${this.name(inputs)}: the vendor ${differences}. ` +
          `This would be a perpetual diff: write the vendor's value into the program, or leave ${field} out.`,
      );
    }
  }

  /** Tells where two values of a field differ, in the form in which they are compared; of many differences the first few. */
  differences(
    field: string,
    a: unknown,
    b: unknown,
    tell: (path: PropertyPath, a: unknown, b: unknown) => string,
  ): string {
    const before = { [field]: canonicalOf(this.type, field, a) };
    const after = { [field]: canonicalOf(this.type, field, b) };
    // The normal form of a list may have other places than the list.
    const listed = Array.isArray(a) || Array.isArray(b);
    const paths = listed ? [[field]] : differingPaths(before[field], after[field], [field]);
    const told = paths.slice(0, MOST_SHOWN).map((path) => {
      // What differs as a whole is shown as it is written.
      const whole = path.length === 1;
      return tell(path, whole ? a : valueAt(before, path), whole ? b : valueAt(after, path));
    });
    const more = paths.length - told.length;
    return [...told, ...(more > 0 ? [`and ${more} more of ${field}`] : [])].join("; ");
  }

  /** Shows what stands at a path in messages: short, on one line, and never a secret of the vendor's or of these programs. */
  shower(...of: readonly Values[]): (path: PropertyPath, value: unknown) => string {
    const declared = of.flatMap((values) => [
      ...(declarationOf(values)?.secret ?? []),
      ...(declare(this.type, values, "").secret ?? []),
    ]);
    return (path, value) => {
      const whole = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
      const secrets = secretPaths(this.type, isObject(whole) ? whole : {}, declared);
      return short(redacted(value, path, secrets));
    };
  }

  #alike(before: Wire, now: Wire, spelledAs: Values): boolean {
    const a = this.observe(before, spelledAs);
    const b = this.observe(now, spelledAs);
    return Object.keys({ ...a, ...b }).every((field) => sameMeaning(this.type, field, a[field], b[field]));
  }
}

function short(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value).replaceAll(JSON.stringify(HIDDEN), HIDDEN);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
