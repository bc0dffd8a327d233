import { clauseOf, VendorError, type VendorErrorKind } from "../lifecycle/errors";
import type { Clock, Log } from "../lifecycle/ports";
import type { Governor } from "./governor";
import { plainText } from "./plain-text";
import type { Layer, Request, Response } from "./request";
import { pauseBefore } from "./retry-policy";

/** How one vendor says that something is wrong. */
export interface ErrorDialect {
  /** The vendor's own words in the JSON of a refused answer, if it has any. */
  describe(body: unknown): string | undefined;
  /** What a user should do about a status, beyond the vendor's words. */
  advise(kind: VendorErrorKind, request: Request): string | undefined;
  /** The header that carries the vendor's id of the request. */
  readonly requestIdHeader?: string;
  /** Statuses that the vendor documents as passing, beside 408, 429 and 5xx. */
  readonly passingStatuses: readonly number[];
}

/** Repeats what may be repeated. */
export function retrying(clock: Clock, log: Log, random: () => number, passingStatuses: readonly number[]): Layer {
  return (next) => async (request) => {
    let mayBeDone = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return await next(attempt === 1 ? request : { ...request, repeated: true });
      } catch (error) {
        if (!(error instanceof VendorError)) throw error;
        const pause = pauseBefore(attempt, error, request, { now: clock.now(), random: random(), passingStatuses });
        if (typeof pause !== "number") throw mayBeDone ? notDecidedBy(pause.give) : pause.give;
        mayBeDone ||= error.outcomeUnknown && request.method !== "GET";
        // Not the vendor's words: they may quote a secret that it was sent.
        log.debug(`${request.method} ${request.path.text}: ${error.kind}; trying again in ${Math.round(pause)} ms`);
        if (pause > 0) await clock.sleep(pause);
      }
    }
  };
}

/** A refusal of a later try, which says nothing of the first: that one may have been carried out. */
function notDecidedBy(refusal: VendorError): VendorError {
  if (refusal.outcomeUnknown) return refusal;
  const message = `${clauseOf(refusal)} when it was tried again; the first try got no answer, and may have been carried out`;
  return new VendorError(refusal.kind, message, { ...refusal, outcomeUnknown: true, cause: refusal });
}

/** Keeps to the account's share of the vendor's capacity. */
export function governed(governor: Governor): Layer {
  return (next) => (request) => governor.run(request, () => next(request));
}

/** Turns every answer that is not a success into a {@link VendorError}. */
export function checked(dialect: ErrorDialect): Layer {
  return (next) => async (request) => {
    const response = await next(request);
    if (response.status < 200 || response.status >= 300) throw refusal(response, request, dialect);
    if (isPage(response)) throw unreadable(response, request, "a web page");
    return response;
  };
}

/** Adds headers, credentials among them, behind everything that could log them. */
export function withHeaders(headers: Readonly<Record<string, string>>): Layer {
  return (next) => (request) => next({ ...request, headers: { ...request.headers, ...headers } });
}

/** Notes each call with its result, without headers or bodies. */
export function logged(log: Log, clock: Clock): Layer {
  return (next) => async (request) => {
    const begun = clock.now();
    const call = `${request.method} ${request.path.text}`;
    try {
      const response = await next(request);
      log.debug(`${call} -> ${response.status} in ${clock.now() - begun} ms`);
      return response;
    } catch (error) {
      log.debug(`${call} -> ${error instanceof Error ? error.message : String(error)} in ${clock.now() - begun} ms`);
      throw error;
    }
  };
}

function kindOf(status: number): VendorErrorKind {
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  if (status === 404 || status === 410) return "notFound";
  if (status === 408) return "timeout";
  if (status === 409) return "conflict";
  if (status === 429) return "rateLimited";
  if (status >= 500) return "server";
  return status >= 400 ? "invalid" : "refused";
}

function refusal(response: Response, request: Request, dialect: ErrorDialect): VendorError {
  const kind = kindOf(response.status);
  const call = `${request.method} ${request.path.text}`;
  const advice = dialect.advise(kind, request);
  const message =
    kind === "refused"
      ? `${call} was answered with a redirect (${response.status}), which is not followed; check the address of the API`
      : `${call} was refused with ${response.status}: ${words(dialect.describe(parsed(response.text))) || summary(response)}`;
  return new VendorError(kind, advice ? `${message}. ${advice}` : message, {
    method: request.method,
    path: request.path.text,
    status: response.status,
    requestId: dialect.requestIdHeader ? response.headers[dialect.requestIdHeader] : undefined,
    retryAfter: response.headers["retry-after"],
    outcomeUnknown: response.status >= 500 || response.status === 408,
  });
}

/**
 * A page where data was expected: a proxy, a login, a wrong address. What is data is taken whatever it is called, since
 * servers call it HTML or plain text by default, and so is an answer without a body.
 */
function isPage({ text, headers }: Response): boolean {
  if (/^\s*</.test(text)) return true;
  return text.trim() !== "" && (headers["content-type"]?.includes("text/html") ?? false) && parsed(text) === undefined;
}

/** The value of a JSON text; `undefined` for any other text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A success that cannot be understood: whether the vendor did what was asked is not known. */
export function unreadable(response: Response, request: Request, found: string): VendorError {
  const call = `${request.method} ${request.path.text}`;
  const message = `${call} was answered with ${response.status} but with ${found} instead of the vendor's data (${summary(response)}). Check that the address is the API's, and not a proxy's or a login page`;
  return new VendorError("unreadable", message, {
    method: request.method,
    path: request.path.text,
    status: response.status,
    outcomeUnknown: true,
  });
}

/** The vendor's own words, of which nobody reads more. */
function words(said: string | undefined): string | undefined {
  return said === undefined ? undefined : plainText(said, 1000);
}

/** The beginning of an answer that is not in the vendor's dialect, such as a proxy's page. */
function summary(response: Response): string {
  const type = plainText(response.headers["content-type"]?.split(";")[0] ?? "", 60) || "no content type";
  // What is cut off here is not looked through for tags, whatever its size.
  const shown = plainText(response.text.slice(0, 10_000).replace(/<[^<>]*>/g, " "), 120);
  return shown === "" ? `an empty answer (${type})` : `${type}: ${shown}`;
}
