import type { Emulator } from "../../testing/src/emulator";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface Flow {
  readonly id?: string;
  readonly name: string;
  readonly description: string;
  readonly visibility?: string;
  readonly org: string;
  readonly template: string;
  readonly repo_url: string | null;
  readonly tags: Record<string, string> | null;
}

/** The calls of Kosli's API as plainly as they can be made, for one organization and key. */
export function kosliClient(emulator: Emulator, org = "acme", authorization = "Bearer some-key") {
  const call = async (method: string, path: string, body?: string | FormData, headers: Record<string, string> = {}) => {
    const response = await fetch(`${emulator.url}/api/v2${path}`, {
      method,
      headers: { ...(authorization !== "" && { authorization }), ...headers },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.startsWith("application/json") === true;
    return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers };
  };
  const json = (method: string, path: string, value: unknown): Promise<Answer> =>
    call(method, path, JSON.stringify(value), { "content-type": "application/json" });
  return {
    call,
    json,
    /** @param template - text or bytes of the file part; undefined sends no such part. */
    put: (data: object, template?: string | Uint8Array): Promise<Answer> => {
      const form = new FormData();
      form.set("data_json", JSON.stringify({ description: "", ...data }));
      if (template !== undefined) form.set("template_file", new Blob([template]), "template.yml");
      return call("PUT", `/flows/${org}/template_file`, form);
    },
    get: (name: string): Promise<Answer> => call("GET", `/flows/${org}/${name}`),
    flow: async (name: string): Promise<Flow> => {
      const { status, body } = await call("GET", `/flows/${org}/${name}`);
      if (status !== 200) throw new Error(`GET ${name}: ${status}`);
      return body;
    },
    list: (query = ""): Promise<Answer> => call("GET", `/flows/${org}${query}`),
    names: async (query = ""): Promise<string[]> => {
      const { body } = await call("GET", `/flows/${org}${query}`);
      const items: Flow[] = Array.isArray(body) ? body : body.data;
      return items.map((item) => item.name);
    },
    archive: (name: string): Promise<Answer> => call("PUT", `/flows/${org}/${name}/archive`),
    rename: (name: string, newName: string): Promise<Answer> =>
      json("PUT", `/flows/${org}/${name}/rename`, { new_name: newName }),
    tags: (name: string, patch: unknown, type = "flow"): Promise<Answer> =>
      json("PATCH", `/tags/${org}/${type}/${name}`, patch),
  };
}

export type KosliClient = ReturnType<typeof kosliClient>;

/** The members of an error reply, for assertions. */
export function errorsOf(answer: Answer): Record<string, string> {
  const { body } = answer;
  return typeof body === "object" && body !== null && "errors" in body ? Object(body.errors) : {};
}

export function messageOf(answer: Answer): unknown {
  const { body } = answer;
  return typeof body === "object" && body !== null && "message" in body ? body.message : undefined;
}
