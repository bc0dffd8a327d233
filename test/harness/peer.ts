import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createRawServer, type Server, type Socket } from "node:net";

/** A server on this machine that does as it is told. */
export interface Peer {
  /** Its address, without path. */
  readonly root: string;
  /** What it was asked, where it speaks HTTP. */
  readonly asked: IncomingMessage[];
  /** Bytes that it could write. */
  written(): number;
  close(): void;
}

/** Starts a server that answers HTTP. */
export async function startPeer(answer: RequestListener): Promise<Peer> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  return { ...(await listening(server)), asked };
}

/** Starts a server that answers the first bytes of each connection with whatever it likes. */
export async function startRawPeer(answer: (socket: Socket) => void): Promise<Peer> {
  const server = createRawServer((socket) => socket.once("data", () => answer(socket)));
  return { ...(await listening(server)), asked: [] };
}

async function listening(server: Server): Promise<Omit<Peer, "asked">> {
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    sockets.push(socket);
    // Whoever is told too much hangs up.
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return {
    root: `http://127.0.0.1:${address.port}`,
    written: () => sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
