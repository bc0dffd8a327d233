import type { Emulator } from "../../testing/src/emulator";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface Step {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly order: number;
  readonly enabled?: boolean;
  readonly when?: string | null;
  readonly config: Readonly<Record<string, unknown>>;
}

export interface Flow {
  readonly id: string;
  readonly name: string;
  readonly description?: string | null;
  readonly flowSteps: readonly Step[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly userId: string;
  readonly organizationId: string | null;
  readonly lastRunAt: string | null;
  readonly lastModifiedSource: string;
  readonly draftVersionId?: string | null;
}

export interface Version {
  readonly id: string;
  readonly versionNumber: number;
  readonly versionType: string;
  readonly label: string | null;
}

interface Versions {
  readonly publishedVersionId: string | null;
  readonly versions: readonly Version[];
}

export interface Page {
  readonly data: readonly { readonly id: string; readonly name: string }[];
  readonly pagination: Readonly<Record<string, unknown>> & {
    readonly nextCursor: string | null;
    readonly prevCursor: string | null;
  };
}

/** The calls of Runtype's API as plainly as they can be made, with one key. */
export function runtypeClient(emulator: Emulator, key = "rt_test_1", more: Record<string, string> = {}) {
  const call = async (method: string, path: string, value?: unknown): Promise<Answer> => {
    const response = await fetch(`${emulator.url}/v1${path}`, {
      method,
      headers: {
        ...(key !== "" && { authorization: `Bearer ${key}` }),
        ...(value !== undefined && { "content-type": "application/json" }),
        ...more,
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
  const list = (query = "") => told<Page>("GET", `/flows${query}`);
  return {
    call,
    told,
    list,
    names: async (query = ""): Promise<string[]> => (await list(query)).data.map(({ name }) => name),
    post: (flow: unknown) => call("POST", "/flows", flow),
    create: (flow: object) => told<Flow>("POST", "/flows", flow),
    get: ({ id }: { id: string }) => told<Flow>("GET", `/flows/${id}`),
    put: ({ id }: { id: string }, changes: unknown) => call("PUT", `/flows/${id}`, changes),
    update: ({ id }: { id: string }, changes: object) => told<Flow>("PUT", `/flows/${id}`, changes),
    delete: ({ id }: { id: string }) => call("DELETE", `/flows/${id}`),
    steps: async ({ id }: { id: string }) => (await told<{ data: Step[] }>("GET", `/flow-steps/flow/${id}`)).data,
    versions: ({ id }: { id: string }, query = "") => told<Versions>("GET", `/flow-versions/${id}${query}`),
    publish: ({ id }: { id: string }) => call("POST", `/flows/${id}/publish`),
    publishVersion: ({ id }: { id: string }, body: object) => call("POST", `/flow-versions/${id}/publish`, body),
    ensure: (body: object) => call("POST", "/flows/ensure", body),
    pull: (name: string) => call("GET", `/flows/pull?name=${encodeURIComponent(name)}`),
  };
}

export type RuntypeClient = ReturnType<typeof runtypeClient>;

/** A step as it is sent. */
export const prompt = (name: string, more: object = {}) => ({
  type: "prompt",
  name,
  config: { model: "m", userPrompt: "Hi" },
  ...more,
});

export function errorOf({ body }: Answer): unknown {
  return typeof body === "object" && body !== null && "error" in body ? body.error : undefined;
}

/** Where a refused request was wrong. */
export function placesOf({ body }: Answer): unknown[] {
  const details = typeof body === "object" && body !== null && "details" in body ? body.details : [];
  return Array.isArray(details) ? details.map(({ path, code }) => [path, code]) : [];
}
