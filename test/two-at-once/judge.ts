import assert from "node:assert/strict";
import isEqual from "lodash/isEqual";
import { type PropertyPath, valueAt } from "../../provider/lifecycle/paths";
import { isObject } from "../../provider/lifecycle/values";
import type { Scene } from "../conformance/scene";
import type { StoredObject } from "../conformance/subject";
import type { Duel } from "./duels";
import type { Played } from "./interleaving";

/** How two who meet may end, and whether something of somebody's was lost in silence. */
export const OUTCOMES = {
  "both are there": "nothing is lost",
  "ours is refused": "nothing is lost",
  "theirs is refused": "nothing is lost",
  "theirs came last": "a person wrote after us",
  "a version each": "the vendor keeps both",
  destroyed: "as one of them asked",
  "overwritten and told": "the side that overwrote says so",
  "never told": "the vendor does not tell what is there",
  OVERWRITTEN: "in silence",
  "TWO OF A NAME": "in silence",
} as const;

export type Outcome = keyof typeof OUTCOMES;

/** What is lost without a word. */
export function isSilent(outcome: Outcome): boolean {
  return OUTCOMES[outcome] === "in silence";
}

/** What a side says that takes the place of something, or leaves what others put there. */
const TELLS = /has been overwritten|is overwritten|^Setting |took the place of|perpetual diff|\bstays?\b/m;

/**
 * What became of a meeting, told from what the vendor stores.
 *
 * @param alone what is there when only we have done our part
 */
export function outcomeOf({ ours, theirs }: Duel, alone: readonly StoredObject[], played: Played): Outcome {
  const { begin, beforeTheirs, afterTheirs, end } = played;
  if (end.length > Math.max(begin.length, 1) && new Set(end.map(({ key }) => key)).size < end.length)
    return played.before === "end" && "adds" in theirs ? "theirs came last" : "TWO OF A NAME";
  const isIn = (paths: readonly PropertyPath[], wanted: readonly StoredObject[]) =>
    paths.every((path) => isEqual(at(end, path), at(wanted, path)));
  const oursIsThere = !played.ours.error && isIn(changesBetween(begin, alone), alone);
  const theirsIsThere = !played.theirs.error && isIn(changesBetween(beforeTheirs, afterTheirs), afterTheirs);
  if ("destroys" in theirs && theirsIsThere && (end.length < begin.length || !oursIsThere)) return "destroyed";
  if ("destroys" in ours && !played.ours.error)
    return theirsIsThere && end.length === begin.length ? "both are there" : "destroyed";
  if (theirsIsThere && oursIsThere) return "both are there";
  if (theirsIsThere && played.ours.error) return "ours is refused";
  if (oursIsThere && played.theirs.error) return "theirs is refused";
  if (theirsIsThere && "field" in theirs) return "theirs came last";
  const last = theirsIsThere || played.before === "end" ? played.theirs : played.ours;
  return TELLS.test(last.told) ? "overwritten and told" : "OVERWRITTEN";
}

/** How a refusal says that somebody else was there, and what to do. */
const TOLD =
  /((was changed|deleted|archived or renamed) outside of Pulumi|Somebody changed it|made by somebody else).*pulumi up/s;

/** Fails where a refusal does not say what the other side has done. */
export function demandTold(scene: Scene, duel: Duel, outcome: Outcome, played: Played): void {
  const { about, from } = duel;
  const isOurs = outcome === "ours is refused";
  const refused = isOurs ? played.ours : outcome === "theirs is refused" ? played.theirs : undefined;
  const isPerson = !isOurs && ("field" in duel.theirs || "adds" in duel.theirs);
  if (!refused?.error || isPerson) return;
  const { message } = refused.error;
  const kind: unknown = Reflect.get(refused.error, "kind");
  const label = from ? scene.type.label(refused.stack.kept?.state ?? scene.bench.inputs(from)) : "";
  assert.ok(message.includes(label), `does not name the flow: ${message}`);
  if (kind === "collision") return;
  // Both wanted the same, or the same name: nothing is to be told but that somebody was there.
  const isAboutNothing = kind !== "deletedOutside" && !about && !("destroys" in duel.ours);
  assert.match(message, isAboutNothing ? /exists|taken|made by somebody else|run `pulumi up` again/ : TOLD);
  if (isAboutNothing || kind === "deletedOutside") return;
  const words = about ? [about.field, ...(isOurs ? about.theirs : about.ours), "the program "] : [];
  for (const word of words) assert.ok(message.includes(word), `does not tell ${word}: ${message}`);
}

/** Fails where the stack that lost something does not see it at its next refresh. */
export async function demandSeen(scene: Scene, { theirs }: Duel, { theirs: { stack } }: Played): Promise<void> {
  if (!("to" in theirs)) return;
  await stack.refresh();
  if (!stack.kept) return;
  const { changed } = scene.bench.run().lifecycle.diff(stack.kept.state, scene.bench.inputs(theirs.to));
  assert.ok(changed.length > 0, "the next refresh shows what was lost");
}

function at(objects: readonly StoredObject[], path: PropertyPath): unknown {
  return valueAt(objects[0]?.content ?? {}, path);
}

/** Where the contents of what lives differ; lists are compared as a whole. */
function changesBetween(a: readonly StoredObject[], b: readonly StoredObject[]): PropertyPath[] {
  return differing(a[0]?.content ?? {}, b[0]?.content ?? {}, []);
}

function differing(a: unknown, b: unknown, path: PropertyPath): PropertyPath[] {
  if (isEqual(a, b)) return [];
  if (!isObject(a) || !isObject(b)) return [path];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differing(a[key], b[key], [...path, key]),
  );
}
