import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { axiosTransport, type TransportLimits } from "../../provider/http/axios-transport";
import { type Client, createClient } from "../../provider/http/client";
import { DEFAULT_LIMITS, Governor } from "../../provider/http/governor";
import { path } from "../../provider/http/path";
import type { Request } from "../../provider/http/request";
import { VendorError } from "../../provider/lifecycle/errors";
import { isObject } from "../../provider/lifecycle/values";
import { failureAs } from "../harness/failure-of";
import { TestClock, TestLog } from "../harness/kosli-lifecycle";
import { type Peer, startPeer } from "../harness/peer";

const GET: Request = { method: "GET", path: path`/api/${"x"}`, repeatable: false };
const SAFE: Request = { ...GET, repeatable: true };

/** A key and a certificate that nobody vouches for; `undefined` where no tool can make one. */
function selfSigned(): { key: string; cert: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-tls-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const made = spawnSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        key,
        "-out",
        cert,
        "-days",
        "1",
        "-subj",
        "/CN=127.0.0.1",
      ],
      { stdio: "ignore" },
    );
    return made.status === 0 ? { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") } : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

describe("http client", () => {
  let peers: Peer[] = [];
  afterEach(() => {
    for (const peer of peers) peer.close();
    peers = [];
  });

  const serve = async (answer: RequestListener) => {
    const peer = await startPeer(answer);
    peers.push(peer);
    return peer;
  };

  function connect(
    root: string,
    { limits = {}, headers = {} }: { limits?: Partial<TransportLimits>; headers?: Record<string, string> } = {},
  ): { client: Client; clock: TestClock; log: TestLog } {
    const clock = new TestClock();
    const log = new TestLog();
    const client = createClient({
      transport: axiosTransport(root, { timeout: 1000, maxResponse: 10_000, ...limits }),
      dialect: {
        describe: (body) => (isObject(body) ? String(body.said) : undefined),
        advise: (kind) => (kind === "forbidden" ? "Ask for the role" : undefined),
        requestIdHeader: "x-request-id",
        passingStatuses: [409],
      },
      headers: { authorization: "Bearer s3cret", ...headers },
      governor: new Governor({ account: "test", namespace: "test", limits: DEFAULT_LIMITS, clock, log }),
      clock,
      log,
      random: () => 0.5,
    });
    return { client, clock, log };
  }

  it("client: sends method, path, query and body as they are, with its headers", async () => {
    let body = "";
    const peer = await serve((request, response) => {
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => response.end('"OK"'));
    });
    const { client } = connect(peer.root, { headers: { "user-agent": "pulumi-flows/1" } });
    await client.send({
      method: "PATCH",
      path: path`/a/${"b c"}`,
      query: { q: "1 2" },
      json: { x: "é" },
      repeatable: false,
    });
    const [asked] = peer.asked;
    assert.equal(`${asked?.method} ${asked?.url}`, "PATCH /a/b%20c?q=1+2");
    assert.equal(body, '{"x":"é"}');
    assert.deepEqual(
      [asked?.headers.authorization, asked?.headers["user-agent"], asked?.headers["content-type"]],
      ["Bearer s3cret", "pulumi-flows/1", "application/json"],
    );
  });

  it("client: a body of the wrong shape is no success, and says what it lacks", async () => {
    const peer = await serve((_request, response) => response.end('{"name": 5}'));
    const { client } = connect(peer.root);
    const error = await failureAs(VendorError, client.json(GET, z.object({ name: z.string(), org: z.string() })));
    assert.deepEqual([error.kind, error.status, error.outcomeUnknown], ["unreadable", 200, true]);
    assert.equal(
      error.message,
      'GET /api/x was answered with 200 but with something that lacks name, org in a usable form instead of the vendor\'s data (no content type: {"name": 5}). ' +
        "Check that the address is the API's, and not a proxy's or a login page",
    );
  });

  it("client: an empty body where data was expected is no success", async () => {
    const peer = await serve((_request, response) => response.end());
    const error = await failureAs(VendorError, connect(peer.root).client.json(GET, z.string()));
    assert.equal(error.kind, "unreadable");
    assert.match(error.message, /something else .*\(an empty answer \(no content type\)\)/);
  });

  it("client: HTML with 200 is no success, whatever its content type says", async () => {
    for (const type of ["text/html", "application/json"]) {
      const peer = await serve((_request, response) =>
        response.setHeader("content-type", type).end("\n<html><h1>Please sign in</h1></html>"),
      );
      const error = await failureAs(VendorError, connect(peer.root).client.send(GET));
      assert.deepEqual([error.kind, error.outcomeUnknown], ["unreadable", true]);
      assert.match(error.message, /^GET \/api\/x was answered with 200 but with a web page .*: Please sign in\)/);
    }
  });

  const kinds: [status: number, kind: string, outcomeUnknown: boolean][] = [
    [400, "invalid", false],
    [401, "unauthorized", false],
    [403, "forbidden", false],
    [404, "notFound", false],
    [408, "timeout", true],
    [409, "conflict", false],
    [410, "notFound", false],
    [422, "invalid", false],
    [429, "rateLimited", false],
    [500, "server", true],
    [504, "server", true],
  ];
  for (const [status, kind, outcomeUnknown] of kinds) {
    it(`client: ${status} is of the kind ${kind}, and it is ${outcomeUnknown ? "not " : ""}known that nothing was done`, async () => {
      const peer = await serve((_request, response) =>
        response.writeHead(status, { "x-request-id": "r-1", "retry-after": "3600" }).end('{"said":"no"}'),
      );
      const error = await failureAs(VendorError, connect(peer.root).client.send(GET));
      assert.deepEqual([error.kind, error.status, error.outcomeUnknown], [kind, status, outcomeUnknown]);
      assert.deepEqual([error.method, error.path, error.requestId], ["GET", "/api/x", "r-1"]);
      assert.match(error.message, new RegExp(`^GET /api/x was refused with ${status}: no`));
    });
  }

  it("client: advice of the vendor follows what was said", async () => {
    const peer = await serve((_request, response) => response.writeHead(403).end('{"said":"no"}'));
    const error = await failureAs(VendorError, connect(peer.root).client.send(GET));
    assert.equal(error.message, "GET /api/x was refused with 403: no. Ask for the role");
  });

  it("client: a proxy's page behind an error is told in a few words", async () => {
    const peer = await serve((_request, response) =>
      response.writeHead(502, { "content-type": "text/html" }).end(`<h1>Bad\n gateway</h1>${"x".repeat(500)}`),
    );
    const error = await failureAs(VendorError, connect(peer.root).client.send(GET));
    assert.equal(error.message, `GET /api/x was refused with 502: text/html: Bad gateway ${"x".repeat(108)} …`);
  });

  describe("redirects", () => {
    for (const status of [301, 302, 303, 307, 308]) {
      it(`redirect: ${status} is not followed, and its target gets neither call nor credential`, async () => {
        const target = await serve((_request, response) => response.end('"OK"'));
        const peer = await serve((_request, response) =>
          response.writeHead(status, { location: `${target.root}/api/x` }).end(),
        );
        const { client } = connect(peer.root);
        const error = await failureAs(VendorError, client.send(SAFE));
        assert.equal(
          error.message,
          `GET /api/x was answered with a redirect (${status}), which is not followed; check the address of the API`,
        );
        assert.deepEqual([peer.asked.length, target.asked.length], [1, 0]);
      });
    }
  });

  describe("bounds", () => {
    it("bounds: an answer that is too large is refused", async () => {
      const peer = await serve((_request, response) => response.end(JSON.stringify("x".repeat(10_001))));
      const error = await failureAs(VendorError, connect(peer.root).client.send(GET));
      assert.deepEqual([error.kind, error.outcomeUnknown], ["unreadable", true]);
      assert.match(
        error.message,
        /was answered with more than 10000 bytes; check that the address is the API's, and not a proxy's$/,
      );
    });

    it("bounds: an answer as large as allowed is taken", async () => {
      const text = JSON.stringify("x".repeat(9_998));
      const peer = await serve((_request, response) => response.end(text));
      assert.equal((await connect(peer.root).client.send(GET)).text, text);
    });

    it("bounds: an answer that unpacks to too much is refused", async () => {
      const { gzipSync } = await import("node:zlib");
      const packed = gzipSync(JSON.stringify("x".repeat(1_000_000)));
      const peer = await serve((_request, response) => response.setHeader("content-encoding", "gzip").end(packed));
      const error = await failureAs(VendorError, connect(peer.root).client.send(GET));
      assert.equal(error.kind, "unreadable");
    });

    it("bounds: an answer that breaks off is no success", async () => {
      const peer = await serve((_request, response) => {
        response.writeHead(200, { "content-length": 100 });
        response.write('{"name":', () => response.destroy());
      });
      const error = await failureAs(VendorError, connect(peer.root).client.send(GET));
      assert.equal(error.outcomeUnknown, true);
    });

    it("timeout: a server that never answers is given up", async () => {
      const peer = await serve(() => {});
      const begun = Date.now();
      const error = await failureAs(VendorError, connect(peer.root, { limits: { timeout: 100 } }).client.send(GET));
      assert.deepEqual([error.kind, error.outcomeUnknown], ["timeout", true]);
      assert.equal(error.message, `GET ${peer.root}/api/x got no answer within 0.1 s`);
      assert.ok(Date.now() - begun < 1000);
    });

    it("timeout: bounds the whole call, also when the answer trickles", async () => {
      const trickling: NodeJS.Timeout[] = [];
      const peer = await serve((_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        trickling.push(setInterval(() => response.write(" "), 20));
      });
      try {
        const begun = Date.now();
        const error = await failureAs(VendorError, connect(peer.root, { limits: { timeout: 150 } }).client.send(GET));
        assert.deepEqual([error.kind, error.outcomeUnknown], ["timeout", true]);
        assert.ok(Date.now() - begun < 1000);
      } finally {
        for (const timer of trickling) clearInterval(timer);
      }
    });

    it("network: a refused connection was never sent, and says what to check", async () => {
      const peer = await serve(() => {});
      peer.close();
      const error = await failureAs(VendorError, connect(peer.root).client.send(GET));
      assert.deepEqual([error.kind, error.outcomeUnknown], ["network", false]);
      assert.equal(
        error.message,
        `GET ${peer.root}/api/x could not be reached; check the address and the network (ECONNREFUSED)`,
      );
    });

    it("network: a host without address was never sent", async () => {
      const error = await failureAs(VendorError, connect("https://nowhere.invalid").client.send(GET));
      assert.deepEqual([error.kind, error.outcomeUnknown], ["network", false]);
      assert.match(error.message, /could not be reached; check the address and the network \((ENOTFOUND|EAI_AGAIN)\)$/);
    });

    it("network: a certificate that is not trusted is told at the first try, with the setting for a company's own", async function () {
      const certificate = selfSigned();
      if (!certificate) this.skip();
      let connections = 0;
      let asked = 0;
      const server = createSecureServer(certificate, (_request, response) => {
        asked++;
        response.end('"OK"');
      });
      server.on("connection", () => connections++);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      try {
        const address = server.address();
        assert.ok(typeof address === "object" && address !== null);
        const root = `https://127.0.0.1:${address.port}`;
        const { client, clock } = connect(root);
        const error = await failureAs(VendorError, client.send(SAFE));
        assert.deepEqual([error.kind, error.outcomeUnknown], ["untrusted", false]);
        assert.equal(
          error.message,
          `GET ${root}/api/x was not sent, since the certificate of the host is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT). ` +
            "For a company's own certificates set NODE_EXTRA_CA_CERTS",
        );
        assert.deepEqual([connections, asked, clock.pauses], [1, 0, []]);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    });

    it("network: a connection that breaks off may have been carried out", async () => {
      const peer = await serve((request) => request.socket.resetAndDestroy());
      const error = await failureAs(VendorError, connect(peer.root).client.send(GET));
      assert.deepEqual([error.kind, error.outcomeUnknown], ["network", true]);
      assert.match(error.message, / broke off \(ECONNRESET\)$/);
    });
  });

  describe("repeating", () => {
    it("repeat: a safe call is tried five times, a creation once", async () => {
      const peer = await serve((_request, response) => response.writeHead(500).end('{"said":"no"}'));
      const { client, clock } = connect(peer.root);
      await failureAs(VendorError, client.send(SAFE));
      assert.equal(peer.asked.length, 5);
      assert.deepEqual(clock.pauses, [250, 500, 1000, 2000]);
      await failureAs(VendorError, client.send(GET));
      assert.equal(peer.asked.length, 6);
    });

    it("repeat: a refusal of a second try does not say that the first has done nothing", async () => {
      for (const [method, known] of [
        ["PUT", false],
        ["GET", true],
      ] as const) {
        let calls = 0;
        const peer = await serve((_request, response) => {
          calls += 1;
          if (calls === 1) response.destroy();
          else response.writeHead(403).end("{}");
        });
        const { client } = connect(peer.root);
        const error = await failureAs(VendorError, client.send({ ...SAFE, method }));
        assert.equal(error.kind, "forbidden");
        assert.equal(error.outcomeUnknown, !known);
        assert.equal(/the first try got no answer, and may have been carried out/.test(error.message), !known);
      }
    });

    it("repeat: a 429 is waited out for every call, and the pause is told", async () => {
      let calls = 0;
      const peer = await serve((_request, response) =>
        ++calls === 1 ? response.writeHead(429, { "retry-after": "30" }).end() : response.end('"OK"'),
      );
      const { client, clock, log } = connect(peer.root);
      await client.send(GET);
      assert.deepEqual([calls, sum(clock.pauses)], [2, 30_000]);
      const line = (about: string) =>
        `test: 1 call waits for the vendor, which refused a call (429, too many requests), about ${about}.`;
      assert.deepEqual(log.at("info"), [line("30 s"), line("15 s")]);
    });

    it("repeat: a 503 that asks for no pause at all is followed by the usual pauses", async () => {
      const peer = await serve((_request, response) => response.writeHead(503, { "retry-after": "0" }).end());
      const { client, clock } = connect(peer.root);
      await failureAs(VendorError, client.send(SAFE));
      assert.equal(peer.asked.length, 5);
      assert.deepEqual(clock.pauses, [250, 500, 1000, 2000]);
    });

    it("repeat: a 429 without end is given up after five tries, a minute between them but for the first", async () => {
      const peer = await serve((_request, response) => response.writeHead(429, { "retry-after": "0" }).end());
      const { client, clock } = connect(peer.root);
      await failureAs(VendorError, client.send(SAFE));
      assert.equal(peer.asked.length, 5);
      assert.equal(sum(clock.pauses), 1000 + 3 * 60_000);
    });

    it("repeat: a multipart body is sent whole again", async () => {
      const lengths: (string | undefined)[] = [];
      let calls = 0;
      const peer = await serve((request, response) => {
        lengths.push(request.headers["content-length"]);
        request.resume().on("end", () => response.writeHead(++calls === 1 ? 503 : 200).end('"OK"'));
      });
      const multipart = [
        { name: "data_json", content: "{}" },
        { name: "template_file", content: "version: 1", fileName: "template.yml" },
      ];
      await connect(peer.root).client.send({ method: "PUT", path: path`/x`, multipart, repeatable: true });
      assert.equal(lengths.length, 2);
      assert.equal(lengths[0], lengths[1]);
    });
  });

  describe("proxies", () => {
    const VARIABLES = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    const UNLESS = ["NO_PROXY", "no_proxy"];
    let environment: NodeJS.ProcessEnv;
    beforeEach(() => {
      environment = { ...process.env };
      for (const name of [...VARIABLES, ...UNLESS]) delete process.env[name];
    });
    afterEach(() => {
      process.env = environment;
    });

    it("proxy: what is on this machine is never asked for through a proxy, which would see the credentials", async () => {
      const proxy = await serve((_request, response) => response.end('"PROXY"'));
      const peer = await serve((_request, response) => response.end('"OK"'));
      for (const name of VARIABLES) process.env[name] = proxy.root;
      for (const root of [peer.root, peer.root.replace("127.0.0.1", "localhost")]) {
        assert.equal((await connect(root).client.send(GET)).text, '"OK"');
      }
      assert.deepEqual([proxy.asked.length, peer.asked.length], [0, 2]);
    });
  });

  describe("header values", () => {
    it("headers: a line break in a credential adds no header", async () => {
      const peer = await serve((_request, response) => response.end('"OK"'));
      const { client } = connect(peer.root, { headers: { authorization: "Bearer a\r\nx-admin: yes" } });
      await client.send(GET).catch(() => undefined);
      assert.equal(
        peer.asked.some(({ headers }) => "x-admin" in headers),
        false,
      );
    });

    it("headers: a request's own headers cannot take the place of the credential", async () => {
      const peer = await serve((_request, response) => response.end('"OK"'));
      await connect(peer.root).client.send({ ...GET, headers: { authorization: "Bearer other", "x-own": "1" } });
      const [asked] = peer.asked;
      assert.deepEqual([asked?.headers.authorization, asked?.headers["x-own"]], ["Bearer s3cret", "1"]);
    });

    it("headers: names of an answer's headers are read in lower case", async () => {
      const peer = await serve((_request, response) =>
        response.writeHead(200, { "X-Custom": "A", "Set-Cookie": ["a=1", "b=2"] }).end('"OK"'),
      );
      const { headers } = await connect(peer.root).client.send(GET);
      assert.deepEqual([headers["x-custom"], headers["set-cookie"]], ["A", "a=1,b=2"]);
    });
  });
});
