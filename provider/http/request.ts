import type { Path } from "./path";

/** One part of a multipart body. */
interface Part {
  readonly name: string;
  readonly content: string;
  /** Makes the part a file. */
  readonly fileName?: string;
}

/** A call to a vendor. */
export interface Request {
  readonly method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
  readonly path: Path;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly multipart?: readonly Part[];
  /** Whether doing it twice is the same as doing it once. A creation never is, whatever its method. */
  readonly repeatable: boolean;
  /** Whether a conflict that the vendor documents as passing may be tried again although the call is not repeatable. */
  readonly repeatOnConflict?: true;
  /** Set on the second and each further try. */
  readonly repeated?: true;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A vendor's answer. */
export interface Response {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text. */
  readonly text: string;
}

/** Carries a request out. Rejects with `VendorError`. */
export type Send = (request: Request) => Promise<Response>;

/** Adds one concern around the next. */
export type Layer = (next: Send) => Send;
