import { FlowError } from "../../lifecycle/errors";
import type { KapsoAccount } from "./account";
import type { WireDefinition } from "./definition/observed";
import { flow } from "./flow";
import { callable } from "./function";
import { workflow } from "./workflow";

/** A flow as a lookup tells it. */
export interface GraphResult {
  /** Kapso's own id. */
  id: string;
  /** The name in the project. */
  name: string;
  /** What it is for; empty where nothing is said. */
  description: string;
  /** `draft`, `active` or `archived`. */
  status: string;
  /** The graph as Kapso answers it, with everything that it fills in. */
  definition: {
    /** The steps. */
    nodes: Record<string, unknown>[];
    /** What follows what. */
    edges: Record<string, unknown>[];
  };
}

/** A workflow as a lookup tells it. */
export interface WorkflowResult extends GraphResult {
  /** The key for other tools. */
  slug: string;
}

/** A function as a lookup tells it. */
export interface FunctionResult {
  /** Kapso's own id. */
  id: string;
  /** The name. */
  name: string;
  /** The key for other tools. */
  slug: string;
  /** What it is for; empty where nothing is said. */
  description: string;
  /** `draft`, `deployed` or `error`. */
  status: string;
  /** Where it can be called. */
  endpointUrl?: string;
}

/** What a lookup looks for. */
interface Wanted {
  name?: string;
  slug?: string;
}

/** One workflow by its slug, or else by its name. */
export async function findWorkflow(account: KapsoAccount, wanted: Wanted): Promise<WorkflowResult> {
  const found = demanded(workflow.noun, wanted, ofSlug(wanted, await workflow.find?.(account, asFields(wanted))));
  return { ...graphOf(found), slug: found.slug };
}

/** One flow by its name. */
export async function findFlow(account: KapsoAccount, name: string): Promise<GraphResult> {
  return graphOf(demanded(flow.noun, { name }, await flow.find?.(account, { name })));
}

/** One function by its slug, or else by its name. */
export async function findFunction(account: KapsoAccount, wanted: Wanted): Promise<FunctionResult> {
  const fields = { ...asFields(wanted), code: "" };
  const found = demanded(callable.noun, wanted, ofSlug(wanted, await callable.find?.(account, fields)));
  return {
    id: found.id,
    name: found.name,
    slug: found.slug,
    description: found.description ?? "",
    status: found.status,
    ...(found.endpoint_url ? { endpointUrl: found.endpoint_url } : {}),
  };
}

/** What creations are looked up by. */
function asFields({ name = "", slug }: Wanted): { name: string; slug?: string } {
  if (!name && !slug) throw new FlowError("notFound", "Say the `name` or the `slug` of what to look up.");
  return { name, ...(slug === undefined ? {} : { slug }) };
}

/** Creations meet whatever has the slug or the name; who looks for a slug means it. */
function ofSlug<Wire extends { readonly slug: string }>({ slug }: Wanted, found: Wire | undefined): Wire | undefined {
  return slug === undefined || found?.slug === slug ? found : undefined;
}

function demanded<Wire extends { readonly name: string }>(
  noun: string,
  { name, slug }: Wanted,
  found: Wire | undefined,
): Wire {
  if (found) return found;
  throw new FlowError(
    "notFound",
    `There is no ${noun} ${slug === undefined ? `"${name}"` : `with the slug "${slug}"`}.`,
  );
}

function graphOf(wire: {
  readonly id: string;
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly status?: string | undefined;
  readonly definition: WireDefinition;
}): GraphResult {
  const { nodes, edges } = wire.definition;
  return {
    id: wire.id,
    name: wire.name,
    description: wire.description ?? "",
    status: wire.status ?? "",
    definition: { nodes: nodes.map((node) => ({ ...node })), edges: edges.map((edge) => ({ ...edge })) },
  };
}
