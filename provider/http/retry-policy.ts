import { VendorError, type VendorErrorKind } from "../lifecycle/errors";
import { spokenDuration } from "./plain-text";
import type { Request } from "./request";

/** Tries of one call, the first included. */
const TRIES = 5;
/** First pause and largest pause between tries, in milliseconds. */
const FIRST_PAUSE = 500;
const LARGEST_PAUSE = 20_000;
/** A vendor that asks for a longer pause is not waited for, in milliseconds. */
export const LONGEST_RETRY_AFTER = 120_000;

/**
 * Whether another try can end otherwise. It is made where the vendor has done nothing, or where doing it twice is the
 * same as doing it once.
 */
const CAN_PASS: Readonly<Record<VendorErrorKind, boolean>> = {
  network: true,
  timeout: true,
  rateLimited: true,
  server: true,
  // A login page, a wrong address, an answer without bounds: it would come again.
  unreadable: false,
  untrusted: false,
  refused: false,
  invalid: false,
  unauthorized: false,
  forbidden: false,
  notFound: false,
  conflict: false,
};

const DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun";
const FULL_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday";
const MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
const TIME = String.raw`\d\d:\d\d:\d\d`;

/** The three forms of HTTP dates (RFC 9110, 5.6.7). */
const HTTP_DATES = [
  String.raw`(${DAYS}), \d\d (${MONTHS}) \d{4} ${TIME} GMT`,
  String.raw`(${FULL_DAYS}), \d\d-(${MONTHS})-\d\d ${TIME} GMT`,
  String.raw`(${DAYS}) (${MONTHS}) [ \d]\d ${TIME} \d{4}`,
].map((form) => new RegExp(`^${form}$`));

/** What the decision depends on beside the failure. */
export interface RetryCircumstances {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** From 0 to 1. */
  readonly random: number;
  /** Statuses that the vendor documents as passing, beside 408, 429 and 5xx. */
  readonly passingStatuses: readonly number[];
}

/** Whether a failed call is tried again: the pause before it in milliseconds, or the failure to give up with. */
export function pauseBefore(
  attempt: number,
  error: VendorError,
  request: Request,
  { now, random, passingStatuses }: RetryCircumstances,
): number | { readonly give: VendorError } {
  const documented = passingStatuses.includes(error.status ?? 0);
  const repeat =
    (documented && (request.repeatable || request.repeatOnConflict)) ||
    (CAN_PASS[error.kind] && (request.repeatable || !error.outcomeUnknown));
  const asked = retryAfter(error.retryAfter, now);
  if (repeat && asked && asked > LONGEST_RETRY_AFTER) return { give: tooLong(error, asked) };
  if (attempt >= TRIES || !repeat) return { give: error };
  // The governor holds back this call together with all others of the account.
  if (error.kind === "rateLimited") return 0;
  return asked ?? random * Math.min(LARGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1));
}

/**
 * Milliseconds that a Retry-After header asks for: seconds or an HTTP date. What cannot be read counts as not sent, and so
 * does no time at all, which would be no pause.
 */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  const said = header?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(said)) return Number(said) * 1000 || undefined;
  if (!HTTP_DATES.some((form) => form.test(said))) return undefined;
  // The oldest of the three forms names no zone, and means GMT like the others.
  const pause = Date.parse(said.endsWith("GMT") ? said : `${said} GMT`) - now;
  return pause > 0 ? pause : undefined;
}

function tooLong(error: VendorError, asked: number): VendorError {
  const message = `${error.message}. The vendor asks to wait ${spokenDuration(asked)}, which is too long; run it again later`;
  return new VendorError(error.kind, message, { ...error, cause: error });
}
