import { canonicalOf, hashOf, owned, revivals, rulesOf, writtenKeys } from "./canonical";
import { drawn, shownOf } from "./draw";
import type { Drawing, Labels } from "./drawing";
import { engineArgumentNames } from "./engine-arguments";
import type { FlowType } from "./flow-type";
import type { PropertyPath } from "./paths";
import { placesThatDiffer } from "./places";
import { HIDDEN } from "./secrets";
import { DECLARED, declarationOf } from "./state";
import { contains, defined, only, UNKNOWN, type Values } from "./values";

/** One place that a plan changes. Secrets are hidden. */
export interface PlannedChange {
  readonly path: PropertyPath;
  /** Absent for nothing. */
  readonly before?: unknown;
  /** Absent for nothing. */
  readonly after?: unknown;
}

/** What a plan makes of a flow, in what the program before or this one declares. Secrets are hidden. */
export interface Plan {
  /** What messages call it, such as `acme/web`. */
  readonly label: string;
  /** Absent for a flow that is to be created. */
  readonly before?: Drawing;
  /** Absent for a flow that is to be deleted. */
  readonly after?: Drawing;
  readonly changes: readonly PlannedChange[];
  /** Fields that the program no longer declares and that stay as they are: from now on others may change them. */
  readonly released: readonly string[];
  /** Fields that the program declares from now on as they are already. */
  readonly taken: readonly string[];
  /** Fields that the program declares from now on, and that the flow has already, as a state does not tell: they are shown as new. */
  readonly untold: readonly string[];
  /** Whether both sides hold what is hidden, of which nobody can tell here whether it changes. */
  readonly isSecret: boolean;
}

/** What is known of a plan. */
interface Planned {
  readonly state?: Values | undefined;
  readonly inputs?: Values | undefined;
  readonly isReplaced?: boolean;
}

/**
 * Tells what a plan makes of a flow, as far as it can be shown: a secret that changes is no change here.
 *
 * @param planned.state a state of this version; absent where the flow is to be created
 * @param planned.inputs checked arguments, which may hold unknowns; absent where the flow is to be deleted
 * @param planned.isReplaced whether a new flow is made in place of the one of the state
 * @param labels what other flows are called, by Pulumi's ids of them
 */
export function planOf(type: FlowType, { state, inputs, isReplaced = false }: Planned, labels: Labels): Plan {
  const declared = state && declarationOf(state);
  const had = declared ? declared.fields : fieldsIn(type, state);
  const has = fieldsIn(type, inputs);
  const ended = state && inputs ? Object.keys(revivals(type, inputs, state)) : [];
  // What is made of other fields changes with them, and tells people nothing.
  const fields = Object.keys(type.fields.shape).filter(
    (field) => [...had, ...has, ...ended].includes(field) && !rulesOf(type, field).derived,
  );
  const keysOf = (field: string) => [...(declared?.keys[field] ?? []), ...writtenKeys(type, field, inputs?.[field])];
  const kept = (field: string) => [field, owned(type, field, state?.[field], keysOf(field))] as const;
  // What is too large for the state, and was not declared, is known by its hash alone.
  const hashes = (!isReplaced && inputs && declared?.seen) || {};
  const begun = has.filter((field) => hashes[field] !== undefined);
  const isAsSeen = (field: string) => hashes[field] === hashOf(canonicalOf(type, field, inputs?.[field]));
  const before = state && {
    ...only(state, [DECLARED, ...type.outputs]),
    ...defined(Object.fromEntries(fields.map(kept))),
    ...only(inputs ?? {}, begun.filter(isAsSeen)),
  };
  const released = fields.filter(
    (field) => before && inputs && !has.includes(field) && !ended.includes(field) && !("clear" in rulesOf(type, field)),
  );
  const after = inputs && {
    // What the vendor makes of an update is not known before it.
    ...(state ? Object.fromEntries(type.outputs.filter((name) => name in state).map((name) => [name, UNKNOWN])) : {}),
    ...inputs,
    ...(before && !isReplaced ? only(before, released) : {}),
    ...revivals(type, inputs, state ?? {}),
  };
  const [was, becomes] = [before, after].map((values) => values && shownOf(type, values, {}));
  const changesOf = (names: readonly string[], a: Values = {}, b: Values = {}) =>
    names.flatMap((field) =>
      placesThatDiffer(type, field, a[field], b[field], []).map((place) => ({
        path: place.path,
        ...defined({ before: place.a, after: place.b }),
      })),
    );
  const changes = changesOf(fields, was?.values, becomes?.values);
  return {
    label: (becomes ?? was)?.label ?? "",
    ...(was ? { before: drawn(type, was, labels).drawing } : {}),
    ...(becomes ? { after: drawn(type, becomes, labels).drawing } : {}),
    changes: [...changes, ...(inputs ? changesOf(engineArgumentNames, declared?.engine, inputs) : [])],
    released,
    taken: fields.filter(
      (field) =>
        before && inputs && !isReplaced && !had.includes(field) && !changes.some(({ path }) => path[0] === field),
    ),
    untold: begun.filter((field) => !isAsSeen(field)),
    isSecret: [was, becomes].every((each) => contains(each?.values, HIDDEN)),
  };
}

/**
 * Where somebody has changed a flow outside of Pulumi, in what the program declared.
 *
 * @param stale the state as it was kept
 * @param state the state as it was found
 */
export function changedOutside(type: FlowType, stale: Values, state: Values): PropertyPath[] {
  const declared = declarationOf(stale);
  const [was, is] = [stale, state].map((values) => shownOf(type, values, {}).values);
  return (declared?.fields ?? []).flatMap((field) => {
    const [a, b] = [was, is].map((values) => owned(type, field, values?.[field], declared?.keys[field] ?? []));
    return placesThatDiffer(type, field, a, b, []).map(({ path }) => path);
  });
}

function fieldsIn(type: FlowType, values: Values = {}): string[] {
  return Object.keys(type.fields.shape).filter((field) => values[field] !== undefined);
}
