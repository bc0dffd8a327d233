import type { z } from "zod";
import type { Clock, Log } from "../lifecycle/ports";
import { withoutSecrets } from "../lifecycle/secrets";
import type { Governor } from "./governor";
import { checked, type ErrorDialect, governed, logged, retrying, unreadable, withHeaders } from "./layers";
import { plainText } from "./plain-text";
import type { Request, Response, Send } from "./request";

/** Vendors nest by tens; functions that call themselves for each level end at some thousands. */
const DEEPEST_ANSWER = 500;

/** What a client needs of the process and the vendor. */
export interface ClientOptions {
  readonly transport: Send;
  readonly dialect: ErrorDialect;
  readonly headers: Readonly<Record<string, string>>;
  readonly governor: Governor;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to 1, for the spread of pauses. */
  readonly random: () => number;
}

/** Calls one account of one vendor. Every failure is a `VendorError`. */
export interface Client {
  /** Sends a request of which only success matters. */
  send(request: Request): Promise<Response>;
  /** Sends a request and reads its answer as JSON of this shape. */
  json<T>(request: Request, shape: z.ZodType<T>): Promise<{ readonly status: number; readonly body: T }>;
}

/** Stacks the layers: retry, rate limit, errors, authorisation, log, transport. */
export function createClient(options: ClientOptions): Client {
  const { transport, dialect, headers, governor, clock, log, random } = options;
  const layers = [
    retrying(clock, log, random, dialect.passingStatuses),
    governed(governor),
    checked(dialect),
    withHeaders(headers),
    logged(log, clock),
  ];
  const called = layers.reduceRight<Send>((next, layer) => layer(next), transport);
  const credentials = Object.entries(headers).flatMap(([name, value]) =>
    name === "user-agent" ? [] : [value.replace(/^Bearer /, "")],
  );
  /** A vendor may quote the key that it refuses. */
  const quietly = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      if (error instanceof Error) {
        error.message = withoutSecrets(error.message, credentials);
        error.stack = withoutSecrets(error.stack ?? "", credentials);
      }
      throw error;
    }
  };
  const send: Send = (request) => quietly(() => called(request));
  const json: Client["json"] = (request, shape) =>
    quietly(async () => {
      const response = await called(request);
      const { status, text } = response;
      if (nesting(text) > DEEPEST_ANSWER)
        throw unreadable(response, request, `something nested more than ${DEEPEST_ANSWER} deep`);
      const read = shape.safeParse(parse(text));
      if (read.success) return { status, body: read.data };
      // The vendor's own names of members may be in the paths.
      const paths = read.error.issues.slice(0, 5).map(({ path }) => plainText(path.join("."), 60));
      const found = paths.includes("") ? "something else" : `something that lacks ${paths.join(", ")} in a usable form`;
      throw unreadable(response, request, found);
    });
  return { send, json };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How deep lists and objects stand in one another, told before anything is made of them. */
function nesting(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (inText && character === "\\") at++;
    else if (character === '"') inText = !inText;
    else if (inText) continue;
    else if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth--;
  }
  return deepest;
}
