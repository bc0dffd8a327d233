import { type CheckFailure, check } from "./check";
import { create } from "./create";
import { type Difference, diff } from "./diff";
import { FlowError, PartialFailure, VendorError } from "./errors";
import type { FlowType } from "./flow-type";
import type { Ports } from "./ports";
import { type Kept, Settler } from "./settler";
import { type Declaration, declarationOf, observedOfDeclared, stateOf } from "./state";
import { update } from "./update";
import { defined, type Values } from "./values";

/**
 * The life of the flows of one type: what Pulumi calls check, diff, create, read, update and delete, with the same
 * promises for every vendor. Throws {@link FlowError} for whatever is expected to go wrong.
 */
export interface Lifecycle {
  check(args: Values): { readonly inputs: Values; readonly failures: CheckFailure[] };
  diff(state: Values, inputs: Values): Difference;
  create(inputs: Values): Promise<Kept>;
  /** `undefined` when the flow is gone. */
  read(
    id: string,
    state: Values,
  ): Promise<{ readonly id: string; readonly state: Values; readonly inputs?: Values } | undefined>;
  update(id: string, state: Values, inputs: Values): Promise<Values>;
  delete(id: string, state: Values): Promise<void>;
}

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

  async function lookUp(id: string, state: Values): Promise<Kept> {
    const account = connect();
    const wire = await type.read(account, { ...type.fromId(id), ...state }, true);
    if (wire === undefined) throw new FlowError("notFound", `There is no ${type.noun} "${id}".`);
    return { id, state: defined({ ...settler.observe(wire, state), ...type.outputsOf(wire, account) }) };
  }

  async function read(
    id: string,
    state: Values,
    declaration: Declaration,
  ): Promise<(Kept & { inputs: Values }) | undefined> {
    const account = connect();
    const wire = await settler.readManaged(account, state, false);
    if (wire === undefined) return undefined;
    const observed = settler.observe(wire, state);
    const inputs = { ...observedOfDeclared(type, observed, declaration, state), ...declaration.engine };
    return { id, state: stateOf(type, observed, type.outputsOf(wire, account), declaration, state), inputs };
  }

  async function remove(state: Values): Promise<void> {
    if (ports.memory.holds(settler.identity(state))) {
      ports.log.warn(
        `${settler.name(state)} is now managed by another resource of this program, so it was not deleted.`,
      );
      return;
    }
    const account = connect();
    const wire = await settler.readManaged(account, state, false);
    if (wire === undefined) return;
    try {
      const note = await type.delete(account, wire);
      if (note) ports.log.info(`${settler.name(state)}: ${note}`);
    } catch (error) {
      if (!(error instanceof VendorError && error.kind === "notFound")) throw error;
    }
  }

  return {
    check: (args) => check(type, args, settings()),
    diff: (state, inputs) => diff(type, state, inputs),
    create: (inputs) =>
      concerning(settler.name(inputs), () =>
        ports.memory.exclusively(`${type.token} ${type.label(inputs)}`, () => create(settler, connect(), inputs)),
      ),
    read: (id, state) => {
      const declaration = declarationOf(state);
      if (!declaration) return concerning(`${type.noun} "${id}"`, () => lookUp(id, state));
      return concerning(settler.name(state), () => read(id, state, declaration));
    },
    update: (id, state, inputs) => concerning(settler.name(state), () => update(settler, connect(), id, state, inputs)),
    delete: (_id, state) => concerning(settler.name(state), () => remove(state)),
  };
}

/** Says which flow a failure is about, once. */
async function concerning<T>(flow: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof PartialFailure || !(error instanceof VendorError || error instanceof FlowError)) throw error;
    if (error instanceof FlowError && error.message.includes(flow)) throw error;
    if (error instanceof FlowError) throw new FlowError(error.kind, `${flow}: ${error.message}`, error);
    throw new FlowError("vendor", `${flow}: ${error.message}`, error);
  }
}
