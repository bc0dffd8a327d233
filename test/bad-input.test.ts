import assert from "node:assert/strict";
import { FlowError } from "../provider/lifecycle/errors";
import type { Values } from "../provider/lifecycle/values";
import { lifecycleOf } from "../provider/runtime/process";
import { failureAs } from "./harness/failure-of";
import { KosliBench, type RunOptions, TestLog } from "./harness/kosli-lifecycle";
import { fault, flowsNamed } from "./harness/kosli-world";

const SECRET = "t0p-s3cret-token";

/** What a user sees of a failure: one line about this flow, without trace or secret. */
function assertReadable(message: string, subject: string): void {
  assert.ok(message.startsWith(subject), `"${message}" begins with ${subject}`);
  assert.doesNotMatch(message, /\n|\bat \S+ \(|\.[jt]s:\d+|\[object |undefined/);
  assert.equal(message.includes(SECRET), false);
}

describe("bad input", () => {
  let bench: KosliBench;
  let environment: NodeJS.ProcessEnv;
  before(async () => {
    bench = await KosliBench.start();
    environment = { ...process.env };
    for (const name of Object.keys(process.env)) if (/^(KOSLI_|PULUMI_FLOWS_)/.test(name)) delete process.env[name];
  });
  afterEach(() => bench.emulator.reset());
  after(async () => {
    process.env = environment;
    await bench.emulator.close();
  });

  describe("found by a preview, without a call", () => {
    const wrong: [what: string, args: Values, path: string, advice: RegExp][] = [
      [
        "an argument that does not exist",
        { name: "web", desc: "d" },
        "desc",
        /^There is no such argument\. The arguments are name, org, description, /,
      ],
      [
        "a value of the wrong type",
        { name: "web", description: 5 },
        "description",
        /^Invalid input: expected string, received number$/,
      ],
      ["a tag of the wrong type", { name: "web", tags: { team: 5 } }, "tags.team", /^A tag's value is a text$/],
      [
        "an illegal name",
        { name: "my web" },
        "name",
        /^A flow's name must begin with a letter or digit and may hold letters, digits and \. - _ ~$/,
      ],
      [
        "broken YAML",
        { name: "web", template: "trail: [" },
        "template",
        /^The template is not readable YAML: .* at line 1, column 9/,
      ],
      [
        "a template key that does not exist",
        { name: "web", template: "trial: {}" },
        "template.trial",
        /^Kosli's template language has no such key$/,
      ],
      [
        "an attestation type that does not exist",
        { name: "web", template: { trail: { attestations: [{ name: "scan", type: "sonarqube" }] } } },
        'template.trail.attestations["scan"].type',
        /^Kosli's attestation types are generic, junit, snyk, pull_request, jira, sonar, decision, \* and custom:<name of a custom type>$/,
      ],
      [
        "a template in two spellings",
        { name: "web", template: "version: 1", legacyTemplate: ["scan"] },
        "legacyTemplate",
        /^Use either template or legacyTemplate, not both$/,
      ],
      [
        "a repository without a list of controls",
        { name: "web", repoUrl: "https://github.com/acme/web" },
        "repoUrl",
        /^repoUrl can only be sent together with legacyTemplate; /,
      ],
    ];
    for (const [what, args, path, advice] of wrong) {
      it(`bad input: ${what} is reported at its path, with what is allowed`, () => {
        const { failures } = bench.run().lifecycle.check(args);
        assert.deepEqual(
          failures.map(({ property }) => property),
          [path],
        );
        assert.match(failures[0]?.reason ?? "", advice);
        assertReadable(failures[0]?.reason ?? "", "");
        assert.deepEqual(bench.calls(), []);
      });
    }
  });

  /** The provider as Pulumi's process runs it. */
  const open = (config: Record<string, string>) =>
    lifecycleOf("kosli:Flow", (namespace, name) => config[`${namespace}:${name}`], new TestLog());

  it("bad input: an address in clear text to another machine is reported by a preview, at its setting", () => {
    const lifecycle = open({ "kosli:apiUrl": "http://kosli.acme.test", "kosli:apiToken": SECRET, "kosli:org": "acme" });
    const { failures } = lifecycle.check({ name: "web" });
    assert.deepEqual(failures, [
      {
        property: "kosli:apiUrl",
        reason:
          'The address "http://kosli.acme.test" must begin with https:// (http:// is only allowed to this machine): a key must not travel in clear',
      },
    ]);
  });

  it("bad input: an address in clear text to another machine is never called", async () => {
    const lifecycle = open({ "kosli:apiUrl": "http://kosli.acme.test", "kosli:apiToken": SECRET });
    const error = await failureAs(FlowError, lifecycle.create({ name: "web", org: "acme" }));
    assert.equal(error.kind, "settings");
    assertReadable(
      error.message,
      'Kosli flow "acme/web": The address "http://kosli.acme.test" must begin with https://',
    );
  });

  it("bad input: a missing token names both places to set it, and makes no call", async () => {
    const lifecycle = open({ "kosli:apiUrl": bench.emulator.url });
    const error = await failureAs(FlowError, lifecycle.create({ name: "web", org: "acme" }));
    assert.equal(
      error.message,
      'Kosli flow "acme/web": No Kosli API token is set: use `pulumi config set --secret kosli:apiToken`, or the environment variable KOSLI_API_TOKEN.',
    );
    assertReadable(error.message, 'Kosli flow "acme/web": ');
    assert.deepEqual(bench.calls(), []);
  });

  describe("found by the vendor", () => {
    const create = (options: RunOptions = {}, args: Values = { name: "web" }) =>
      failureAs(FlowError, bench.run({ apiToken: SECRET, ...options }).lifecycle.create(bench.inputs(args)));

    it("bad input: a wrong token says where tokens are set and which one refresh uses", async () => {
      bench.emulator.switches({ keys: { other: { orgs: ["acme"], role: "member" } } });
      const { message } = await create();
      assertReadable(message, 'Kosli flow "acme/web": GET /api/v2/flows/acme/web was refused with 401: ');
      assert.match(message, /Kosli does not know this API token, or it belongs to the other region/);
      assert.match(message, /`pulumi config set --secret kosli:apiToken` or KOSLI_API_TOKEN/);
      assert.match(message, /after a change run `pulumi up` first, or add --run-program$/);
      assert.deepEqual(bench.calls(), ["getFlow 401"]);
    });

    it("bad input: a token without rights says which role is enough", async () => {
      bench.emulator.switches({ keys: { [SECRET]: { orgs: ["acme"], role: "reader" } } });
      const { message } = await create();
      assert.equal(
        message,
        'Kosli flow "acme/web": PUT /api/v2/flows/acme/template_file was refused with 403: A reader may not change flows. ' +
          "The token's role may not do this: the role Member of the organization is enough",
      );
      assertReadable(message, 'Kosli flow "acme/web": ');
      assert.deepEqual(flowsNamed(bench), []);
    });

    it("bad input: an organization that does not exist is named", async () => {
      bench.emulator.switches({ orgs: ["other"] });
      const { message } = await create();
      assertReadable(message, 'Kosli flow "acme/web": ');
      assert.match(message, /was refused with 404: Organization 'acme' does not exist/);
      assert.deepEqual(flowsNamed(bench), []);
    });

    it("bad input: an organization that does not exist says where organizations are set", async () => {
      bench.emulator.switches({ orgs: ["other"] });
      assert.match((await create()).message, /kosli:org/);
    });

    it("bad input: HTML instead of JSON says to check the address", async () => {
      bench.emulator.faults([fault("getFlow", "before", { html: true }, { times: 0 })]);
      const { message } = await create();
      assertReadable(
        message,
        'Kosli flow "acme/web": GET /api/v2/flows/acme/web was answered with 200 but with a web page',
      );
      assert.match(
        message,
        /Check that the address is the API's, and not a proxy's or a login page\. Then run it again\.$/,
      );
    });

    it("bad input: an unreachable host says to check address and network", async () => {
      // A port of the system's, where nothing listens.
      const hostRoot = "http://127.0.0.1:1";
      const { message } = await create({ hostRoot });
      assert.equal(
        message,
        `Kosli flow "acme/web": GET ${hostRoot}/api/v2/flows/acme/web could not be reached; check the address and the network (ECONNREFUSED). Then run it again.`,
      );
      assertReadable(message, 'Kosli flow "acme/web": ');
    });
  });
});
