import { isRecord } from "./description";
import type { HumanloopSwitches } from "./humanloop-switches";
import type { Dialect, Reply } from "./vendor";
import { shown } from "./violations";

// Section numbers are those of the vendor notes on Humanloop (`vendors/humanloop.md`).

/** An error with the vendor's usual body (6.5). */
export const failure = (status: number, detail: string): Reply => ({ status, body: { detail } });

/** The vendor says no. Thrown before anything is written. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }

  reply(): Reply {
    return failure(this.status, this.message);
  }
}

/** How Humanloop refuses. */
export const dialect: Dialect = {
  invalid(_operation, _params, violations) {
    // What is no JSON at all is taken for badly formed.
    const unreadable = violations.find(({ message }) => /^(not JSON|unexpected content type)/.test(message));
    if (unreadable !== undefined) return failure(400, unreadable.message);
    const detail = violations.map(({ in: place, field, message, input }) => ({
      loc: [place, ...field.split(/[.[\]]+/).filter((part) => part !== "")].map(indexOrName),
      msg: message === "Field required" ? message : `${message} [${shown(input)}]`,
      type: message === "Field required" ? "missing" : "value_error",
    }));
    return { status: 422, body: { detail } };
  },
  unknownRoute: (pathExists) => (pathExists ? failure(405, "Method Not Allowed") : failure(404, "Not Found")),
  tooManyRequests: () => failure(429, "Too many requests"),
  busy: () => failure(409, "The file is being changed by another request"),
  error: (detail) => ({ detail }),
};

const indexOrName = (part: string) => (/^\d+$/.test(part) ? Number(part) : part);

/** The shapes that `detail` of a refusal may have (6.5). */
export function withDetail(reply: Reply, switches: HumanloopSwitches): Reply {
  const text = isRecord(reply.body) ? reply.body.detail : undefined;
  if (typeof text !== "string" || reply.status < 400) return reply;
  const { humanloopErrorDetail: shape, humanloopRefusal422 } = switches;
  if (reply.status === 422 && humanloopRefusal422 === "list") {
    return { ...reply, body: { detail: [{ loc: ["body"], msg: text, type: "value_error" }] } };
  }
  return shape === "text" ? reply : { ...reply, body: { detail: { [shape]: text } } };
}
