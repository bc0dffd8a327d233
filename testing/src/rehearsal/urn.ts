/** The type of the root of every stack. */
export const STACK_TYPE = "pulumi:pulumi:Stack";
/** The type of the provider of all dynamic resources. */
export const PROVIDER_TYPE = "pulumi:providers:pulumi-nodejs";

/** A URN says stack, project, the chain of the parents' types and the type itself, and the name. */
export function makeUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const chain = parent ? chainOf(parent) : STACK_TYPE;
  return `urn:pulumi:${stack}::${project}::${chain === STACK_TYPE ? "" : `${chain}$`}${type}::${name}`;
}

function chainOf(urn: string): string {
  return urn.split("::")[2] ?? "";
}

/** The resource's own type. */
export function typeOf(urn: string): string {
  return chainOf(urn).split("$").at(-1) ?? "";
}

/** The resource's name; names may contain `::`. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** A type as it is read by people: `kosli:Flow` instead of `pulumi-nodejs:dynamic/kosli:Flow`. */
export function shortType(type: string): string {
  return type.replace(/^pulumi-nodejs:dynamic\//, "");
}

/** How messages call a resource. */
export function describe(urn: string): string {
  return `${shortType(typeOf(urn))} ${nameOf(urn)}`;
}

/** A resource names its provider as `<urn>::<id>`. */
export function splitReference(reference: string): { urn: string; id: string } {
  const at = reference.lastIndexOf("::");
  return { urn: reference.slice(0, at), id: reference.slice(at + 2) };
}

/** The provider that Pulumi makes itself, from the stack's configuration; its output does not show it. */
export function isDefaultProvider(urn: string): boolean {
  return typeOf(urn) === PROVIDER_TYPE && /^default(_|$)/.test(nameOf(urn));
}
