import { type Checked, check } from "./check";
import { type Comparison, compare, demandFindable, hidingAlso } from "./compare";
import { create } from "./create";
import { type Difference, diff } from "./diff";
import { clauseOf, FlowError, PartialFailure, VendorError, type VendorErrorKind } from "./errors";
import type { FlowType, Listed } from "./flow-type";
import { migrate } from "./migrate";
import type { PropertyPath } from "./paths";
import type { Ports } from "./ports";
import { withoutSecrets } from "./secrets";
import { type Kept, Settler } from "./settler";
import {
  DECLARED,
  type Declaration,
  declarationOf,
  hidingMoved,
  inputsOf,
  secretsOf,
  secretValues,
  stateOf,
} from "./state";
import { sortedByLabel, type Taken, take } from "./take";
import { update } from "./update";
import { defined, type Values } from "./values";

/**
 * The life of the flows of one type: what Pulumi calls check, diff, create, read, update and delete, with the same
 * promises for every vendor. Throws {@link FlowError} for whatever is expected to go wrong.
 */
export interface Lifecycle {
  check(args: Values): Checked;
  diff(state: Values, inputs: Values): Difference;
  /** Notes that the program of this run declares this, from checked arguments. */
  declares(inputs: Values): void;
  /** Notes that a resource that the program declares stays what it is in the state, or is updated. */
  keeps(id: string, state: Values, inputs: Values): void;
  /** Where checked arguments, or a state, hold secrets: what is kept encrypted and never shown. */
  secrets(values: Values): PropertyPath[];
  create(inputs: Values): Promise<Kept>;
  /** `undefined` when the flow is gone. */
  read(
    id: string,
    state: Values,
  ): Promise<{ readonly id: string; readonly state: Values; readonly inputs?: Values } | undefined>;
  /**
   * How the flow differs from a state, by the same look as `read`; `undefined` when it is gone. Writes nothing.
   *
   * @param state `HIDDEN` stands in it for every secret that is not given
   * @param secrets places that are hidden whatever the state itself says
   */
  compare(id: string, state: Values, secrets: readonly PropertyPath[]): Promise<Comparison | undefined>;
  update(id: string, state: Values, inputs: Values): Promise<Values>;
  delete(id: string, state: Values): Promise<void>;
  /** Everything of this type that lives in the account, sorted by label. Changes nothing. */
  list(): Promise<readonly Listed[]>;
  /** What Pulumi would keep of a flow that exists, had the stack made it. Changes nothing. */
  take(id: string): Promise<Taken>;
}

/** What to do about failures whose own words say nothing of it, or not all. */
const ADVICE: Partial<Record<VendorErrorKind, string>> = {
  rateLimited: "This may pass: run it again in a moment.",
  server: "This may pass: run it again in a moment.",
  timeout: "This may pass: run it again in a moment.",
  network: "Then run it again.",
  unreadable: "Then run it again.",
};

/**
 * Gives a flow type its life.
 *
 * @param settings the vendor's settings, for fields that are filled from one
 * @param connect the way to the vendor; called at the first call, so that missing settings fail there and not before
 */
export function createLifecycle<Wire, Account>(
  type: FlowType<Values, Wire, Account>,
  settings: () => Values,
  connect: () => Account,
  ports: Ports,
): Lifecycle {
  const settler = new Settler(type, ports);

  async function lookUp(id: string, state: Values): Promise<Kept | undefined> {
    const account = connect();
    const wire = await type.read(account, id, { ...type.fromId(id), ...state }, true);
    // Looked up before and now gone: a refresh must be able to drop it.
    if (wire === undefined && type.outputs.some((output) => output in state)) return undefined;
    if (wire === undefined) throw new FlowError("notFound", `There is no ${type.noun} "${id}".`);
    return { id, state: defined({ ...settler.observe(wire, state), ...type.outputsOf(wire, account) }) };
  }

  async function look(
    id: string,
    state: Values,
    declared: Declaration,
  ): Promise<(Kept & { readonly wire: Wire; readonly declaration: Declaration }) | undefined> {
    const account = connect();
    const wire = await settler.readManaged(account, id, state, false);
    if (wire === undefined) {
      ports.memory.release(settler.identity(id, state));
      return undefined;
    }
    const observed = settler.observe(wire, state);
    // Not every answer tells whose the flow is.
    const owner = type.accountOf(wire, account) || declared.account;
    const declaration = hidingMoved(type, { ...declared, account: owner }, observed, state);
    return {
      id,
      wire,
      declaration,
      state: stateOf(type, observed, type.outputsOf(wire, account), declaration, state),
    };
  }

  async function read(
    id: string,
    state: Values,
    declared: Declaration,
  ): Promise<(Kept & { inputs: Values }) | undefined> {
    const found = await look(id, state, declared);
    return found && { id, state: found.state, inputs: inputsOf(found.declaration, found.state) };
  }

  async function remove(id: string, state: Values): Promise<void> {
    const handedOver = (values: Values) => {
      const kept = ports.memory.keeps(settler.identity(id, values));
      if (kept)
        ports.log.warn(
          `${settler.name(state)} is now managed by another resource of this program, so it was not deleted.`,
        );
      return kept;
    };
    if (handedOver(state)) return;
    const account = connect();
    const wire = await settler.readManaged(account, id, state, false);
    // The state may lack the vendor's id.
    if (wire === undefined || handedOver({ ...settler.observe(wire, state), ...type.outputsOf(wire, account) })) return;
    try {
      const note = await type.delete(account, wire, state);
      if (note) ports.log.info(`${settler.name(state)}: ${note}`);
    } catch (error) {
      if (!(error instanceof VendorError && error.kind === "notFound")) throw error;
    }
  }

  /** Says which flow a failure is about, and nothing that is secret in these values: a vendor may quote what it refuses. */
  const naming = async <T>(flow: string, values: readonly Values[], action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      const told = concerning(flow, error);
      const secrets = values.flatMap((each) => secretValues(type, readableState(each)));
      for (let each: unknown = told; each instanceof Error; each = each.cause) {
        each.message = withoutSecrets(each.message, secrets);
        each.stack = withoutSecrets(each.stack ?? "", secrets);
      }
      throw told;
    }
  };

  return {
    check: (args) => {
      const checked = check(type, args, settings());
      for (const { property, reason } of checked.warnings)
        ports.log.warn(`${settler.name(checked.inputs)}: ${property}: ${reason}`);
      return checked;
    },
    diff: (state, inputs) => {
      try {
        return diff(type, migrate(state), migrate(inputs));
      } catch (error) {
        throw concerning(settler.name(state), error);
      }
    },
    declares: (inputs) => ports.memory.declare(settler.key(inputs)),
    keeps: (id, state, inputs) => ports.memory.keep(settler.identity(id, migrate(state)), settler.key(inputs)),
    secrets: (values) => secretsOf(type, migrate(values)),
    create: (inputs) =>
      naming(settler.name(inputs), [inputs], () =>
        ports.memory.exclusively([settler.queue(inputs)], () => create(settler, connect(), inputs)),
      ),
    read: (id, kept) =>
      naming(DECLARED in kept ? settler.name(kept) : `${type.noun} "${id}"`, [kept], async () => {
        const state = migrate(kept);
        const declared = declarationOf(state);
        return declared ? read(id, state, declared) : lookUp(id, state);
      }),
    compare: (id, kept, secrets) => {
      const hiding = (state: Values) => hidingAlso(state, secrets);
      return naming(settler.name(kept), [hiding(readableState(kept))], async () => {
        demandFindable(type, id, kept);
        const state = hiding(migrate(kept));
        const declared = declarationOf(state);
        if (!declared) throw new FlowError("settings", "Its state does not say what the program declares.");
        const found = await look(id, state, declared);
        if (!found) return undefined;
        const changedBy = type.changedBy?.(found.wire);
        return {
          id: type.idOf(found.wire),
          ...compare(settler, state, found.state),
          ...(changedBy === undefined ? {} : { changedBy }),
        };
      });
    },
    update: (id, kept, inputs) =>
      naming(settler.name(kept), [kept, inputs], () =>
        // A rename gives up one key and takes another; a creation may be after either.
        ports.memory.exclusively([settler.queue(kept), settler.queue(inputs)], () =>
          update(settler, connect(), id, migrate(kept), inputs),
        ),
      ),
    delete: (id, kept) =>
      naming(settler.name(kept), [kept], () =>
        // A creation may be about to adopt it.
        ports.memory.exclusively([settler.queue(kept)], () => remove(id, migrate(kept))),
      ),
    list: () =>
      naming(`Listing every ${type.noun}`, [], async () => sortedByLabel(await type.list(connect(), settings()))),
    take: (id) => naming(`${type.noun} "${id}"`, [], () => take(settler, connect(), id, settings())),
  };
}

/** A state as this version keeps it; nothing of one that only a newer version can read. */
function readableState(kept: Values): Values {
  try {
    return migrate(kept);
  } catch {
    return {};
  }
}

/** An expected failure whose message names the flow, once, and says what to do. */
function concerning(flow: string, error: unknown): unknown {
  if (error instanceof PartialFailure || !(error instanceof VendorError || error instanceof FlowError)) return error;
  if (error instanceof FlowError && error.message.includes(flow)) return error;
  if (error instanceof FlowError) return new FlowError(error.kind, `${flow}: ${error.message}`, error);
  const advice = ADVICE[error.kind];
  return new FlowError("vendor", `${flow}: ${advice ? `${clauseOf(error)}. ${advice}` : error.message}`, error);
}
