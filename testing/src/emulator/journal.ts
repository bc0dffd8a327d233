/** One call to a vendor, as it came in and as it was answered. */
export interface JournalEntry {
  /** Position among the calls since the journal was last cleared, from 0, in the order of arrival. */
  index: number;
  /** Empty when the path belongs to no vendor. */
  vendor: string;
  /** `operationId` in the API description, such as `getFlow`; empty when no operation has this method and path. */
  operation: string;
  method: string;
  /** With the query. */
  path: string;
  request: {
    /** Names in lower case; what identifies the caller is masked as `***`. */
    headers: Record<string, string>;
    /** Parsed JSON; of a multipart request an object from part name to its text (JSON parts are parsed). */
    body?: unknown;
  };
  /** The status that was sent, or what was done instead of answering. */
  status: number | "reset" | "hang";
  /** The body that was sent: parsed JSON, or text. */
  response?: unknown;
  /** Did the call change stored state? */
  wrote: boolean;
  /** Where the request or the emulator's own reply departs from the API description. */
  violations: string[];
  /** What the fault rules did to this call. */
  fault?: string;
}

/** A place in the journal, taken on arrival and filled when the call is answered. */
export interface JournalSlot {
  readonly index: number;
  entry?: JournalEntry;
}

const alwaysMasked = ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"];

/** The calls in order of arrival. A call that is still being answered has its index but is not listed yet. */
export class Journal {
  private slots: JournalSlot[] = [];

  arrive(): JournalSlot {
    const slot = { index: this.slots.length };
    this.slots.push(slot);
    return slot;
  }

  entries(): JournalEntry[] {
    return structuredClone(this.slots.flatMap((slot) => slot.entry ?? []));
  }

  clear(): void {
    this.slots = [];
  }
}

/** Headers as the journal keeps them. `alsoMasked` are the vendor's own credential headers. */
export function maskedHeaders(headers: Headers, alsoMasked: readonly string[]): Record<string, string> {
  const masked = new Set([...alwaysMasked, ...alsoMasked.map((name) => name.toLowerCase())]);
  return Object.fromEntries([...headers].map(([name, value]) => [name, masked.has(name) ? "***" : value]));
}
