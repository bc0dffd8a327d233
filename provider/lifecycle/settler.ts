import { owned, rulesOf, sameMeaning } from "./canonical";
import { FlowError, messageOf, PartialFailure } from "./errors";
import type { FlowType } from "./flow-type";
import { fromRegistered } from "./keyed";
import type { Ports } from "./ports";
import { DECLARED, declarationOf, declare, registeredForm, stateOf } from "./state";
import { defined, type Values } from "./values";

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

  /** What the memory of a run calls a flow. */
  identity(state: Values): string {
    return `${this.type.token} ${this.type.identity(state)}`;
  }

  /** The vendor's values in the product's names, as registered. */
  observe(wire: Wire, spelledAs: Values): Values {
    return registeredForm(this.type, this.type.observe(wire, spelledAs));
  }

  /** The fields among registered values, as vendors' functions take them: lists as lists. */
  apiForm(values: Values): Values {
    return Object.fromEntries(
      Object.entries(values).flatMap(([field, value]) => {
        const schema = this.type.fields.shape[field];
        return schema ? [[field, fromRegistered(schema, value)]] : [];
      }),
    );
  }

  /** The state of what was just read, remembered as answered for. */
  settled(wire: Wire, account: Account, inputs: Values): Values {
    const declaration = declare(this.type, inputs, this.type.accountOf(wire, account));
    const state = stateOf(
      this.type,
      this.observe(wire, inputs),
      this.type.outputsOf(wire, account),
      declaration,
      inputs,
    );
    this.ports.memory.hold(this.identity(state));
    return state;
  }

  /**
   * The flow of a state, or `undefined` when it is gone.
   *
   * @throws FlowError where the credentials reach another account: its answers say nothing about this flow
   */
  async readManaged(account: Account, state: Values, fresh: boolean): Promise<Wire | undefined> {
    const wire = await this.type.read(account, state, fresh);
    const reached =
      wire === undefined ? await this.type.currentAccount(account, state) : this.type.accountOf(wire, account);
    const expected = declarationOf(state)?.account;
    if (!expected || expected === reached) return wire;
    throw new FlowError(
      "wrongAccount",
      `The credentials reach ${reached}, but this flow belongs to ${expected}. Nothing was changed: set that account's own key and address.`,
    );
  }

  /** Reads what must be there; a vendor may need a moment to show what it has just made. */
  async readBack(account: Account, values: Values): Promise<Wire> {
    for (const pause of VISIBILITY_PAUSES) {
      if (pause > 0) await this.ports.clock.sleep(pause);
      const wire = await this.type.read(account, values, true);
      if (wire !== undefined) return wire;
    }
    throw new FlowError(
      "notFound",
      "it was written, but the vendor does not show it; run `pulumi up` again in a moment",
    );
  }

  /** What must be recorded of a flow that exists, also where it cannot be read. */
  async record(account: Account, desired: Values, inputs: Values): Promise<Kept> {
    const wire = await this.type.read(account, desired, true).catch(() => undefined);
    if (wire !== undefined) return { id: this.type.idOf(wire), state: this.settled(wire, account, inputs) };
    // Claims no more than what the creation itself has set.
    const applied = Object.fromEntries(this.type.creates.map((field) => [field, inputs[field]]));
    const state = defined({ ...applied, [DECLARED]: declare(this.type, inputs, "") });
    return { id: this.type.idFrom?.(desired) ?? "", state };
  }

  /**
   * Sends what differs and reads again.
   *
   * @throws PartialFailure where only a part of the change was made
   */
  async write(account: Account, wire: Wire, change: Change): Promise<Values> {
    const { id, known, inputs, target, changed, keys } = change;
    if (changed.length === 0) return this.settled(wire, account, inputs);
    let after: Wire;
    try {
      await this.type.update(account, wire, this.apiForm(target), changed, keys);
      after = await this.readBack(account, { ...known, ...this.apiForm(target) });
    } catch (error) {
      const after = { ...known, ...this.apiForm(target) };
      // A vendor without ids of its own knows a renamed flow only by its new name.
      const now = await this.type
        .read(account, known, true)
        .then((found) => found ?? this.type.read(account, after, true))
        .catch(() => undefined);
      if (now === undefined || this.#alike(wire, now, inputs)) throw error;
      const message = `${this.name(known)} could not be changed: ${messageOf(error)}. Part of the change was made and is recorded; run \`pulumi up\` again to finish it.`;
      throw new PartialFailure(id, this.settled(now, account, inputs), message, error);
    }
    this.warnOfPerpetualDifferences(after, change);
    return this.settled(after, account, inputs);
  }

  /** Says what a vendor took and does not hold: it would be sent again and again. */
  warnOfPerpetualDifferences(wire: Wire, { inputs, target, changed, keys }: Omit<Change, "id" | "known">): void {
    const observed = this.observe(wire, inputs);
    for (const field of changed) {
      const found = owned(this.type, field, observed[field], keys[field] ?? []);
      if (rulesOf(this.type, field).writeOnly || sameMeaning(this.type, field, target[field], found)) continue;
      this.ports.log.warn(
        `${this.name(inputs)}: the vendor took ${field} = ${show(target[field])} and answers ${show(found)}. ` +
          `This would be a perpetual diff: write the vendor's value into the program, or leave ${field} out.`,
      );
    }
  }

  #alike(before: Wire, now: Wire, spelledAs: Values): boolean {
    const a = this.observe(before, spelledAs);
    const b = this.observe(now, spelledAs);
    return Object.keys({ ...a, ...b }).every((field) => sameMeaning(this.type, field, a[field], b[field]));
  }
}

/** A value in a message: short, on one line. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
