/** A part of a multipart request. Files are kept as bytes: what a vendor stores verbatim must not be touched here. */
export type Part =
  | { readonly file: false; readonly text: string }
  | { readonly file: true; readonly bytes: Uint8Array };

/** A request body, read but not yet compared with the description. */
export type RequestBody =
  | { readonly kind: "none" }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "multipart"; readonly parts: ReadonlyMap<string, readonly Part[]> }
  /** Claims to be JSON or multipart and is not, or is of another media type. */
  | { readonly kind: "unreadable"; readonly reason: string; readonly text: string };

/** Reads a body by its content type. Never throws over what the caller sent. */
export async function readBody(request: Request): Promise<RequestBody> {
  const mediaType = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength === 0) return { kind: "none" };
  if (mediaType === "multipart/form-data") return readMultipart(bytes, request.headers.get("content-type") ?? "");
  const text = Buffer.from(bytes).toString("utf8");
  if (mediaType !== "application/json" && !mediaType.endsWith("+json")) {
    return { kind: "unreadable", reason: `unexpected content type ${mediaType || "(none)"}`, text };
  }
  try {
    return { kind: "json", value: JSON.parse(text) };
  } catch (error) {
    return { kind: "unreadable", reason: `not JSON: ${messageOf(error)}`, text };
  }
}

async function readMultipart(bytes: ArrayBuffer, contentType: string): Promise<RequestBody> {
  try {
    const form = await new Response(bytes, { headers: { "content-type": contentType } }).formData();
    const parts = new Map<string, Part[]>();
    for (const [name, value] of form) {
      const part: Part =
        typeof value === "string"
          ? { file: false, text: value }
          : { file: true, bytes: new Uint8Array(await value.arrayBuffer()) };
      parts.set(name, [...(parts.get(name) ?? []), part]);
    }
    return { kind: "multipart", parts };
  } catch (error) {
    return {
      kind: "unreadable",
      reason: `not multipart/form-data: ${messageOf(error)}`,
      text: Buffer.from(bytes).toString("utf8"),
    };
  }
}

/** The text of UTF-8 bytes with nothing taken away (a byte order mark stays), or undefined if they are not UTF-8. */
export function exactText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
