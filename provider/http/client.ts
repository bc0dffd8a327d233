import type { z } from "zod";
import type { Clock, Log } from "../lifecycle/ports";
import type { Governor } from "./governor";
import { checked, type ErrorDialect, governed, logged, retrying, unreadable, withHeaders } from "./layers";
import type { Request, Response, Send } from "./request";

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
  const send = layers.reduceRight<Send>((next, layer) => layer(next), transport);
  return {
    send,
    async json(request, shape) {
      const response = await send(request);
      const read = shape.safeParse(parse(response.text));
      if (read.success) return { status: response.status, body: read.data };
      const missing = read.error.issues.map((issue) => issue.path.join(".") || "everything").join(", ");
      throw unreadable(response, request, `something that lacks ${missing}`);
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
