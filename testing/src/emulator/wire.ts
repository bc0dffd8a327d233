import type { IncomingMessage, ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { FaultAction, FinalFault } from "./faults";
import type { JournalEntry } from "./journal";
import type { Dialect, Reply } from "./vendor";

/** The two ends of a connection below the router. */
export interface Connection {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** What goes over the wire, and what the journal says about it. */
export interface Answer {
  readonly status: JournalEntry["status"];
  readonly shown?: unknown;
  send(connection: Connection): Response;
}

/** A vendor's reply as it is. */
export function ordinary(reply: Reply): Answer {
  return asSent(reply.status, "application/json", JSON.stringify(reply.body), reply.body, reply.headers);
}

/**
 * What a fault makes of a call.
 * @param reply - the vendor's own reply, if the vendor did the call.
 */
export function spoiled(fault: FinalFault, reply: Reply | undefined, dialect: Dialect): Answer {
  if ("status" in fault) return injected(fault, dialect);
  if ("reset" in fault) return { status: "reset", send: breakOff };
  if ("hang" in fault) return { status: "hang", send: () => RESPONSE_ALREADY_SENT };
  if ("html" in fault) return asSent(200, "text/html; charset=utf-8", webPage, webPage);
  if (reply !== undefined && reply.body === undefined) return { status: "reset", send: breakOff };
  return truncated(reply ?? { status: 200, body: dialect.error("Half of this never arrives") });
}

/** Breaks the connection, in the way of a peer that crashed. */
export function breakOff({ incoming }: Connection): Response {
  incoming.socket.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

const webPage = "<!doctype html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n";

function injected(fault: Extract<FaultAction, { status: number }>, dialect: Dialect): Answer {
  const body = "body" in fault ? fault.body : dialect.error(`Injected fault ${fault.status}`);
  return typeof body === "string"
    ? asSent(fault.status, "text/plain; charset=utf-8", body, body, fault.headers)
    : asSent(fault.status, "application/json", JSON.stringify(body), body, fault.headers);
}

function asSent(
  status: number,
  contentType: string,
  text: string | undefined,
  shown: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const bodyless = status === 204 || status === 205 || status === 304;
  return {
    status,
    shown,
    send: () =>
      bodyless
        ? new Response(null, { status, headers })
        : new Response(text ?? null, { status, headers: { "content-type": contentType, ...headers } }),
  };
}

/** Promises the whole body, sends half of it and breaks the connection once that half is out. */
function truncated(reply: Reply): Answer {
  const whole = Buffer.from(JSON.stringify(reply.body));
  const half = whole.subarray(0, Math.floor(whole.length / 2));
  return {
    status: reply.status,
    shown: half.toString("utf8"),
    send({ outgoing }) {
      outgoing.writeHead(reply.status, {
        "content-type": "application/json",
        ...reply.headers,
        "content-length": whole.length,
      });
      outgoing.write(half, () => outgoing.destroy());
      return RESPONSE_ALREADY_SENT;
    },
  };
}
