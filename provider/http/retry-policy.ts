import { VendorError } from "../lifecycle/errors";
import type { Request } from "./request";

/** Tries of one call, the first included. */
const TRIES = 5;
/** First pause and largest pause between tries, in milliseconds. */
const FIRST_PAUSE = 500;
const LARGEST_PAUSE = 20_000;
/** A vendor that asks for a longer pause is not waited for, in milliseconds. */
export const LONGEST_RETRY_AFTER = 120_000;

/** The beginning of all three forms of HTTP dates: a weekday, then a date with a time. */
const HTTP_DATE = /^\s*(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d{2}:\d{2}:\d{2}/;

/** What the decision depends on beside the failure. */
export interface RetryCircumstances {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** From 0 to 1. */
  readonly random: number;
  /** Statuses that the vendor documents as passing, beside 408, 429 and 5xx. */
  readonly passingStatuses: readonly number[];
}

/**
 * Whether a failed call is tried again: the pause before it in milliseconds, or the failure to give up with.
 *
 * What was never sent and what was held back (429) is always repeated; what may have been carried out only if repeating
 * it changes nothing.
 */
export function pauseBefore(
  attempt: number,
  error: VendorError,
  request: Request,
  { now, random, passingStatuses }: RetryCircumstances,
): number | { readonly give: VendorError } {
  const neverDone = error.kind === "rateLimited" || (error.kind === "network" && !error.outcomeUnknown);
  const documented = passingStatuses.includes(error.status ?? 0);
  const passing = documented || ["network", "timeout", "server", "unreadable"].includes(error.kind);
  const repeat = neverDone || (request.repeatable && passing) || (request.repeatOnConflict && documented);
  if (attempt >= TRIES || !repeat) return { give: error };
  const asked = retryAfter(error.retryAfter, now);
  // The random part is left out where the vendor named a time; none at all is no time.
  if (!asked) return random * Math.min(LARGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1));
  return asked <= LONGEST_RETRY_AFTER ? asked : { give: tooLong(error, asked) };
}

/** Milliseconds that a Retry-After header asks for: seconds or an HTTP date. What cannot be read counts as not sent. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
  if (!HTTP_DATE.test(header)) return undefined;
  // The oldest of the three forms of HTTP dates names no zone, and means GMT like the others.
  const date = Date.parse(/GMT\s*$/.test(header) ? header : `${header} GMT`);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function tooLong(error: VendorError, asked: number): VendorError {
  const message = `${error.message}. The vendor asks to wait ${Math.round(asked / 1000)} s, which is too long; run it again later`;
  return new VendorError(error.kind, message, { ...error, cause: error });
}
