import { z } from "zod";
import { FlowError } from "../../lifecycle/errors";
import { type FlowType, rules } from "../../lifecycle/flow-type";
import { currentOwner, type RuntypeAccount } from "./account";
import { drawPublication } from "./drawing";
import { DECIDERS, NOUN, OVERWRITING, type Publication, publish } from "./publishing";
import { versionsOf, type WireVersions } from "./versions";

/** What a program says of a publication; a type, since interfaces are no records. Source of the rules: https://docs.runtype.com */
export type PublicationFields = {
  /** The flow's id. */
  flow: string;
  /**
   * The id of the version to publish, as `listFlowVersions` tells it; an older one rolls back. Another version that is published outside is then
   * a difference, and repaired. Left out, what the flow holds is published, and another version only gives a warning.
   */
  version?: string | undefined;
  /**
   * Whatever should lead to a publication when it changes, such as a release number, or the flow's `stepsHash`: with it, steps that somebody changed
   * since Pulumi last saw them are not published.
   */
  triggers?: unknown[] | undefined;
  /**
   * `"overwrite"` also publishes steps that somebody changed since Pulumi last saw them, and a version of a flow that another tool manages as code,
   * which Runtype refuses otherwise. Default: `"fail"`.
   */
  onConflict?: "fail" | "overwrite" | undefined;
};

const fields = z.object({
  flow: z.string().min(1).register(rules, { replaces: true }),
  version: z.string().min(1).optional().register(rules, { keep: "nothing", clear: null }),
  triggers: z.array(z.unknown()).optional().register(rules, { writeOnly: true }),
  // Told to Runtype as well as to the lifecycle.
  onConflict: z.enum(["fail", "overwrite"]).optional().register(rules, { writeOnly: true }),
}) satisfies z.ZodType<PublicationFields>;

/** What makes it publish when it changes. */
const REASONS = ["version", "triggers"];

/** `runtype:FlowPublication`, a pointer: which version of a flow its callers get. */
export const publication: FlowType<PublicationFields, Publication, RuntypeAccount> = {
  token: "runtype:FlowPublication",
  noun: NOUN,
  fields,
  outputs: ["publishedVersionId", "publishedAt"],
  onDuplicate: "settles",
  creates: Object.keys(fields.shape),

  label: ({ flow }) => String(flow),
  draw: drawPublication,
  identity: (_id, state) => publication.label(state),
  idOf: ({ flow }) => flow,
  fromId: (id) => ({ flow: id }),

  observe: ({ flow, version }, spelledAs) => ({ flow, ...(spelledAs.version === undefined ? {} : { version }) }),
  outputsOf: ({ publishedVersionId, publishedAt }) => ({ publishedVersionId, publishedAt }),
  accountOf: ({ owner }) => owner,
  currentAccount: currentOwner,

  async read(account, _id, state, _fresh, wanted) {
    const flow = String(state.flow);
    // Before the versions, so that nothing comes between looking at them and publishing.
    const owner = await account.owner();
    const versions = await versionsOf(account, flow);
    const published = versions?.publishedVersionId;
    if (!versions || !published) return undefined;
    const isKnown = published === state.publishedVersionId;
    const isOthers = !isKnown && state.publishedVersionId !== undefined && state.version === undefined;
    const lastSeen = isOthers ? String(state.publishedVersionId) : undefined;
    if (lastSeen !== undefined && !wanted) {
      account.log.warn(
        `${NOUN} "${flow}": version ${published} is published, and Pulumi last saw ${lastSeen}. ` +
          "Name a `version` to have such changes repaired.",
      );
    }
    return {
      flow,
      versions,
      publishedVersionId: published,
      lastSeen,
      version: isKnown && typeof state.version === "string" ? state.version : published,
      publishedAt: isKnown ? String(state.publishedAt) : savedAt(versions, published),
      owner,
    };
  },
  async list(account) {
    const flows = await account.names.all();
    const versions = await Promise.all(flows.map(({ id }) => versionsOf(account, id)));
    return flows
      .filter((_, index) => versions[index]?.publishedVersionId)
      .map(({ id }) => ({ id, label: publication.label({ flow: id }) }));
  },
  // Creating it is what publishes, whatever is published already.
  find: async () => undefined,

  async create(account, desired) {
    const { flow } = desired;
    const owner = await account.owner();
    const versions = await versionsOf(account, flow);
    if (!versions) throw new FlowError("notFound", "There is no such flow at Runtype. Nothing was published.");
    const published = versions.publishedVersionId ?? "";
    const now = { flow, versions, publishedVersionId: published, version: published, owner };
    const whole = await publish(account, { ...now, publishedAt: savedAt(versions, published) }, desired);
    if (published !== "" && whole.publishedVersionId !== published)
      account.log.info(
        `${NOUN} "${flow}": version ${whole.publishedVersionId} took the place of version ${published}.`,
      );
    return { overwrote: false, id: flow, whole };
  },
  async update(account, wire, target, changed) {
    if (!changed.some((field) => REASONS.includes(field))) return wire;
    // Cleared by null: what the flow holds.
    const version = target.version ?? undefined;
    if (wire.lastSeen !== undefined && version !== wire.version) {
      const undoing = publishedUnseen(wire, version);
      if (target.onConflict !== "overwrite")
        throw new FlowError("conflict", `${undoing} Nothing was published. ${WAYS_ON}`);
      account.log.warn(`${NOUN} "${wire.flow}": ${undoing} It is overwritten, as ${DECIDERS} says.`);
    }
    return publish(account, wire, { ...target, version });
  },

  async delete(_account, { publishedVersionId }) {
    return `a publication cannot be undone: version ${publishedVersionId} stays published.`;
  },
};

/** What to do about what somebody else has published. */
const WAYS_ON = `Either look at the difference with \`pulumi preview --refresh\` and go on with \`pulumi up --refresh\`, or publish over it with ${OVERWRITING}.`;

/** Tells of somebody else's publication that an update would undo. */
function publishedUnseen({ publishedVersionId, lastSeen }: Publication, version: string | undefined): string {
  const wanted = version === undefined ? "what the flow holds" : JSON.stringify(version);
  return (
    "It was changed outside of Pulumi, and this update would undo it. " +
    `version: Pulumi last saw ${JSON.stringify(lastSeen)}, it is now ${JSON.stringify(publishedVersionId)}, the program wants ${wanted}.`
  );
}

function savedAt({ versions }: WireVersions, id: string): string {
  return versions.find((each) => each.id === id)?.createdAt ?? "";
}
