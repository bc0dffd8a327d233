import { isDeepStrictEqual as isEqual } from "node:util";
import { FlowError } from "../../lifecycle/errors";
import { toRegistered } from "../../lifecycle/keyed";
import { differingPaths, showPath } from "../../lifecycle/paths";
import type { Clock } from "../../lifecycle/ports";
import { withUntold } from "../../lifecycle/untold";
import { isObject } from "../../lifecycle/values";
import type { Definition } from "./definition/definition";
import { canonicalDefinition } from "./definition/meaning";
import { observedDefinition, type WireDefinition } from "./definition/observed";
import { definition } from "./definition/schema";
import { misunderstood } from "./definition/sent";

/** Pauses before looking again at a graph that Kapso may still be storing, in milliseconds. */
const STORING_PAUSES = [500, 1500, 3000];

/** A message names so many places. */
const MOST_NAMED = 5;

/** The meaning of a graph as Kapso answers it, in the form in which it is compared. */
function meaningOf(answered: WireDefinition): unknown {
  return canonicalDefinition(toRegistered(definition, observedDefinition(answered, undefined)));
}

/** Whether what is there is what was written, as far as it is told. */
export function isStored(answered: WireDefinition, written: Definition): boolean {
  const wanted = toRegistered(definition, written);
  const found = toRegistered(definition, observedDefinition(answered, written));
  return isEqual(canonicalDefinition(isObject(found) ? withUntold(found, wanted) : found), canonicalDefinition(wanted));
}

/** Where two answered graphs differ, by node and key. */
export function changesBetween(before: WireDefinition, after: WireDefinition): string {
  const paths = differingPaths(meaningOf(before), meaningOf(after), ["definition"]);
  const named = paths.slice(0, MOST_NAMED).map((path) => showPath(path, {}));
  return [...named, ...(paths.length > MOST_NAMED ? [`${paths.length - MOST_NAMED} more places`] : [])].join(", ");
}

/**
 * Reads a graph that was just written, and again while Kapso still shows the one before.
 *
 * @param before what was there; `undefined` for a new workflow, which may show nothing, or a start alone
 * @param movesNodes whether the program says where nodes stand
 * @throws FlowError where Kapso made something of it that cannot be left so
 */
export async function readStored<Wire extends { readonly definition: WireDefinition }>(
  read: () => Promise<Wire>,
  written: Definition,
  before: WireDefinition | undefined,
  clock: Clock,
  movesNodes: boolean,
): Promise<Wire> {
  const isBefore = (found: WireDefinition) =>
    before
      ? isSame(found, before) && (!movesNodes || isPlaced(found, before))
      : found.nodes.length <= 1 && written.nodes.length > 1;
  const isArrived = (found: WireDefinition) => isStored(found, written) && (!movesNodes || isPlaced(found, written));
  let found = await read();
  for (const pause of STORING_PAUSES) {
    if (isArrived(found.definition) || !isBefore(found.definition)) break;
    await clock.sleep(pause);
    found = await read();
  }
  demandUnderstood(written, found.definition);
  return found;
}

/** Whether two answers show the same graph. */
export function isSame(a: WireDefinition, b: WireDefinition): boolean {
  return isEqual(meaningOf(a), meaningOf(b));
}

/** Whether all nodes stand where this graph says it. */
function isPlaced({ nodes }: WireDefinition, wanted: Pick<WireDefinition, "nodes"> | Definition): boolean {
  const places = new Map(nodes.map(({ id, position }) => [id, position]));
  return wanted.nodes.every(({ id, position }) => {
    const found = places.get(id);
    return !position || (found?.x === position.x && found.y === position.y);
  });
}

/** @throws FlowError where Kapso made something of a graph that cannot be left so */
function demandUnderstood(written: Definition, answered: WireDefinition): void {
  const problems = misunderstood(written, answered);
  if (problems.length === 0) return;
  throw new FlowError(
    "notAsSent",
    `Kapso took the graph and stored something else: ${problems.slice(0, MOST_NAMED).join("; ")}${problems.length > MOST_NAMED ? `; and ${problems.length - MOST_NAMED} more` : ""}`,
  );
}
