import { revivals, rulesOf, sameMeaning } from "./canonical";
import { FlowError } from "./errors";
import type { FlowType } from "./flow-type";
import { encode } from "./migrate";
import type { PropertyPath } from "./paths";
import { HIDDEN } from "./secrets";
import type { Settler } from "./settler";
import { DECLARED, declarationOf } from "./state";
import { contains, defined, isObject, mapMembers, only, type Values } from "./values";

/** One place in which a flow is not as it was kept. Secrets in both values are hidden. */
export interface Deviation {
  readonly path: PropertyPath;
  /** What is kept; absent for nothing. */
  readonly expected?: unknown;
  /** What the vendor has; absent for nothing. */
  readonly found?: unknown;
}

/** How a flow that exists differs from what is kept of it, in what the program declares. */
export interface Comparison {
  /** The id by which a list of the vendor's flows names it. */
  readonly id: string;
  readonly deviations: readonly Deviation[];
  /** The places whose kept value was not given, as a whole or in part, so that only their absence would show. */
  readonly unseen: readonly PropertyPath[];
  /** What the vendor tells of the last change, as a sentence. */
  readonly changedBy?: string;
}

/**
 * Compares what is kept with what was found.
 *
 * @param kept a state in which {@link HIDDEN} stands for every secret that was not given
 * @param found the state that a refresh would leave
 */
export function compare<Wire, Account>(
  settler: Settler<Wire, Account>,
  kept: Values,
  found: Values,
): Pick<Comparison, "deviations" | "unseen"> {
  const { type } = settler;
  const declared = declarationOf(kept)?.fields ?? [];
  const ended = Object.keys(revivals(type, only(kept, declared), found));
  const hide = settler.hider(kept, found);
  const unseen: PropertyPath[] = [];
  const deviations = [...new Set([...declared, ...ended])].flatMap((field) => {
    const value = found[field];
    // A text that is a secret is not taken to be empty.
    const isEmptied = typeof value === "string" && sameMeaning(type, field, value, rulesOf(type, field).clear);
    const expected = kept[field] === HIDDEN && isEmptied ? HIDDEN : withFound(kept[field], value, [field], unseen);
    if (sameMeaning(type, field, expected, value)) return [];
    return settler.places(field, expected, value, [kept, found]).map(({ path, a, b }) => ({
      path: hide.path(path),
      ...defined({
        expected: hide.value(path, a),
        // A secret that was not given, and is not in its place, may be anywhere in it.
        found: b !== undefined && contains(a, HIDDEN) ? HIDDEN : hide.value(path, b),
      }),
    }));
  });
  return { deviations, unseen: unseen.map(hide.path) };
}

/**
 * A kept value with what was found in place of each secret that was not given; `unseen` takes their places. A list that
 * holds one is such a place as a whole: its items may have moved, and may not be told apart by their order.
 */
function withFound(kept: unknown, found: unknown, at: PropertyPath, unseen: PropertyPath[]): unknown {
  if (kept === HIDDEN ? found !== undefined : Array.isArray(kept) && Array.isArray(found) && contains(kept, HIDDEN)) {
    unseen.push(at);
    return found;
  }
  if (!isObject(kept) || !isObject(found)) return kept;
  return mapMembers(kept, (value, key) =>
    withFound(value, Object.hasOwn(found, key) ? found[key] : undefined, [...at, key], unseen),
  );
}

/**
 * Fails where a secret that was not given is needed to find the flow.
 *
 * To look for something else, and to find nothing, would be told as a flow that is gone.
 */
export function demandFindable(type: FlowType, id: string, kept: Values): void {
  // A label may be hidden where the vendor's own id leads to the flow; its account or parent may not.
  const places = Object.keys(type.fields.shape).filter((field) => rulesOf(type, field).replaces);
  const isLost = type.identity(id, kept).includes(HIDDEN) || places.some((field) => contains(kept[field], HIDDEN));
  if (!isLost && kept[DECLARED] !== HIDDEN && !type.outputs.some((output) => contains(kept[output], HIDDEN))) return;
  throw new FlowError(
    "settings",
    "What leads to it is a secret that this state does not show: use `pulumi stack export --show-secrets`.",
  );
}

/** A state of which these places are hidden too, whatever the flow type and the program say. */
export function hidingAlso(state: Values, places: readonly PropertyPath[]): Values {
  const declaration = declarationOf(state);
  if (!declaration || places.length === 0) return state;
  return { ...state, [DECLARED]: encode({ ...declaration, once: [...(declaration.once ?? []), ...places] }) };
}
