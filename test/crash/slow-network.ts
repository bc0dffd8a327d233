import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request whose sender need not live any more. */
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Buffer<ArrayBuffer>;
}

/**
 * What is between a run and the vendors, and holds requests back: the first of each kind is carried out when the second one
 * comes, and so after whoever sent that has looked, and before the vendor does what it asks.
 */
export class SlowNetwork {
  readonly #server = createServer((message, response) => void this.#take(message, response));
  /** By kind; `undefined` once it was carried out. */
  readonly #held = new Map<string, Sent | undefined>();
  /** What the vendor answered to those that came late, by kind. */
  readonly answers = new Map<string, number>();

  /** @param kinds what is held: words for it, and how `PUT /path` reads */
  private constructor(
    readonly vendors: string,
    readonly kinds: Readonly<Record<string, RegExp>>,
  ) {}

  static async between(vendors: string, kinds: Readonly<Record<string, RegExp>>): Promise<SlowNetwork> {
    const network = new SlowNetwork(vendors, kinds);
    network.#server.listen(0, "127.0.0.1");
    await once(network.#server, "listening");
    return network;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many requests are held. */
  get held(): number {
    return [...this.#held.values()].filter((each) => each !== undefined).length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #take(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const { method = "", url: path = "" } = message;
    const headers = new Headers();
    for (const [name, value] of Object.entries(message.headers))
      if (!["host", "connection", "content-length", "transfer-encoding"].includes(name))
        headers.set(name, String(value));
    const sent = { method, path, headers, body: Buffer.concat(chunks) };
    const kind = Object.keys(this.kinds).find((name) => this.kinds[name]?.test(`${method} ${path}`));
    if (kind !== undefined && !this.#held.has(kind)) {
      this.#held.set(kind, sent);
      return;
    }
    const late = kind === undefined ? undefined : this.#held.get(kind);
    if (kind !== undefined && late) {
      this.#held.set(kind, undefined);
      this.answers.set(kind, (await this.#carryOut(late)).status);
    }
    const answer = await this.#carryOut(sent);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  }

  #carryOut({ method, path, headers, body }: Sent): Promise<Response> {
    return fetch(`${this.vendors}${path}`, { method, headers, ...(body.length > 0 ? { body } : {}) });
  }
}
