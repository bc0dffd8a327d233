import { isDeepStrictEqual as isEqual } from "node:util";
import { z } from "zod";
import { path } from "../../http/path";
import { clauseOf, FlowError, VendorError } from "../../lifecycle/errors";
import { placesOf, valueAt } from "../../lifecycle/paths";
import { isObject, type Values } from "../../lifecycle/values";
import type { RuntypeAccount } from "./account";
import type { components } from "./api";
import { CHOSEN, canonicalSteps } from "./steps/meaning";
import { lastChange, STALE_PAUSES, stepsHash, storedFlow, withoutConditions } from "./stored-flow";
import { savedLast, versionsOf, type WireVersion, type WireVersions } from "./versions";
import type { WireFlow } from "./wire";

/** What messages call a publication. */
export const NOUN = "Runtype publication of flow";

/** What is published of a flow. */
export interface Publication {
  readonly flow: string;
  readonly versions: WireVersions;
  /** What Runtype says is published. */
  readonly publishedVersionId: string;
  /** The version that was asked for, where it is still the one that is published: a server may publish a copy of it. */
  readonly version: string;
  /** The version that Pulumi last saw, where another one is published since and no `version` is there to tell so. */
  readonly lastSeen?: string | undefined;
  /** As ISO 8601. */
  readonly publishedAt: string;
  readonly owner: string;
}

/** What lets a publication undo what somebody else did, as messages name it. */
export const DECIDERS = "`onConflict` or `PULUMI_FLOWS_ON_CONFLICT`";

/** How to say so. */
export const OVERWRITING =
  '`onConflict: "overwrite"`, or for one run with `PULUMI_FLOWS_ON_CONFLICT=overwrite pulumi up`';

/** What a program wants to be published. */
interface Wanted {
  readonly version?: string | undefined;
  readonly triggers?: readonly unknown[] | undefined;
  readonly onConflict?: "fail" | "overwrite" | undefined;
}

/** Publishes what is wanted, unless it is published already. */
export async function publish(account: RuntypeAccount, now: Publication, wanted: Wanted): Promise<Publication> {
  const { version } = wanted;
  if (version !== undefined && version === now.version) return now;
  const published =
    version === undefined
      ? await publishFlow(account, now, wanted)
      : await publishOther(account, now, version, wanted.onConflict);
  if (published === undefined) return now;
  const publishedAt = new Date(account.clock.now()).toISOString();
  return { ...now, publishedVersionId: published, version: version ?? published, publishedAt };
}

/**
 * Publishes what the flow holds, unless that is published already: by the id of the version, since what Runtype publishes
 * without one is whatever was saved last by then. Where no version is what the flow holds, such as after somebody published
 * an older one, it is saved again.
 */
async function publishFlow(account: RuntypeAccount, now: Publication, wanted: Wanted): Promise<string | undefined> {
  const published = now.versions.versions.find(({ id }) => id === now.publishedVersionId);
  const last = savedLast(now.versions);
  const held = await heldFlow(account, now.flow, wanted);
  const isLastHeld = last && (await isHeld(account, held, last)) !== false;
  if (isLastHeld) return last === published ? undefined : publishVersion(account, now, last.id, wanted.onConflict);
  if (published && (await isHeld(account, held, published)) === true) return undefined;
  await save(account, held);
  const saved = savedLast((await versionsOf(account, now.flow)) ?? now.versions);
  const isOwn = saved && !now.versions.versions.some(({ id }) => id === saved.id);
  if (saved && (isOwn || (await isHeld(account, held, saved)) !== false))
    return publishVersion(account, now, saved.id, wanted.onConflict);
  throw new FlowError(
    "unfinished",
    `Runtype keeps no version of what the flow holds${saved ? `: the newest one, ${saved.id}, is something else` : ""}. Nothing was published. ` +
      "Save a change of the flow's steps first, or name a `version`.",
  );
}

/**
 * What the flow holds, with the conditions of its steps.
 *
 * @throws FlowError where a trigger says that the program saw something else
 */
async function heldFlow(account: RuntypeAccount, id: string, { triggers = [], onConflict }: Wanted): Promise<WireFlow> {
  const isHash = (value: unknown) => typeof value === "string" && value.startsWith(`${id}/`);
  const seen = placesOf(triggers, isHash).map((place) => valueAt(triggers, place));
  for (let tries = 0; ; tries++) {
    const found = await storedFlow(account, id, true, undefined);
    if (!found) throw new FlowError("notFound", "There is no such flow at Runtype. Nothing was published.");
    const { flow } = found;
    const hashes = [stepsHash(flow), stepsHash(withoutConditions(flow))];
    if (seen.every((each) => hashes.includes(String(each)))) {
      if (seen.length === 0) warnOfOthers(account, flow);
      else if (!seen.includes(hashes[0])) warnOfConditions(account, flow);
      return flow;
    }
    const pause = STALE_PAUSES[tries];
    if (pause !== undefined) {
      await account.clock.sleep(pause);
      continue;
    }
    const message = `The steps of the flow are not those that Pulumi last saw: somebody changed them since${told(flow)}.`;
    if (onConflict === "overwrite") {
      account.log.warn(`${NOUN} "${id}": ${message} They are published, as ${DECIDERS} says.`);
      return flow;
    }
    throw new FlowError(
      "conflict",
      `${message} Nothing was published. Look at the change with \`pulumi preview --refresh\`, go on with \`pulumi up --refresh\`, or publish them all the same with ${OVERWRITING}.`,
    );
  }
}

/** Tells whose work is about to be published, where no trigger tells what the program saw. */
function warnOfOthers(account: RuntypeAccount, flow: WireFlow): void {
  if ((flow.lastModifiedSource ?? OWN_SOURCE) === OWN_SOURCE) return;
  account.log.warn(
    `${NOUN} "${flow.id}": what is published was not saved by Pulumi${told(flow)}. Look at the flow with \`pulumi preview --refresh\`, ` +
      "and name its `stepsHash` among the `triggers`, so that only what Pulumi saw is published.",
  );
}

/** What Runtype calls writes like this package's. */
const OWN_SOURCE = "api";

function told(flow: WireFlow): string {
  const change = lastChange(flow);
  return change ? ` (${change})` : "";
}

/** Tells of conditions that the program does not manage, and therefore has not seen. */
function warnOfConditions(account: RuntypeAccount, { id, flowSteps }: WireFlow): void {
  const names = flowSteps.filter(({ when }) => when).map(({ name }) => JSON.stringify(name ?? ""));
  account.log.warn(
    `${NOUN} "${id}": ${names.length === 1 ? "the step" : "the steps"} ${names.join(", ")} ${names.length === 1 ? "has a condition" : "have conditions"} (\`when\`) that the program does not say; that is published, too.`,
  );
}

/** Whether a version is what the flow holds; `undefined` where Runtype does not tell what is in it. */
async function isHeld({ client }: RuntypeAccount, flow: WireFlow, { id }: WireVersion): Promise<boolean | undefined> {
  const to = path`/v1/flow-versions/${flow.id}/${id}`;
  const { flowConfig } = (await client.json({ method: "GET", path: to, repeatable: true }, wireContent)).body;
  // Where in it the steps are is known from examples alone.
  const steps = isObject(flowConfig) ? (flowConfig.steps ?? flowConfig.flowSteps) : undefined;
  return Array.isArray(steps) ? isLike(inOrder(steps), inOrder(flow.flowSteps)) : undefined;
}

const wireContent = z.object({ flowConfig: z.unknown() });

/** Steps in the order in which they run. */
function inOrder(steps: readonly unknown[]): Values[] {
  const known = steps.filter(isObject);
  const isNumbered = known.every(({ order }) => typeof order === "number");
  return isNumbered ? known.toSorted((a, b) => Number(a.order) - Number(b.order)) : known;
}

/** Whether steps do the same; what Runtype may fill in is compared where both tell it. */
function isLike(steps: readonly Values[], others: readonly Values[]): boolean {
  const meaning = (step: Values, other: Values | undefined) => {
    const isTold = (key: string) => !CHOSEN.includes(key) || valueAt(other, ["config", key]) !== undefined;
    const settings = Object.entries(isObject(step.config) ? step.config : {}).filter(([key]) => isTold(key));
    const { type, name, enabled, when } = step;
    return { type, name, enabled, when: when || undefined, config: Object.fromEntries(settings) };
  };
  const meanings = (list: readonly Values[], beside: readonly Values[]) =>
    canonicalSteps(list.map((step, index) => meaning(step, beside[index])));
  return isEqual(meanings(steps, others), meanings(others, steps));
}

/** Saves a flow as it is, which keeps a version of it. */
async function save({ client }: RuntypeAccount, { id, name }: WireFlow): Promise<void> {
  const json: Api["FlowUpdate"] = { name };
  await client.send({ method: "PUT", path: path`/v1/flows/${id}`, json, repeatable: true });
}

type Api = components["schemas"];

const versionAnswer = z.object({ warnings: z.array(z.string()).nullish() });

/** Publishes a version, and answers with what is published then: a server may publish a copy. */
async function publishVersion(
  account: RuntypeAccount,
  before: Publication,
  version: string,
  onConflict: Wanted["onConflict"],
): Promise<string> {
  const { flow, publishedVersionId } = before;
  // A copy is new; what was there before has been published by somebody else.
  const isOthers = (id: string) => id !== version && before.versions.versions.some((each) => each.id === id);
  const json = { versionId: version, ...(onConflict === "overwrite" ? { onConflict } : {}) };
  const request = { method: "POST", path: path`/v1/flow-versions/${flow}/publish`, json, repeatable: false } as const;
  try {
    const { warnings } = (await explained(account.client.json(request, versionAnswer), version)).body;
    for (const warning of warnings ?? []) account.log.warn(`${NOUN} "${flow}": ${warning}`);
  } catch (error) {
    if (!(error instanceof VendorError && error.outcomeUnknown)) throw error;
    // Where looking fails too, the first failure is what must be told: it may have been published.
    const now = (await versionsOf(account, flow).catch(() => undefined))?.publishedVersionId;
    if (!now || now === publishedVersionId || isOthers(now)) throw error;
    return now;
  }
  // It is published, whether it can be looked at or not.
  const now = (await versionsOf(account, flow).catch(() => undefined))?.publishedVersionId ?? version;
  if (!isOthers(now)) return now;
  if (now !== publishedVersionId)
    account.log.warn(
      `${NOUN} "${flow}": somebody published version ${now} in place of version ${version}, just after Pulumi had.`,
    );
  return version;
}

/** Publishes a version that the program names, and says what that does to the flow. */
async function publishOther(
  account: RuntypeAccount,
  now: Publication,
  version: string,
  onConflict: Wanted["onConflict"],
): Promise<string> {
  const { versions } = now.versions;
  const published = await publishVersion(account, now, version, onConflict);
  // A copy of a version is none of its own.
  const copy = now.version === now.publishedVersionId ? undefined : now.publishedVersionId;
  const newest = savedLast({ ...now.versions, versions: versions.filter(({ id }) => id !== copy) })?.versionNumber;
  const own = versions.find(({ id }) => id === version)?.versionNumber;
  if (own !== undefined && newest !== undefined && own < newest) {
    account.log.warn(
      `${NOUN} "${now.flow}": version ${own} is older than version ${newest}, and Runtype puts its steps back into the flow. Unless the program says the same steps, a refresh will show that as a change of the flow, ` +
        "and an update of the flow's steps would undo it: let the program say the steps of that version.",
    );
  }
  return published;
}

/** What a publication answers; a refusal with what to do. */
async function explained<T>(call: Promise<T>, version: string): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    if (error.kind === "conflict") {
      throw new FlowError(
        "conflict",
        `${clauseOf(error)}. Another tool manages the flow as code, and would find its work changed. Nothing was published. ` +
          `Publish with that tool, or publish over it with ${OVERWRITING}.`,
        error,
      );
    }
    if (error.kind !== "notFound") throw error;
    throw new FlowError(
      "notFound",
      `There is no version "${version}" of the flow: listFlowVersions tells which there are. Nothing was published.`,
      error,
    );
  }
}
