import assert from "node:assert/strict";
import { defaultSwitches, type Emulator, type Switches } from "../../testing/src/emulator";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface Environment {
  readonly id: string;
  readonly name: string;
  readonly tag: string;
  readonly file?: Flow | null;
}

export interface Monitor {
  readonly version_reference: Readonly<Record<string, unknown>>;
  readonly version: { readonly id: string; readonly version_id: string };
  readonly state: string;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface Flow {
  readonly path: string;
  readonly id: string;
  readonly directory_id: string;
  readonly name: string;
  readonly type: string;
  readonly description?: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly version_id: string;
  readonly version_name?: string | null;
  readonly version_description?: string | null;
  readonly environments: readonly Environment[];
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_used_at: string;
  readonly version_logs_count: number;
  readonly evaluator_aggregates?: unknown;
  readonly evaluators: readonly Monitor[];
}

export interface Page {
  readonly records: readonly Flow[];
  readonly page: number;
  readonly size: number;
  readonly total: number;
}

export interface Directory {
  readonly id: string;
  readonly parent_id?: string | null;
  readonly name: string;
  readonly path: string;
}

type Of = { readonly id: string };

/** The calls of Humanloop's API as plainly as they can be made, with one key. */
export function humanloopClient(emulator: Emulator, key = "hl_test_1") {
  const call = async (method: string, path: string, value?: unknown): Promise<Answer> => {
    const response = await fetch(`${emulator.url}/v5${path}`, {
      method,
      headers: {
        ...(key !== "" && { "x-api-key": key }),
        ...(value !== undefined && { "content-type": "application/json" }),
      },
      ...(value !== undefined && { body: typeof value === "string" ? value : JSON.stringify(value) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text), headers: response.headers };
  };
  /** The body of a success; anything else is thrown. */
  const told = async <T>(method: string, path: string, value?: unknown): Promise<T> => {
    const { status, body } = await call(method, path, value);
    if (status > 299) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    return Object(body);
  };
  const deployment = ({ id }: Of, environment: Of, { version_id }: { version_id: string }) =>
    `/flows/${id}/environments/${environment.id}?version_id=${version_id}`;
  const version = ({ id, version_id }: Of & { version_id: string }) => `/flows/${id}/versions/${version_id}`;
  return {
    call,
    told,
    post: (flow: unknown) => call("POST", "/flows", flow),
    upsert: (flow: object) => told<Flow>("POST", "/flows", flow),
    read: ({ id }: Of, query = "") => call("GET", `/flows/${id}${query}`),
    get: ({ id }: Of, query = "") => told<Flow>("GET", `/flows/${id}${query}`),
    list: (query = "") => told<Page>("GET", `/flows${query}`),
    delete: ({ id }: Of) => call("DELETE", `/flows/${id}`),
    move: ({ id }: Of, place: object) => call("PATCH", `/flows/${id}`, place),
    moved: ({ id }: Of, place: object) => told<Flow>("PATCH", `/flows/${id}`, place),
    versions: async ({ id }: Of, query = "") =>
      (await told<{ records: Flow[] }>("GET", `/flows/${id}/versions${query}`)).records,
    patchVersion: (flow: Flow, notes: unknown) => call("PATCH", version(flow), notes),
    renamed: (flow: Flow, notes: object) => told<Flow>("PATCH", version(flow), notes),
    deleteVersion: (flow: Flow) => call("DELETE", version(flow)),
    environments: ({ id }: Of) => told<Environment[]>("GET", `/flows/${id}/environments`),
    deploy: (flow: Of, environment: Of, to: { version_id: string }) => call("POST", deployment(flow, environment, to)),
    remove: ({ id }: Of, environment: Of) => call("DELETE", `/flows/${id}/environments/${environment.id}`),
    watch: ({ id }: Of, change: object) => call("POST", `/flows/${id}/evaluators`, change),
    watched: async ({ id }: Of, change: object) =>
      (await told<Flow>("POST", `/flows/${id}/evaluators`, change)).evaluators,
    retrieve: (path: string, query = "") => call("POST", `/files/retrieve-by-path${query}`, { path }),
    files: (query = "") => told<Page>("GET", `/files${query}`),
    directories: () => told<Directory[]>("GET", "/directories"),
  };
}

export type HumanloopClient = ReturnType<typeof humanloopClient>;

/** `detail` of an error. */
export function detailOf({ body }: Answer): unknown {
  return typeof body === "object" && body !== null && "detail" in body ? body.detail : undefined;
}

/** The values of one member of each. */
export function each<T, Name extends keyof T>(rows: readonly T[], name: Name): T[Name][] {
  return rows.map((row) => row[name]);
}

/** Tries a thing with each value of a switch, on an emulator that holds nothing. */
export async function withEach<Name extends keyof Switches, Expected>(
  emulator: Emulator,
  name: Name,
  cases: readonly (readonly [Switches[Name], Expected])[],
  attempt: (value: Switches[Name]) => Promise<Expected>,
): Promise<void> {
  assert.equal(defaultSwitches[name], cases[0]?.[0], `${name}: the first case is the default`);
  for (const [value, expected] of cases) {
    emulator.reset();
    emulator.switches({ [name]: value });
    assert.deepEqual(await attempt(value), expected, `${name}: ${value}`);
  }
}

/** The status of an answer. */
export async function statusOf(answer: Promise<{ readonly status: number }>): Promise<number> {
  return (await answer).status;
}
