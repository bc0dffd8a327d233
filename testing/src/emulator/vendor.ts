import type { Contract, Shape } from "./contract";
import type { QuotaLeft, RateLimit } from "./rate-limit";
import type { Violation } from "./violations";

/** A vendor call whose request keeps to the vendor's API description. */
export interface Call {
  /** `operationId` in the description. */
  readonly operation: string;
  /** Who calls, as `authenticate` named it; empty where no credentials are asked for. */
  readonly account: string;
  readonly params: Readonly<Record<string, string>>;
  /** Query parameters, converted to the types that the description gives them. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Parsed JSON; of a multipart request an object with one member per part. */
  readonly body: unknown;
  /** Some vendors tell from them what kind of program calls. */
  readonly headers: Headers;
}

/** What a vendor answers: `body` is sent as JSON, unless it is undefined. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What a vendor gets from the emulator that runs it. `Switches` are the settings of this vendor. */
export interface World<Switches> {
  readonly contract: Contract;
  /** Epoch milliseconds. The only clock a vendor may use. */
  now(): number;
  switches(): Switches;
}

/** Who calls: either the name under which the caller's quota is counted, or the refusal. */
type Caller = { readonly account: string } | { readonly refusal: Reply };

/** A vendor in one state. `reset` throws it away and opens a new one. */
export interface OpenVendor<State> {
  /** Reads the credentials of a request. */
  authenticate(headers: Headers): Caller;
  /** May this caller use this operation on these path parameters? Undefined means yes. */
  authorise(account: string, operation: string, params: Readonly<Record<string, string>>): Reply | undefined;
  /**
   * A name for what must not be done twice at the same time, or undefined when the call may overlap with others.
   * While one call holds the name, another one that asks for it is answered with `busy`.
   */
  exclusive(call: Call): string | undefined;
  /** Does the call. Synchronous, so that no two calls interleave in the middle of a write. */
  handle(call: Call): Reply;
  /** The vendor's own quota of a caller, where the common switch sets none. Default: none. */
  rateLimit?(): RateLimit;
  /** Gives every reply to an admitted or refused call its last form. */
  finish?(reply: Reply): Reply;
  /** Does what a person or a CI job does outside of the calls that are being watched. */
  edit(edit: unknown): void;
  /** Everything stored, as plain JSON that shares nothing with the store. */
  snapshot(): State;
  /** Grows whenever stored state changes. */
  revision(): number;
}

/** The vendor's way of saying no: every vendor has its own words and shapes. */
export interface Dialect {
  /** The request does not keep to the description. */
  invalid(operation: string, params: Readonly<Record<string, string>>, violations: readonly Violation[]): Reply;
  /** No operation has this method and path; `pathExists` when the path has other methods. */
  unknownRoute(pathExists: boolean): Reply;
  tooManyRequests(): Reply;
  /** Headers that tell of the caller's quota, as long as there is one. Default: `Retry-After` on a refusal. */
  quotaHeaders?(quota: QuotaLeft): Readonly<Record<string, string>>;
  busy(): Reply;
  /** The body of any other error. */
  error(message: string): unknown;
}

/**
 * One vendor: a value. Those that are shipped are listed in `vendors.ts`.
 *
 * Seeds and edits come from outside as unknown values: `open` and `edit` compare them with these shapes and throw a
 * {@link ControlError} that says what is wrong.
 */
export interface Vendor<Switches, Seed, Edit, State> {
  readonly name: string;
  /** Path of its API description. Default: `spec/<name>.openapi.yaml`. */
  readonly description?: string;
  /** What its routes begin with. Default: the path of the description's first server. */
  readonly basePaths?: readonly string[];
  /** Names of the switches, their defaults, and a JSON Schema for each. */
  readonly switches: { readonly defaults: Switches; readonly schema: Readonly<Record<string, object>> };
  readonly seed: Shape<Seed>;
  readonly edit: Shape<Edit>;
  /**
   * Statuses that any operation may answer with, although the description does not list them everywhere.
   * The value is the name of the schema of the body.
   */
  readonly generalStatuses: Readonly<Record<number, string>>;
  readonly dialect: Dialect;
  /** Header in which each of the vendor's replies, refusals included, carries a counted id: `req_1`. Default: none. */
  readonly requestIdHeader?: string;
  open(world: World<Switches>, seed: unknown): OpenVendor<State>;
}

/** A control request, seed, edit, switch or fault rule that makes no sense. The message says what was wrong. */
export class ControlError extends Error {
  override readonly name = "ControlError";
}
