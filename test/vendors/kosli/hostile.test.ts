import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { check } from "../../../provider/lifecycle/check";
import { FlowError } from "../../../provider/lifecycle/errors";
import type { Values } from "../../../provider/lifecycle/values";
import { flow } from "../../../provider/vendors/kosli/flow";
import { failureAs } from "../../harness/failure-of";
import { KosliBench } from "../../harness/kosli-lifecycle";
import { created } from "../../harness/kosli-world";
import { type Peer, startPeer } from "../../harness/peer";

/** How long a text of any kind may take, in milliseconds. */
const BOUND = 4000;

/** Texts of which a reader of YAML could fall over, or never come back from. */
const templates: [what: string, text: string][] = [
  ["no YAML at all", "trail: ["],
  ["a template of a language that does not exist yet", "version: 2\ntrail: {approvals: [{name: a}]}"],
  [
    "aliases of aliases",
    `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefghi"].map((key, index) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[index]}`).join(",")}]`).join("\n")}`,
  ],
  ["an alias of itself", "trail: &t {attestations: *t}"],
  ["a list that holds itself", "&l [*l]"],
  ["merge keys", `a: &a {version: 1}\n${Array.from({ length: 2000 }, (_, index) => `k${index}: {<<: *a}`).join("\n")}`],
  [
    "thousands of anchors",
    `${Array.from({ length: 5000 }, (_, index) => `- &a${index} x`).join("\n")}\n${Array.from({ length: 5000 }, (_, index) => `- *a${index}`).join("\n")}`,
  ],
  ["thousands of tags", "!!str &a ".repeat(14_000)],
  ["thousands of keys", Array.from({ length: 9000 }, (_, index) => `k${index}: 1`).join("\n")],
  ["thousands of brackets", "[".repeat(60_000)],
  ["thousands of dashes", `${"- ".repeat(60_000)}a`],
  ["thousands of question marks", `${"? ".repeat(60_000)}a`],
  ["deep mappings", Array.from({ length: 480 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
  ["ten megabytes", `version: 1\n#${"x".repeat(10_000_000)}`],
  ["ten megabytes of attestations", `trail:\n  attestations:\n${"    - {name: n, type: junit}\n".repeat(350_000)}`],
  ["names of what every object has", "__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}"],
];

describe("hostile vendor", function () {
  this.timeout(30_000);
  let bench: KosliBench;
  let peers: Peer[] = [];
  before(async () => {
    bench = await KosliBench.start();
  });
  afterEach(() => {
    for (const peer of peers) peer.close();
    peers = [];
    bench.emulator.reset();
    assert.equal(Reflect.get({}, "polluted"), undefined, "no object has become another one");
  });
  after(() => bench.emulator.close());

  const serve = async (answer: RequestListener) => {
    const peer = await startPeer(answer);
    peers.push(peer);
    return peer;
  };
  /** A server that knows one flow, whatever it is asked. */
  const knowing = (wire: Values) =>
    serve((_request, response) => response.setHeader("content-type", "application/json").end(JSON.stringify([wire])));

  describe("a template in an answer", () => {
    for (const declared of ["version: 1", { trail: { attestations: [] } }]) {
      for (const [what, text] of templates) {
        it(`hostile: a refresh shows ${what} as the text that it is, where the program declares ${typeof declared === "string" ? "a text" : "an object"}`, async () => {
          const { id, state } = await created(bench, { name: "web", template: declared });
          const peer = await knowing({ id: state.vendorId, name: "web", org: "acme", template: text });
          const begun = Date.now();
          const run = bench.run({ hostRoot: peer.root, maxResponse: 12_000_000 });
          const found = await run.lifecycle.read(id, state);
          assert.equal(found?.state.template, text);
          const { changed } = run.lifecycle.diff(found.state, bench.inputs({ name: "web", template: declared }));
          assert.deepEqual(changed, ["template"]);
          assert.ok(Date.now() - begun < BOUND, `it took ${Date.now() - begun} ms`);
        });
      }
    }

    it("hostile: an object in the place of the text is shown as the text of it", async () => {
      const { id, state } = await created(bench, { name: "web", template: "version: 1" });
      const deep = JSON.parse(`${'{"a":'.repeat(400)}1${"}".repeat(400)}`);
      const peer = await knowing({ id: state.vendorId, name: "web", org: "acme", template: deep });
      const found = await bench.run({ hostRoot: peer.root }).lifecycle.read(id, state);
      assert.equal(found?.state.template, JSON.stringify(deep));
    });
  });

  describe("a template in a program", () => {
    for (const [what, text] of templates) {
      it(`hostile: ${what}, given by the program, is a problem of the template, in one line`, () => {
        const begun = Date.now();
        const { failures } = check(flow, { name: "web", template: text }, { org: "acme" });
        assert.ok(failures.length > 0);
        for (const { property, reason } of failures) {
          assert.match(property, /^template/);
          assert.ok(reason.length < 300 && !/\p{Cc}/u.test(reason), reason.slice(0, 500));
        }
        assert.ok(Date.now() - begun < BOUND, `it took ${Date.now() - begun} ms`);
      });
    }

    it("hostile: merge keys are no key of the template language, also in a template that is one otherwise", () => {
      const text = "trail: &t {artifacts: []}\nversion: 1\n<<: *t";
      const { failures } = check(flow, { name: "web", template: text }, { org: "acme" });
      assert.deepEqual(failures, [{ property: 'template["<<"]', reason: "Kosli's template language has no such key" }]);
    });

    it("hostile: attestations with names of what every object has are attestations like any other", async () => {
      const names = ["__proto__", "constructor", "prototype", "hasOwnProperty", "toString"];
      const args = {
        name: "web",
        template: { trail: { attestations: names.map((name) => ({ name, type: "junit" })) } },
      };
      const { id, state, inputs } = await created(bench, args);
      const run = bench.run();
      const found = await run.lifecycle.read(id, state);
      assert.ok(found);
      assert.deepEqual(run.lifecycle.diff(found.state, inputs).changed, []);
      for (const name of names) assert.match(JSON.stringify(found.state.template), new RegExp(`"${name}"`));
    });

    it("hostile: keys that would change every object are refused with their path", () => {
      const args = JSON.parse('{"name":"web","template":{"__proto__":{"polluted":true},"trail":{"__proto__":[]}}}');
      const { failures } = check(flow, args, { org: "acme" });
      assert.deepEqual(
        failures.map(({ property }) => property),
        ["template.trail.__proto__", "template.__proto__"],
      );
    });
  });

  describe("an answer about a flow", () => {
    it("hostile: tags with names of what every object has are kept or left out, and change nothing else", async () => {
      const { id, state } = await created(bench, { name: "web", tags: { constructor: "ours" } });
      const tags = '{"__proto__":{"polluted":"yes"},"constructor":"theirs","prototype":"p"}'.replace(
        '{"polluted":"yes"}',
        '"x"',
      );
      const peer = await serve((_request, response) =>
        response.end(
          `[{"id":${JSON.stringify(state.vendorId)},"name":"web","org":"acme","template":"","__proto__":{"polluted":true},"tags":${tags}}]`,
        ),
      );
      const found = await bench.run({ hostRoot: peer.root }).lifecycle.read(id, state);
      assert.deepEqual(found?.inputs?.tags, { constructor: "theirs" });
    });

    it("hostile: a list without end ends in an error, and in nothing gone", async () => {
      const { id, state } = await created(bench, { name: "web" });
      let pages = 0;
      const peer = await serve((_request, response) => {
        pages++;
        response.end('{"data":[{"error":"not rendered"}],"pagination":{"page_count":1e300}}');
      });
      const error = await failureAs(FlowError, bench.run({ hostRoot: peer.root }).lifecycle.read(id, state));
      assert.equal(
        error.message,
        'Kosli flow "acme/web": GET /api/v2/flows/acme has no end: after 1000 pages there are still more. Check that the address is the API\'s. Then run it again.',
      );
      assert.equal(pages, 1000);
    });

    for (const text of [
      "null",
      "{}",
      "[null]",
      '[{"name":"web"}]',
      '{"data":null}',
      '{"data":[],"pagination":5}',
      '"web"',
    ]) {
      it(`hostile: ${text} for a list and for a flow is an error, and never a flow that is gone`, async () => {
        const { id, state } = await created(bench, { name: "web" });
        const peer = await serve((_request, response) => response.end(text));
        const { message } = await failureAs(FlowError, bench.run({ hostRoot: peer.root }).lifecycle.read(id, state));
        assert.match(
          message,
          /^Kosli flow "acme\/web": GET \/api\/v2\/flows\/acme(\/web)? was answered with 200 but with something /,
        );
      });
    }
  });

  describe("names", () => {
    const names = [
      "..",
      ".",
      "a/b",
      "a\\b",
      "a\r\nx-admin: yes",
      "a\0",
      "%2e%2e",
      "a?b",
      "a#b",
      "😀",
      "a b",
      "\u202eb",
      "",
    ];

    for (const name of names) {
      it(`hostile: a flow or a tag named ${JSON.stringify(name)} is refused by the plan`, () => {
        const { failures } = check(flow, { name, tags: { [name]: "x" } }, { org: "acme" });
        assert.equal(failures.length, 2);
        for (const { reason } of failures)
          assert.match(reason, / must begin with a letter or digit and may hold letters/);
      });

      it(`hostile: an organization named ${JSON.stringify(name)} is refused by the plan, or is one encoded part of the path`, async () => {
        const { failures } = check(flow, { name: "web", org: name }, {});
        if (failures.length > 0) {
          assert.match(failures[0]?.reason ?? "", /^The organization must be a name/);
          return;
        }
        const peer = await serve((_request, response) => response.writeHead(404).end());
        await failureAs(FlowError, bench.run({ hostRoot: peer.root }).lifecycle.create({ name: "web", org: name }));
        assert.ok(peer.asked.length > 0);
        for (const { url = "", rawHeaders } of peer.asked) {
          const { pathname, search } = new URL(url, peer.root);
          assert.equal(pathname + search, url);
          assert.equal(decodeURIComponent(pathname.split("/")[4] ?? ""), name);
          assert.equal(rawHeaders.includes("x-admin"), false);
        }
      });
    }
  });
});
