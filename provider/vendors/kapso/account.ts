import { z } from "zod";
import type { Client } from "../../http/client";
import { path } from "../../http/path";
import { clauseOf, FlowError, VendorError, type VendorErrorKind } from "../../lifecycle/errors";
import type { Clock, Log } from "../../lifecycle/ports";
import type { Values } from "../../lifecycle/values";

/** The way to one Kapso project: a key belongs to one. */
export interface KapsoAccount {
  readonly client: Client;
  /** Without path: `https://api.kapso.ai`. */
  readonly hostRoot: string;
  /** The way to the API that was documented first, on a host of its own; it acts on the same project. */
  readonly legacy: Client;
  /** The workflow of each trigger that a list has told: Kapso tells a trigger only to who names its workflow. */
  readonly workflowsOfTriggers: Map<string, string>;
  readonly clock: Clock;
  readonly log: Log;
}

const owned = z.object({ data: z.array(z.object({ project_id: z.string().optional() })) });

/** What identifies a project: ids are unique in the whole of Kapso, so that no address is needed. */
export function projectOf({ project_id }: { readonly project_id?: string | undefined }): string {
  return project_id ? `project ${project_id}` : "";
}

/**
 * The project that the key reaches, told by what is in it.
 *
 * @throws FlowError where nothing is in it: Kapso has no call that names the project
 */
export async function currentProject({ client }: KapsoAccount): Promise<string> {
  for (const list of [path`/platform/v1/workflows`, path`/platform/v1/functions`]) {
    const { data } = (await client.json({ method: "GET", path: list, repeatable: true }, owned)).body;
    const [project] = data.map(projectOf).filter((each) => each !== "");
    if (project) return project;
  }
  throw new FlowError(
    "wrongAccount",
    "It is not there, and the project that the key reaches is empty, so that it cannot be told from another project. Nothing was changed. " +
      "Set the key of its own project; or, if it is really gone, remove it from the stack with `pulumi state delete`.",
  );
}

/** What a creation answers; that a key is taken is told as one of many reasons why it is invalid. */
export async function orTaken<T>(call: Promise<{ readonly body: T }>): Promise<T> {
  try {
    return (await call).body;
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw reworded(
      error,
      "conflict",
      "Archived ones keep their names and slugs: choose another, or name the slug of the one to adopt",
    );
  }
}

/** What a change failed with; where a name or slug is taken, Kapso does not say which was sent. */
export function namingTaken(error: unknown, { name, slug }: Values): unknown {
  const sent = [name, slug].filter((each) => each !== undefined).map((each) => JSON.stringify(each));
  if (!isTaken(error) || sent.length === 0) return error;
  return reworded(
    error,
    error.kind,
    `Another one has ${sent.join(" or ")}: choose another; archived workflows keep theirs`,
  );
}

function isTaken(error: unknown): error is VendorError {
  return (
    error instanceof VendorError &&
    (error.kind === "invalid" || error.kind === "conflict") &&
    /\b(already|been|is) taken\b/i.test(error.message)
  );
}

/** The same failure with a way on. */
export function reworded(error: VendorError, kind: VendorErrorKind, advice: string): VendorError {
  const { method, path: to, status, requestId, outcomeUnknown } = error;
  const about = { method, path: to, status, requestId, outcomeUnknown, cause: error };
  return new VendorError(kind, `${clauseOf(error)}. ${advice}`, about);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws FlowError where a text is no id of Kapso's */
export function demandUuid(id: string, noun: string): void {
  if (!UUID.test(id))
    throw new FlowError("notFound", `The id "${id}" does not lead to a ${noun}: it must be Kapso's own, a UUID.`);
}
