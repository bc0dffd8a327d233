import assert from "node:assert/strict";
import type { RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { createGzip, gzipSync } from "node:zlib";
import { z } from "zod";
import { axiosTransport } from "../../provider/http/axios-transport";
import { type Client, createClient } from "../../provider/http/client";
import { DEFAULT_LIMITS, Governor } from "../../provider/http/governor";
import { path } from "../../provider/http/path";
import type { Request } from "../../provider/http/request";
import { VendorError } from "../../provider/lifecycle/errors";
import { failureAs } from "../harness/failure-of";
import { TestClock, TestLog } from "../harness/kosli-lifecycle";
import { type Peer, startPeer, startRawPeer } from "../harness/peer";

const GET: Request = { method: "GET", path: path`/api/${"x"}`, repeatable: true };
const PUT: Request = { ...GET, method: "PUT", json: { name: "web" }, repeatable: true };

const MEGABYTE = 1_000_000;
const LARGEST = 2 * MEGABYTE;

const jsonType = { "content-type": "application/json" };

/** What a terminal or a reader would stumble over. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Writes for ever, as fast as the other side takes it. */
function pour(response: ServerResponse, chunk: Buffer | string): void {
  const go = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", go);
  go();
}

describe("hostile server", function () {
  this.timeout(20_000);
  const peers: Peer[] = [];
  let clock: TestClock;
  let elsewhere: Peer;

  beforeEach(async () => {
    elsewhere = await startPeer((_request, response) => response.end('"OK"'));
    peers.push(elsewhere);
  });
  afterEach(() => {
    for (const peer of peers.splice(0)) peer.close();
    assert.equal(elsewhere.asked.length, 0, "nothing is sent to another server");
  });

  const serve = async (answer: RequestListener) => {
    const peer = await startPeer(answer);
    peers.push(peer);
    return peer;
  };
  const serveRaw = async (answer: (socket: Socket) => void) => {
    const peer = await startRawPeer(answer);
    peers.push(peer);
    return peer;
  };

  function connect({ root }: Peer): Client {
    const log = new TestLog();
    clock = new TestClock();
    return createClient({
      transport: axiosTransport(root, { timeout: 1500, maxResponse: LARGEST }),
      dialect: {
        describe: (body) => (typeof body === "string" ? body : undefined),
        advise: () => undefined,
        passingStatuses: [],
      },
      headers: { authorization: "Bearer s3cret" },
      governor: new Governor({ account: "test", namespace: "test", limits: DEFAULT_LIMITS, clock, log }),
      clock,
      log,
      random: () => 0,
    });
  }

  /** The failure of a call, which must be quick, small, and fit to be read. */
  async function failing(action: () => Promise<unknown>): Promise<VendorError> {
    const before = process.memoryUsage().rss;
    const begun = Date.now();
    const error = await failureAs(VendorError, action());
    assert.ok(Date.now() - begun < 8000, `it took ${Date.now() - begun} ms`);
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 200 * MEGABYTE, `it took ${grown / MEGABYTE} MB`);
    assert.ok(error.message.length < 1500, `a message of ${error.message.length} characters`);
    assert.doesNotMatch(error.message, UNPRINTABLE);
    assert.doesNotMatch(error.message, /s3cret/);
    return error;
  }

  describe("answers without end", () => {
    const tooLarge =
      / was answered with more than 2000000 bytes; check that the address is the API's, and not a proxy's$/;

    it("hostile: a gigabyte that is announced is not taken, and not asked for again", async () => {
      const chunk = Buffer.alloc(65_536, "x");
      const peer = await serve((_request, response) => {
        response.writeHead(200, { ...jsonType, "content-length": 1000 * MEGABYTE });
        pour(response, chunk);
      });
      const error = await failing(() => connect(peer).send(GET));
      assert.deepEqual([error.kind, error.outcomeUnknown], ["unreadable", true]);
      assert.match(error.message, tooLarge);
      assert.equal(peer.asked.length, 1);
      assert.ok(peer.written() < 50 * MEGABYTE, `${peer.written()} bytes were sent`);
    });

    it("hostile: chunks without end are not taken", async () => {
      const chunk = Buffer.alloc(65_536, "x");
      const peer = await serve((_request, response) => {
        response.writeHead(200, jsonType);
        pour(response, chunk);
      });
      assert.match((await failing(() => connect(peer).send(GET))).message, tooLarge);
      assert.ok(peer.written() < 50 * MEGABYTE, `${peer.written()} bytes were sent`);
    });

    it("hostile: a refusal without end is not taken either", async () => {
      const peer = await serve((_request, response) => {
        response.writeHead(403, jsonType);
        pour(response, Buffer.alloc(65_536, "x"));
      });
      assert.match((await failing(() => connect(peer).send(GET))).message, tooLarge);
    });

    it("hostile: a gigabyte that is packed into a megabyte is not unpacked", async () => {
      const peer = await serve((_request, response) => {
        response.writeHead(200, { ...jsonType, "content-encoding": "gzip" });
        const packed = createGzip();
        packed.pipe(response);
        const zeros = Buffer.alloc(MEGABYTE);
        let left = 1000;
        const go = () => {
          while (left-- > 0 && !response.destroyed) if (!packed.write(zeros)) return void packed.once("drain", go);
          packed.end();
        };
        go();
      });
      assert.match((await failing(() => connect(peer).send(GET))).message, tooLarge);
    });

    it("hostile: what is not packed as it says cannot be unpacked, and is told so", async () => {
      const peer = await serve((_request, response) => response.setHeader("content-encoding", "gzip").end("hello"));
      const error = await failing(() => connect(peer).send(GET));
      assert.equal(error.kind, "unreadable");
      assert.match(
        error.message,
        / was answered with something that cannot be unpacked; check that the address is the API's/,
      );
      assert.equal(peer.asked.length, 1);
    });

    it("hostile: headers that drip for ever end with the time of the whole call", async () => {
      const peer = await serveRaw((socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        const drip = setInterval(() => socket.write("x"), 50);
        socket.on("close", () => clearInterval(drip));
      });
      const error = await failing(() => connect(peer).send({ ...GET, repeatable: false }));
      assert.deepEqual([error.kind, error.outcomeUnknown], ["timeout", true]);
      assert.match(error.message, / got no answer within 1\.5 s$/);
    });

    it("hostile: interim answers without end end with the time of the whole call", async () => {
      const peer = await serveRaw((socket) => {
        const more = setInterval(() => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), 20);
        socket.on("close", () => clearInterval(more));
      });
      const error = await failing(() => connect(peer).send({ ...GET, repeatable: false }));
      assert.equal(error.kind, "timeout");
    });
  });

  describe("answers that are no HTTP", () => {
    const answers: [what: string, bytes: string, kind: string, message: RegExp][] = [
      [
        "another protocol",
        "SSH-2.0-OpenSSH_9.6\r\n",
        "unreadable",
        / was answered with something that is not HTTP; check/,
      ],
      ["bytes", "\x15\x03\x01\0\x02\x02(", "unreadable", / was answered with something that is not HTTP; check/],
      [
        "two lengths",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\n{}",
        "unreadable",
        / not HTTP; check/,
      ],
      [
        "a length beside chunks",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "unreadable",
        / not HTTP; check/,
      ],
      [
        "a header with an escape sequence",
        "HTTP/1.1 200 OK\r\nx: \x1b[31m\r\n\r\n{}",
        "unreadable",
        / not HTTP; check/,
      ],
      [
        "one huge header",
        `HTTP/1.1 200 OK\r\nx: ${"a".repeat(MEGABYTE)}\r\n\r\n{}`,
        "unreadable",
        / was answered with more headers than are taken; check/,
      ],
      [
        "headers by the thousand",
        `HTTP/1.1 200 OK\r\n${"x: 1\r\n".repeat(20_000)}\r\n{}`,
        "unreadable",
        / was answered with more headers than are taken; check/,
      ],
      ["headers that stop in the middle", "HTTP/1.1 200 OK\r\ncontent-ty", "network", / broke off \(ECONNRESET\)$/],
      [
        "a body that stops in the middle",
        "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{",
        "network",
        / broke off \(the answer was not sent to its end\)$/,
      ],
      ["nothing", "", "network", / broke off \(ECONNRESET\)$/],
    ];
    for (const [what, bytes, kind, message] of answers) {
      it(`hostile: ${what} is told as what it is`, async () => {
        const peer = await serveRaw((socket) => socket.end(Buffer.from(bytes, "latin1")));
        const error = await failing(() => connect(peer).send({ ...GET, repeatable: false }));
        assert.deepEqual([error.kind, error.outcomeUnknown], [kind, true]);
        assert.match(error.message, message);
      });
    }

    it("hostile: a second answer to one call is not taken for the answer to the next", async () => {
      let connections = 0;
      const one = (text: string) =>
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
      const peer = await serveRaw((socket) => {
        connections++;
        socket.write(`${one('"first"')}${one('"smuggled"')}`);
      });
      const client = connect(peer);
      for (let call = 1; call <= 3; call++) {
        const { body } = await client.json(GET, z.string());
        assert.equal(body, "first");
      }
      assert.equal(connections, 3);
    });
  });

  describe("redirects", () => {
    for (const status of [301, 302, 303, 307, 308]) {
      it(`hostile: a write is not sent on by a ${status}, whatever the address looks like`, async () => {
        const { port, host } = new URL(elsewhere.root);
        for (const location of [
          `${elsewhere.root}/api/x`,
          `http://localhost:${port}/api/x`,
          `//${host}/api/x`,
          `http:\\\\${host}\\api`,
        ]) {
          const peer = await serve((request, response) => {
            request.resume();
            response.writeHead(status, { location, refresh: `0; url=${location}` }).end();
          });
          const error = await failing(() => connect(peer).send(PUT));
          assert.equal(
            error.message,
            `PUT /api/x was answered with a redirect (${status}), which is not followed; check the address of the API`,
          );
          assert.deepEqual([peer.asked.length, error.kind, error.outcomeUnknown], [1, "refused", false]);
        }
      });
    }
  });

  describe("answers of another kind", () => {
    const shape = z.looseObject({
      name: z.string(),
      org: z.string(),
      tags: z.record(z.string(), z.string()).nullish(),
    });
    const good = { name: "web", org: "acme" };

    it("hostile: data is taken whatever it is called", async () => {
      for (const type of ["text/plain", "text/html; charset=utf-8", "application/octet-stream", ""]) {
        const peer = await serve((_request, response) =>
          response.setHeader("content-type", type).end(JSON.stringify(good)),
        );
        assert.deepEqual((await connect(peer).json(GET, shape)).body, good);
      }
    });

    it("hostile: a page is no data whatever it is called, and is told as what it is, at the first try", async () => {
      for (const type of ["text/html", "application/json"]) {
        const peer = await serve((_request, response) =>
          response.setHeader("content-type", type).end("<!doctype html><title>Sign in</title><script>go()</script>"),
        );
        const error = await failing(() => connect(peer).send(PUT));
        assert.deepEqual([error.kind, error.outcomeUnknown, peer.asked.length], ["unreadable", true, 1]);
        assert.match(
          error.message,
          /^PUT \/api\/x was answered with 200 but with a web page instead of the vendor's data \(.*Sign in/,
        );
        assert.match(error.message, /Check that the address is the API's, and not a proxy's or a login page$/);
      }
    });

    const wrong: [text: string, found: string][] = [
      ["null", "something else"],
      ["[]", "something else"],
      ['[{"name":"web","org":"acme"}]', "something else"],
      ['"web"', "something else"],
      ["5", "something else"],
      ["{}", "something that lacks name, org in a usable form"],
      ['{"name":5,"org":{}}', "something that lacks name, org in a usable form"],
      ['{"name":null,"org":"acme"}', "something that lacks name in a usable form"],
      ['{"name":["web"],"org":"acme"}', "something that lacks name in a usable form"],
      ['{"name":"web","org":"acme","tags":{"a":1}}', "something that lacks tags.a in a usable form"],
      ['{"name":"web","org":"acme"', "something else"],
      ['{"name":"web","org":"acme"}{"name":"web","org":"acme"}', "something else"],
      ['{"name":"web","org":"acme","more":NaN}', "something else"],
      [
        `{"name":"web","org":"acme","more":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
        "something nested more than 500 deep",
      ],
      [`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`, "something nested more than 500 deep"],
      ["[".repeat(MEGABYTE), "something nested more than 500 deep"],
    ];
    for (const [text, found] of wrong) {
      it(`hostile: ${text.length > 60 ? `${text.slice(0, 40)}…` : text} is no success, and says why`, async () => {
        const peer = await serve((_request, response) => response.writeHead(200, jsonType).end(text));
        const error = await failing(() => connect(peer).json(GET, shape));
        assert.deepEqual([error.kind, error.status, error.outcomeUnknown], ["unreadable", 200, true]);
        assert.ok(
          error.message.startsWith(`GET /api/x was answered with 200 but with ${found} instead of the vendor's data (`),
          error.message,
        );
        assert.equal(peer.asked.length, 1);
      });
    }

    it("hostile: brackets inside of texts are no nesting", async () => {
      const more = `${"[{".repeat(1000)}\\"${'"'.repeat(3)}`;
      const peer = await serve((_request, response) =>
        response.writeHead(200, jsonType).end(JSON.stringify({ ...good, more })),
      );
      assert.deepEqual((await connect(peer).json(GET, shape)).body, { ...good, more });
    });

    it("hostile: a thousand wrong members with names that a terminal obeys are told in a few clean words", async () => {
      const tags = Object.fromEntries(
        Array.from({ length: 1000 }, (_, index) => [`\u001b[31m\u009b2J\u202e${index}`, index]),
      );
      const peer = await serve((_request, response) =>
        response.writeHead(200, jsonType).end(JSON.stringify({ ...good, tags })),
      );
      const { message } = await failing(() => connect(peer).json(GET, shape));
      assert.match(message, /lacks (tags\. ?\S* ?\d+, ){4}tags\. ?\S* ?\d+ in a usable form/);
    });

    it("hostile: names of what every object has are data like any other, and change nothing else", async () => {
      const text =
        '{"name":"web","org":"acme","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"prototype":{"polluted":true},"tags":{"__proto__":"a","constructor":"b","hasOwnProperty":"c"}}';
      const peer = await serve((_request, response) => response.writeHead(200, jsonType).end(text));
      const { body } = await connect(peer).json(GET, shape);
      assert.deepEqual([body.name, body.org], ["web", "acme"]);
      assert.equal(Object.getPrototypeOf(body), Object.prototype);
      assert.equal(Reflect.get({}, "polluted"), undefined);
      assert.deepEqual([body.tags?.constructor, body.tags?.hasOwnProperty], ["b", "c"]);
    });
  });

  describe("refusals", () => {
    it("hostile: megabytes with escape sequences are told in a few clean words", async () => {
      const text = `Not \u001b[31mallowed\u001b[0m\u001b]0;title\u0007\r\n\u009b2J\u202eesrever\u2066 \0\u2028${"y".repeat(MEGABYTE)}`;
      const peer = await serve((_request, response) => response.writeHead(403, jsonType).end(JSON.stringify(text)));
      const { message } = await failing(() => connect(peer).send(GET));
      assert.match(message, /^GET \/api\/x was refused with 403: Not allowed ?\]0;title 2J esrever y+ …$/);
    });

    it("hostile: emoji and other scripts in a refusal stay as they are", async () => {
      const peer = await serve((_request, response) => response.writeHead(403, jsonType).end('"非公開 🚫 não"'));
      assert.equal(
        (await failing(() => connect(peer).send(GET))).message,
        "GET /api/x was refused with 403: 非公開 🚫 não",
      );
    });

    it("hostile: a content type that is no word is cut and cleaned", async () => {
      const peer = await serveRaw((socket) =>
        socket.end(
          Buffer.from(
            `HTTP/1.1 200 OK\r\ncontent-type: \x9b31m${"t".repeat(500)}\r\ncontent-length: 1\r\n\r\n<`,
            "latin1",
          ),
        ),
      );
      const { message } = await failing(() => connect(peer).send(GET));
      assert.match(message, /but with a web page instead of the vendor's data \(31mt{50,60} …: <\)/);
    });

    const pauses: [asked: string, waits: number | string][] = [
      ["1e99", 1000],
      ["-1", 1000],
      ["NaN", 1000],
      ["Infinity", 1000],
      ["Fri, 31 Dec 9999 23:59:59 GMT", "more than two days"],
      ["9".repeat(400), "more than two days"],
      ["0.0000001", 0],
    ];
    for (const [asked, waits] of pauses) {
      it(`hostile: Retry-After: ${asked.slice(0, 30)} is ${typeof waits === "string" ? "given up at once" : "waited for in reason"}`, async () => {
        let calls = 0;
        const peer = await serve((_request, response) =>
          ++calls === 1 ? response.writeHead(429, { "retry-after": asked }).end() : response.end('"OK"'),
        );
        const client = connect(peer);
        if (typeof waits === "string") {
          const { message } = await failing(() => client.send(GET));
          assert.match(message, new RegExp(`The vendor asks to wait ${waits}, which is too long; run it again later$`));
        } else {
          await client.send(GET);
          const waited = clock.pauses.reduce((sum, each) => sum + each, 0);
          assert.ok(Math.abs(waited - waits) < 1, `${waited} ms`);
        }
      });
    }
  });

  it("hostile: what is small and honest is read while the others are refused", async () => {
    const packed = gzipSync('"OK"');
    const peer = await serve((_request, response) => response.setHeader("content-encoding", "gzip").end(packed));
    assert.equal((await connect(peer).json(GET, z.string())).body, "OK");
  });
});
