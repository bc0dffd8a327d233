import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";

/** The parts of an OpenAPI 3.1 document that the emulator reads. */
export interface Description {
  readonly servers: readonly { readonly url: string }[];
  readonly security?: readonly object[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes?: Readonly<Record<string, { type: string; in?: string; name?: string }>>;
  };
}

type PathItem = Readonly<Record<string, unknown>> & { readonly parameters?: readonly unknown[] };

const packageRoot = resolve(__dirname, "../..");

/**
 * Where the API description of a shipped vendor is. The packed package carries a copy in its own `spec/`; in the repository the
 * original is one folder up, and is all there is before the first build.
 */
export function descriptionPath(vendor: string): string {
  const file = `${vendor}.openapi.yaml`;
  const candidates = [join(packageRoot, "spec", file), join(packageRoot, "..", "spec", file)];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error(`No API description for ${vendor}: looked for ${candidates.join(" and ")}`);
  return found;
}

/** Reads an API description. */
export function readDescription(file: string): Description {
  return parse(readFileSync(file, "utf8"));
}

/** Follows a local `$ref`, once; everything else is returned as it is. */
export function dereference(description: Description, node: unknown): { pointer?: string; value: unknown } {
  if (!isRecord(node) || typeof node.$ref !== "string") return { value: node };
  let value: unknown = description;
  for (const part of node.$ref.replace(/^#\//, "").split("/")) {
    value = isRecord(value) ? value[part.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  }
  if (value === undefined) throw new Error(`The API description has no ${node.$ref}`);
  return { pointer: node.$ref, value };
}

/** Is the value an object with members (not null, not a list)? */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
