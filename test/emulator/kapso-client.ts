import type { DefinitionInput, Emulator } from "../../testing/src/emulator";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface Workflow {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly description: string | null;
  readonly status: string;
  readonly lock_version: number;
  readonly message_debounce_seconds: number | null;
  readonly inbound_message_read_mode: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly project_id: string;
  readonly execution_count: number;
  readonly last_executed_at: string | null;
}

export interface Node {
  readonly id: string;
  readonly type: string;
  readonly position: { readonly x: number; readonly y: number };
  readonly data: {
    readonly node_type: string;
    readonly display_name: string;
    readonly config: Readonly<Record<string, unknown>>;
  };
}

export interface Edge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly label: string;
  readonly type: string;
  readonly flow_condition_id: string | null;
}

export interface Definition {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

export interface Trigger {
  readonly id: string;
  readonly workflow_id: string;
  readonly trigger_type: string;
  readonly active: boolean;
  readonly triggerable: Readonly<Record<string, unknown>>;
}

export interface KapsoFunction {
  readonly id: string;
  readonly slug: string;
  readonly status: string;
  readonly version: number | null;
  readonly lock_version: number;
}

const platform = "/platform/v1";

/** The calls of Kapso's APIs as plainly as they can be made, with one key. */
export function kapsoClient(emulator: Emulator, key = "some-key") {
  /** @param path - with the base path of the API. */
  const call = async (method: string, path: string, value?: unknown): Promise<Answer> => {
    const response = await fetch(`${emulator.url}${path}`, {
      method,
      headers: {
        ...(key !== "" && { "x-api-key": key }),
        ...(value !== undefined && { "content-type": "application/json" }),
      },
      ...(value !== undefined && { body: typeof value === "string" ? value : JSON.stringify(value) }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.startsWith("application/json") === true;
    return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers };
  };
  /** The `data` of an answer that must have this status. */
  const told = async <T>(status: number, answer: Promise<Answer>): Promise<T> => {
    const { status: got, body } = await answer;
    if (got !== status) throw new Error(`${got} instead of ${status}: ${JSON.stringify(body)}`);
    return Object(body).data;
  };
  const of = (workflow: { readonly id: string }) => `${platform}/workflows/${workflow.id}`;
  const post = (workflow: object) => call("POST", `${platform}/workflows`, { workflow });
  const patch = (workflow: { readonly id: string }, change: object) =>
    call("PATCH", of(workflow), { workflow: change });
  return {
    call,
    told,
    post,
    patch,
    create: (workflow: object) => told<Workflow>(201, post(workflow)),
    update: (workflow: { readonly id: string }, change: object) => told<Workflow>(200, patch(workflow, change)),
    get: (workflow: { readonly id: string }) => told<Workflow>(200, call("GET", of(workflow))),
    list: (query = "") => told<Workflow[]>(200, call("GET", `${platform}/workflows${query}`)),
    names: async (query = "") => {
      const workflows = await told<Workflow[]>(200, call("GET", `${platform}/workflows${query}`));
      return workflows.map(({ name }) => name);
    },
    definition: async (workflow: { readonly id: string }) => {
      const { definition } = await told<{ definition: Definition }>(200, call("GET", `${of(workflow)}/definition`));
      return definition;
    },
    triggers: (workflow: { readonly id: string }) => told<Trigger[]>(200, call("GET", `${of(workflow)}/triggers`)),
    trigger: (workflow: { readonly id: string }, trigger: object) =>
      call("POST", `${of(workflow)}/triggers`, { trigger }),
    replaceTriggers: (workflow: { readonly id: string }, triggers: readonly object[]) =>
      call("PUT", `${of(workflow)}/triggers`, { triggers }),
    toggle: (trigger: { readonly id: string }, active: boolean) =>
      call("PATCH", `${platform}/triggers/${trigger.id}`, { trigger: { active } }),
    deleteTrigger: (trigger: { readonly id: string }) => call("DELETE", `${platform}/triggers/${trigger.id}`),
    postFunction: (input: object) => call("POST", `${platform}/functions`, { function: input }),
    createFunction: (input: object) =>
      told<KapsoFunction>(
        201,
        call("POST", `${platform}/functions`, {
          function: { code: "export default {}", function_type: "cloudflare_worker", ...input },
        }),
      ),
    function: (id: string) => told<KapsoFunction>(200, call("GET", `${platform}/functions/${id}`)),
    patchFunction: (id: string, input: object) => call("PATCH", `${platform}/functions/${id}`, { function: input }),
    deleteFunction: (id: string) => call("DELETE", `${platform}/functions/${id}`),
    deploy: (id: string) => call("POST", `${platform}/functions/${id}/deploy`),
    legacy: (method: string, path: string, value?: unknown) => call(method, `/api/v1${path}`, value),
  };
}

export type KapsoClient = ReturnType<typeof kapsoClient>;

/** The text of an error answer. */
export function errorOf({ body }: Answer): unknown {
  return Object(body).error;
}

/** A node as it is sent. */
export function node(id: string, node_type: string, config: Record<string, unknown> = {}) {
  return { id, position: { x: 0, y: 0 }, data: { node_type, config } };
}

/** A graph that begins with a start node, which leads to the first of the others. */
export function graph(others: readonly ReturnType<typeof node>[], edges: readonly object[] = []): DefinitionInput {
  const first = others[0];
  return JSON.parse(
    JSON.stringify({
      nodes: [node("start", "start"), ...others],
      edges: [...(first === undefined ? [] : [{ source: "start", target: first.id }]), ...edges],
    }),
  );
}

/** The node of this id. */
export function nodeOf({ nodes }: Definition, id: string): Node {
  const found = nodes.find((each) => each.id === id);
  if (found === undefined) throw new Error(`There is no node ${id}`);
  return found;
}

/** The config of this node. */
export function configOf(definition: Definition, id: string): Readonly<Record<string, unknown>> {
  return nodeOf(definition, id).data.config;
}

/** A decision between two ways. */
export const yesOrNo = (more: Record<string, unknown> = {}) =>
  node("choose", "decide", {
    decision_type: "ai",
    conditions: [{ label: "yes" }, { label: "no", description: "Declined" }],
    ...more,
  });
