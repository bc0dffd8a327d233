import type { Values } from "./values";

/** What kind of answer a vendor gave, or why there is none. */
export type VendorErrorKind =
  | "invalid"
  | "unauthorized"
  | "forbidden"
  | "notFound"
  | "conflict"
  | "rateLimited"
  | "server"
  | "unreadable"
  | "timeout"
  | "network"
  | "refused"
  | "untrusted";

/**
 * A call to a vendor that did not end well.
 *
 * `message` says what happened and what to do; the lifecycle adds which flow it happened to.
 */
export class VendorError extends Error {
  override readonly name: string = "VendorError";
  readonly kind: VendorErrorKind;
  readonly method: string;
  readonly path: string;
  /** HTTP status; `undefined` where no answer came. */
  readonly status: number | undefined;
  /** The vendor's own id of the request, for its support. */
  readonly requestId: string | undefined;
  /** Seconds or date that the vendor asked to wait, as sent. */
  readonly retryAfter: string | undefined;
  /** Whether the vendor may have carried the request out although no usable answer came. */
  readonly outcomeUnknown: boolean;

  constructor(
    kind: VendorErrorKind,
    message: string,
    about: {
      method: string;
      path: string;
      status?: number | undefined;
      requestId?: string | undefined;
      retryAfter?: string | undefined;
      outcomeUnknown: boolean;
      cause?: unknown;
    },
  ) {
    super(message, { cause: about.cause });
    this.kind = kind;
    this.method = about.method;
    this.path = about.path;
    this.status = about.status;
    this.requestId = about.requestId;
    this.retryAfter = about.retryAfter;
    this.outcomeUnknown = about.outcomeUnknown;
  }
}

/**
 * Why the lifecycle itself stopped. `notAsSent`: the vendor took a change and made something else of it. `unfinished`:
 * something was written, and what should follow did not. `undeclarable`: no program can say what is at the vendor.
 */
export type FlowErrorKind =
  | "settings"
  | "collision"
  | "conflict"
  | "deletedOutside"
  | "notAsSent"
  | "unfinished"
  | "wrongAccount"
  | "outcomeUnknown"
  | "notFound"
  | "undeclarable"
  | "vendor";

/** An expected failure about one flow: what happened, to which flow, what to do. */
export class FlowError extends Error {
  override readonly name: string = "FlowError";
  readonly kind: FlowErrorKind;

  constructor(kind: FlowErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/**
 * The flow exists at the vendor but is not as wanted. It must be recorded in the state, else it would be lost:
 * the host reports `id` and `state` together with the failure.
 */
export class PartialFailure extends FlowError {
  override readonly name: string = "PartialFailure";
  readonly id: string;
  readonly state: Values;

  constructor(id: string, state: Values, message: string, cause?: unknown) {
    super("vendor", message, cause);
    this.id = id;
    this.state = state;
  }
}

/** The message of anything thrown, as a part of another sentence. */
export function clauseOf(error: unknown): string {
  return messageOf(error).replace(/\.$/, "");
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a call answers, or `undefined` where the vendor has nothing of that id. */
export async function orNothing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof VendorError && error.kind === "notFound") return undefined;
    throw error;
  }
}
