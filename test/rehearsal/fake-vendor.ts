import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A flow at the fake vendor. */
export interface FakeFlow {
  id: string;
  name: string;
  etag: string;
  description?: string;
  [key: string]: unknown;
}

/** A vendor of one kind of thing, with a journal of every call. */
export interface FakeVendor {
  url: string;
  flows: Map<string, FakeFlow>;
  /** `POST /flows {"name":"a"} as none`, in order of arrival. */
  journal: string[];
  /** Calls to `POST /flows`, or to `POST /flows a` for one of them, are not answered until the promise is kept. */
  hold: Map<string, Promise<void>>;
  /** Keeps its promise when a call has arrived that is held. */
  held: () => Promise<void>;
  close(): Promise<void>;
}

/** Starts the vendor on a free port. Descriptions make it fail: "boom" and "leak" on a write, "nodelete" on a delete. */
export async function startFakeVendor(): Promise<FakeVendor> {
  const flows = new Map<string, FakeFlow>();
  const journal: string[] = [];
  const hold = new Map<string, Promise<void>>();
  const waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    const path = request.url ?? "";
    journal.push(`${request.method} ${path} ${JSON.stringify(body)} as ${request.headers.authorization}`);
    const held = hold.get(`${request.method} ${path} ${body.name}`) ?? hold.get(`${request.method} ${path}`);
    if (held) for (const notify of waiting.splice(0)) notify();
    await held;
    answer(flows, request.method ?? "", path.split("/")[2] ?? "", body, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    flows,
    journal,
    hold,
    held: () => new Promise((resolve) => waiting.push(resolve)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<Partial<FakeFlow>> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? {} : JSON.parse(text);
}

function answer(
  flows: Map<string, FakeFlow>,
  method: string,
  id: string,
  body: Partial<FakeFlow>,
  response: ServerResponse,
) {
  const reply = (status: number, content: object = {}) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
  };
  const flow = flows.get(id);
  if (method === "POST" ? flows.has(body.name ?? "") : !flow) {
    return reply(method === "POST" ? 409 : 404, { message: `${body.name} exists already` });
  }
  if (body.description === "leak") return reply(400, { message: `the vendor says: ${body.token}` });
  if (body.description === "boom") return reply(400, { message: "the vendor does not like boom" });
  if (method === "POST") {
    const made = { ...body, id: body.name ?? "", name: body.name ?? "", etag: `e1-${body.name}` };
    flows.set(made.id, made);
    return reply(200, made);
  }
  if (method === "GET") return reply(200, flow);
  if (method === "DELETE") {
    if (flow?.description === "nodelete") return reply(400, { message: "the vendor does not let go of it" });
    flows.delete(id);
    return reply(200);
  }
  const count = Number(flow?.etag.slice(1).split("-")[0]) + 1;
  const changed = { ...body, id, name: body.name ?? "", etag: `e${count}-${body.name}` };
  flows.set(id, changed);
  reply(200, changed);
}
