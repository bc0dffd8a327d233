import assert from "node:assert/strict";
import nock from "nock";
import type { Lifecycle } from "../../../provider/lifecycle/lifecycle";
import { lifecycleOf } from "../../../provider/runtime/process";
import { version } from "../../../provider/runtime/version";
import { TestLog } from "../../harness/kosli-lifecycle";

// To import nock is to activate it: other test files must not notice.
nock.restore();

const HOST = "https://app.kosli.com";
const TEMPLATE = "# as written\r\nversion: 1\ntrail: {attestations: [{name: r\u00e9vision, type: pull_request}]}";

/** A call as it went over the wire, with every header that is not of the connection. */
interface Call {
  readonly call: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Lets Kosli answer the next calls, in this order, whatever they are; nothing else is reachable. */
function answers(...queue: Answer[]): Call[] {
  const calls: Call[] = [];
  for (const method of ["GET", "PUT", "PATCH", "POST", "DELETE"]) {
    nock(HOST)
      .persist()
      .intercept(/.*/, method)
      .reply(function (path, body) {
        const {
          host: _,
          connection: __,
          "content-length": ___,
          "accept-encoding": ____,
          ...headers
        } = this.req.headers;
        calls.push({ call: `${method} ${path}`, headers: { ...headers }, body });
        const next = queue.shift() ?? { status: 599, body: "an unexpected call" };
        return [next.status, JSON.stringify(next.body), { "content-type": "application/json" }];
      });
  }
  return calls;
}

/** A flow as Kosli answers it. */
function wire(name: string, more: Record<string, unknown> = {}): Answer {
  const id = "e4e08b57-e36e-4724-acc8-04e7e437";
  const empty = { description: "", visibility: "private", org: "acme", template: "version: 1", repo_url: "", tags: {} };
  return { status: 200, body: { id, name, ...empty, ...more } };
}

const OK: Answer = { status: 200, body: "OK" };
const CREATED: Answer = { status: 201, body: "OK" };
const MISSING: Answer = { status: 404, body: { message: "Flow named 'web' does not exist for organization 'acme'" } };

describe("wire", () => {
  let token = "";
  let runs = 0;
  let environment: NodeJS.ProcessEnv;

  before(() => {
    environment = { ...process.env };
    for (const name of Object.keys(process.env)) if (/^(KOSLI_|PULUMI_FLOWS_)/.test(name)) delete process.env[name];
    nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => nock.cleanAll());
  after(() => {
    nock.enableNetConnect();
    nock.restore();
    process.env = environment;
  });

  /** The provider as Pulumi's process runs it; another token each time, since accounts share what they have read. */
  function open(): Lifecycle {
    token = `token-${++runs}`;
    const config = new Map([
      ["kosli:apiToken", token],
      ["kosli:org", "acme"],
    ]);
    return lifecycleOf("kosli:Flow", (namespace, name) => config.get(`${namespace}:${name}`), new TestLog());
  }

  const always = () => ({
    accept: "application/json, text/plain, */*",
    authorization: `Bearer ${token}`,
    "user-agent": `pulumi-flows/${version}`,
  });
  const get = (path: string): Call => ({ call: `GET ${path}`, headers: always(), body: "" });
  const json = (call: string, body: unknown): Call => ({
    call,
    headers: { ...always(), "content-type": "application/json" },
    body,
  });

  /** A call with its multipart body taken apart by nothing but its boundary: every other byte is compared. */
  function multipart(call: Call | undefined, path: string, parts: string[]): void {
    const type = call?.headers["content-type"] ?? "";
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(type)?.[1];
    assert.ok(boundary, `the content type is ${type}`);
    assert.deepEqual(call, {
      call: `PUT ${path}`,
      headers: { ...always(), "content-type": type },
      body: [...parts.map((part) => `--${boundary}\r\n${part}\r\n`), `--${boundary}--\r\n`].join(""),
    });
  }
  const dataJson = (data: unknown) => `Content-Disposition: form-data; name="data_json"\r\n\r\n${JSON.stringify(data)}`;
  const templateFile = (text: string) =>
    `Content-Disposition: form-data; name="template_file"; filename="template.yml"\r\nContent-Type: application/octet-stream\r\n\r\n${text}`;

  /** A state of a flow as an earlier run left it. */
  const stateOf = (fields: Record<string, unknown>) => ({
    name: "web",
    org: "acme",
    vendorId: "e4e08b57-e36e-4724-acc8-04e7e437",
    ...fields,
    __declared: {
      version: 1,
      fields: ["name", "org", ...Object.keys(fields)],
      keys: "tags" in fields ? { tags: Object.keys(Object(fields.tags)) } : {},
      engine: {},
      account: `${HOST}/acme`,
    },
  });

  it("wire: the user agent tells the package and its version", () => {
    assert.match(version, /^\d+\.\d+\.\d+/);
  });

  it("wire: a creation looks up, puts a form with the JSON as a field and the template as a file, tags, and reads", async () => {
    const description = 'A "shop"\r\n\u00fcber alles';
    const calls = answers(
      MISSING,
      CREATED,
      OK,
      wire("web", { description, template: TEMPLATE, visibility: "public", tags: { team: "sh\u00f6p" } }),
    );
    const lifecycle = open();
    const args = { name: "web", description, visibility: "public", template: TEMPLATE, tags: { team: "sh\u00f6p" } };
    const { inputs, failures } = lifecycle.check(args);
    assert.deepEqual(failures, []);
    await lifecycle.create(inputs);
    const [lookUp, put, ...others] = calls;
    assert.deepEqual(lookUp, get("/api/v2/flows/acme/web"));
    multipart(put, "/api/v2/flows/acme/template_file", [
      dataJson({ name: "web", description, visibility: "public" }),
      templateFile(TEMPLATE),
    ]);
    assert.deepEqual(others, [
      json("PATCH /api/v2/tags/acme/flow/web", { set_tags: { team: "sh\u00f6p" } }),
      get("/api/v2/flows/acme/web"),
    ]);
  });

  it("wire: a creation of a name alone sends neither visibility nor template", async () => {
    const calls = answers(MISSING, CREATED, wire("plain"));
    const lifecycle = open();
    await lifecycle.create(lifecycle.check({ name: "plain" }).inputs);
    assert.equal(calls.length, 3);
    multipart(calls[1], "/api/v2/flows/acme/template_file", [dataJson({ name: "plain", description: "" })]);
  });

  it("wire: an object template goes out as YAML", async () => {
    const calls = answers(MISSING, CREATED, wire("object"));
    const lifecycle = open();
    const template = {
      trail: { artifacts: [{ name: "image", attestations: [{ name: "sbom", type: "custom:sbom" }] }] },
    };
    await lifecycle.create(lifecycle.check({ name: "object", template }).inputs);
    const body = String(calls[1]?.body);
    assert.match(
      body,
      /name="template_file"; filename="template.yml"\r\nContent-Type: application\/octet-stream\r\n\r\nversion: 1\n/,
    );
    const { parse } = await import("yaml");
    const [, text = ""] = /octet-stream\r\n\r\n([\s\S]*)\r\n--[^\r]*--\r\n$/.exec(body) ?? [];
    assert.deepEqual(parse(text), { version: 1, ...template });
  });

  it("wire: a list of controls goes out as JSON by the deprecated call", async () => {
    const calls = answers(MISSING, CREATED, wire("legacy"));
    const lifecycle = open();
    const args = {
      name: "legacy",
      description: "d",
      legacyTemplate: ["scan", "lint"],
      repoUrl: "https://github.com/a/b",
    };
    await lifecycle.create(lifecycle.check(args).inputs);
    assert.deepEqual(calls, [
      get("/api/v2/flows/acme/legacy"),
      json("PUT /api/v2/flows/acme", {
        name: "legacy",
        description: "d",
        template: ["scan", "lint"],
        repo_url: "https://github.com/a/b",
      }),
      get("/api/v2/flows/acme/legacy"),
    ]);
  });

  it("wire: an update puts what the program changes beside what it does not manage", async () => {
    const current = { description: "theirs", template: TEMPLATE };
    const calls = answers(wire("web", current), OK, wire("web", { ...current, visibility: "public" }));
    const lifecycle = open();
    const state = stateOf({ visibility: "private" });
    await lifecycle.update("acme/web", state, lifecycle.check({ name: "web", visibility: "public" }).inputs);
    assert.equal(calls.length, 3);
    assert.deepEqual(calls[0], get("/api/v2/flows/acme/web"));
    multipart(calls[1], "/api/v2/flows/acme/template_file", [
      dataJson({ name: "web", description: "theirs", visibility: "public" }),
      templateFile(TEMPLATE),
    ]);
  });

  it("wire: a rename goes to the old name and carries the new one alone", async () => {
    const calls = answers(wire("web"), MISSING, OK, wire("shop"));
    const lifecycle = open();
    await lifecycle.update("acme/web", stateOf({}), lifecycle.check({ name: "shop" }).inputs);
    assert.deepEqual(calls, [
      get("/api/v2/flows/acme/web"),
      get("/api/v2/flows/acme/shop"),
      json("PUT /api/v2/flows/acme/web/rename", { new_name: "shop" }),
      get("/api/v2/flows/acme/shop"),
    ]);
  });

  it("wire: tags are set and removed in one call", async () => {
    const calls = answers(
      wire("web", { tags: { team: "shop", old: "x" } }),
      OK,
      wire("web", { tags: { team: "cart" } }),
    );
    const lifecycle = open();
    const state = stateOf({ tags: { team: "shop", old: "x" } });
    await lifecycle.update("acme/web", state, lifecycle.check({ name: "web", tags: { team: "cart" } }).inputs);
    assert.deepEqual(calls, [
      get("/api/v2/flows/acme/web"),
      json("PATCH /api/v2/tags/acme/flow/web", { set_tags: { team: "cart" }, remove_tags: ["old"] }),
      get("/api/v2/flows/acme/web"),
    ]);
  });

  it("wire: a read asks for pages of a hundred", async () => {
    const page = (number: number, data: unknown[]): Answer => ({
      status: 200,
      body: { data, pagination: { total: 101, page: number, per_page: 100, page_count: 2 } },
    });
    const calls = answers(page(1, [wire("api", { id: "1" }).body]), page(2, [wire("web").body]));
    const found = await open().read("acme/web", stateOf({}));
    assert.equal(found?.state.name, "web");
    assert.deepEqual(calls, [
      get("/api/v2/flows/acme?page=1&per_page=100"),
      get("/api/v2/flows/acme?page=2&per_page=100"),
    ]);
  });

  it("wire: a deletion archives, without a body", async () => {
    const calls = answers({ status: 200, body: [wire("other", { id: "9" }).body] }, OK);
    await open().delete("acme/other", { ...stateOf({}), name: "other", vendorId: "9" });
    assert.deepEqual(
      calls.map(({ call, body, headers: { "content-type": _, ...headers } }) => ({ call, body, headers })),
      [
        get("/api/v2/flows/acme?page=1&per_page=100"),
        { call: "PUT /api/v2/flows/acme/other/archive", headers: always(), body: "" },
      ],
    );
  });

  it("wire: a call without a body claims no content type", async () => {
    const calls = answers({ status: 200, body: [wire("bare", { id: "8" }).body] }, OK);
    await open().delete("acme/bare", { ...stateOf({}), name: "bare", vendorId: "8" });
    assert.deepEqual(
      calls.map(({ headers }) => headers["content-type"]),
      [undefined, undefined],
    );
  });

  it("wire: parts of a path are encoded", async () => {
    const calls = answers({ status: 404, body: { message: "no" } }, { status: 200, body: [] });
    const state = { ...stateOf({}), org: "ac/me ?", vendorId: undefined };
    await open()
      .update("x", state, { name: "web", org: "ac/me ?" })
      .catch(() => undefined);
    assert.deepEqual(calls[0], get("/api/v2/flows/ac%2Fme%20%3F/web"));
  });

  it("wire: every region has its host", async () => {
    const asked: string[] = [];
    nock("https://app.us.kosli.com")
      .get("/api/v2/flows/acme/web")
      .reply(function () {
        asked.push(`${this.req.method} ${this.req.headers.host}${this.req.path}`);
        return [200, JSON.stringify(wire("web").body), { "content-type": "application/json" }];
      });
    const config = new Map([
      ["kosli:apiToken", "token-us"],
      ["kosli:region", "us"],
    ]);
    const lifecycle = lifecycleOf("kosli:Flow", (space, name) => config.get(`${space}:${name}`), new TestLog());
    const found = await lifecycle.read("acme/web", {});
    assert.deepEqual(asked, ["GET app.us.kosli.com/api/v2/flows/acme/web"]);
    assert.equal(found?.state.url, "https://app.us.kosli.com/acme/flows/web");
  });
});
