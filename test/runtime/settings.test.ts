import assert from "node:assert/strict";
import { UNKNOWN } from "../../provider/lifecycle/values";
import { demandSound, findSettings, limitsOf } from "../../provider/runtime/settings";
import { allVendors } from "../../provider/vendors";
import { kosli } from "../../provider/vendors/kosli/vendor";

/** Settings as found from the stack's configuration and the environment. */
function find(configured: Record<string, string> = {}, environment: NodeJS.ProcessEnv = {}) {
  return findSettings(kosli, (namespace, name) => configured[`${namespace}:${name}`], environment);
}

const hostOf = (...sources: Parameters<typeof find>) => kosli.hostRoot(find(...sources).values);
const problemsOf = (...sources: Parameters<typeof find>) =>
  find(...sources).problems.map(({ key, message }) => `${key}: ${message}`);

describe("settings", () => {
  it("settings: nothing is set by itself, and that is sound", () => {
    assert.deepEqual(find(), { values: {}, problems: [], warnings: [] });
    assert.equal(hostOf(), "https://app.kosli.com");
  });

  it("settings: the environment is enough", () => {
    const environment = { KOSLI_API_TOKEN: "t", KOSLI_ORG: "acme", KOSLI_API_URL: "https://kosli.acme.test" };
    assert.deepEqual(find({}, environment), {
      values: { apiToken: "t", org: "acme", apiUrl: "https://kosli.acme.test" },
      problems: [],
      warnings: [],
    });
  });

  it("settings: the stack's configuration wins over the environment, and a disagreement is told without values", () => {
    const configured = { "kosli:apiToken": "s3cret-stack", "kosli:org": "stack-org" };
    const environment = { KOSLI_API_TOKEN: "s3cret-env", KOSLI_ORG: "env-org" };
    assert.deepEqual(find(configured, environment), {
      values: { apiToken: "s3cret-stack", org: "stack-org" },
      problems: [],
      warnings: [
        "kosli:apiToken of the stack and KOSLI_API_TOKEN of the environment differ; the stack's value is used.",
        "kosli:org of the stack and KOSLI_ORG of the environment differ; the stack's value is used.",
      ],
    });
  });

  it("settings: agreement is not worth a warning", () => {
    assert.deepEqual(find({ "kosli:org": "acme" }, { KOSLI_ORG: "acme" }).warnings, []);
  });

  it("settings: empty counts as unset, in both places", () => {
    assert.deepEqual(find({ "kosli:org": "", "kosli:apiToken": "" }, { KOSLI_ORG: "acme", KOSLI_API_TOKEN: "" }), {
      values: { org: "acme" },
      problems: [],
      warnings: [],
    });
    assert.equal(hostOf({ "kosli:apiUrl": "" }, { KOSLI_API_URL: "" }), "https://app.kosli.com");
  });

  it("settings: other vendors' and other tools' settings are not read", () => {
    assert.deepEqual(
      find({ "kapso:apiToken": "x", apiToken: "y" }, { KOSLI_HOST: "https://h.test", KOSLI_REGION: "us" }).values,
      {},
    );
  });

  describe("address", () => {
    it("address: the region chooses the vendor's host", () => {
      assert.equal(hostOf({ "kosli:region": "us" }), "https://app.us.kosli.com");
      assert.equal(hostOf({ "kosli:region": "eu" }), "https://app.kosli.com");
    });

    it("address: a region that does not exist is a problem", () => {
      assert.deepEqual(problemsOf({ "kosli:region": "mars" }), ["kosli:region: kosli:region must be one of eu, us"]);
    });

    it("address: a region and an address in one stack are a problem that names both", () => {
      const both = { "kosli:region": "us", "kosli:apiUrl": "https://kosli.acme.test" };
      assert.deepEqual(problemsOf(both), ["kosli:region: Set either kosli:region and kosli:apiUrl, not both"]);
      assert.throws(() => demandSound(find(both)), { kind: "settings" });
    });

    it("address: a configured region wins over an address of the environment, and a warning says so without its value", () => {
      const found = find({ "kosli:region": "us" }, { KOSLI_API_URL: "https://kosli.acme.test" });
      assert.equal(kosli.hostRoot(found.values), "https://app.us.kosli.com");
      assert.deepEqual(found.problems, []);
      assert.deepEqual(found.warnings, [
        "kosli:region of the stack stands against KOSLI_API_URL of the environment; the stack's value is used.",
      ]);
    });

    it("address: a region is worth no warning where the environment has no address, or the provider is explicit", () => {
      assert.deepEqual(find({ "kosli:region": "us" }, { KOSLI_API_URL: "" }).warnings, []);
      const explicit = { "kosli:region": "us", "kosli:apiToken": "t", "pulumi-flows:explicit": "true" };
      const environment = { KOSLI_API_URL: "https://kosli.acme.test", KOSLI_API_TOKEN: "other" };
      assert.deepEqual(find(explicit, environment).warnings, []);
    });

    it("address: https is taken everywhere, http on this machine only", () => {
      for (const apiUrl of [
        "https://kosli.acme.test",
        "https://kosli.acme.test:8443",
        "http://127.0.0.1:4010",
        "http://127.9.9.9",
        "http://localhost:4010",
        "http://[::1]:4010",
      ]) {
        assert.deepEqual(problemsOf({ "kosli:apiUrl": apiUrl }), [], apiUrl);
      }
      for (const apiUrl of [
        "http://kosli.acme.test",
        "http://localhost.acme.test",
        "http://127.0.0.1.acme.test",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "ftp://127.0.0.1",
        "ws://127.0.0.1",
      ]) {
        assert.deepEqual(
          problemsOf({ "kosli:apiUrl": apiUrl }),
          [
            `kosli:apiUrl: The address${apiUrl.startsWith("http:") ? ` "${apiUrl}"` : ""} must begin with https:// (http:// is only allowed to this machine): a key must not travel in clear`,
          ],
          apiUrl,
        );
      }
    });

    it("address: from the environment is judged like a configured one", () => {
      assert.equal(problemsOf({}, { KOSLI_API_URL: "http://kosli.acme.test" }).length, 1);
    });

    it("address: a path or a query is refused", () => {
      for (const apiUrl of [
        "https://app.kosli.com/api/v2",
        "https://app.kosli.com/?x=1",
        "https://app.kosli.com/api/",
      ]) {
        assert.deepEqual(problemsOf({ "kosli:apiUrl": apiUrl }), [
          'kosli:apiUrl: The address must be the host alone, "https://app.kosli.com", without a path',
        ]);
      }
    });

    it("address: a fragment is refused like a path", () => {
      assert.equal(problemsOf({ "kosli:apiUrl": "https://app.kosli.com/#flows" }).length, 1);
    });

    it("address: what is no URL is refused", () => {
      assert.deepEqual(problemsOf({ "kosli:apiUrl": "app.kosli.com" }), [
        "kosli:apiUrl: The address is not a URL; write it as https://host",
      ]);
    });

    it("address: a key that somebody put there by mistake is never shown", () => {
      for (const apiUrl of [
        "s3cret-key",
        "Bearer s3cret-key",
        "https://app.kosli.com/s3cret-key",
        "https://app.kosli.com/?key=s3cret-key",
        "https://app.kosli.com/#s3cret-key",
        "http://app.kosli.com/api?key=s3cret-key",
      ]) {
        for (const found of [find({ "kosli:apiUrl": apiUrl }), find({}, { KOSLI_API_URL: apiUrl })]) {
          assert.equal(found.problems.length, 1, apiUrl);
          assert.doesNotMatch(JSON.stringify([found.problems, found.warnings]), /s3cret/, apiUrl);
        }
      }
    });

    it("address: credentials in it are refused and not shown", () => {
      assert.deepEqual(problemsOf({ "kosli:apiUrl": "https://bob:s3cret@app.kosli.com" }), [
        "kosli:apiUrl: The address must not carry credentials; set the key by its own setting",
      ]);
    });

    it("address: credentials in an address that is also wrong otherwise are not shown either", () => {
      for (const apiUrl of [
        "bob:s3cret@app.kosli.com",
        "https//bob:s3cret@app.kosli.com",
        "https://bob:s3cret@",
        "https://bob:s3cret@app.kosli.com:x",
      ]) {
        const [problem, ...more] = problemsOf({ "kosli:apiUrl": apiUrl });
        assert.match(problem ?? "", /^kosli:apiUrl: /);
        assert.deepEqual(more, []);
        assert.doesNotMatch(problem ?? "", /s3cret/, apiUrl);
      }
    });

    it("address: a slash at its end and capitals in its host make no difference", () => {
      for (const apiUrl of ["https://kosli.acme.test/", "https://Kosli.ACME.test", "https://kosli.acme.test:443"]) {
        assert.deepEqual(problemsOf({ "kosli:apiUrl": apiUrl }), []);
        assert.equal(hostOf({ "kosli:apiUrl": apiUrl }), "https://kosli.acme.test");
      }
    });

    it("address: in a rehearsal only this machine is allowed", () => {
      const rehearsal = { PULUMI_FLOWS_LOOPBACK_ONLY: "1" };
      assert.deepEqual(problemsOf({ "kosli:apiUrl": "http://127.0.0.1:4010" }, rehearsal), []);
      assert.deepEqual(problemsOf({}, rehearsal), [
        'kosli:apiUrl: The address "https://app.kosli.com" is not on this machine, and this is a rehearsal: start an emulator and set the address to it',
      ]);
      assert.equal(
        problemsOf({ "kosli:region": "us" }, { ...rehearsal, KOSLI_API_URL: "http://127.0.0.1:1" }).length,
        1,
      );
      assert.deepEqual(problemsOf({}, { PULUMI_FLOWS_LOOPBACK_ONLY: "0" }), []);
    });
  });

  describe("limits", () => {
    const names = ["maxInFlight", "maxRequestsPerMinute", "maxRequestsPerHour"] as const;

    it("limits: every vendor has the same three, which no environment variable sets", () => {
      for (const { name, settings } of allVendors()) {
        for (const limit of names)
          assert.deepEqual(
            [settings[limit]?.isCount, settings[limit]?.variable],
            [true, undefined],
            `${name}:${limit}`,
          );
      }
    });

    it("limits: left out, ten calls run at once and any number in a minute or an hour", () => {
      assert.deepEqual(limitsOf(find().values), {
        maxInFlight: 10,
        maxRequestsPerMinute: Number.POSITIVE_INFINITY,
        maxRequestsPerHour: Number.POSITIVE_INFINITY,
      });
    });

    it("limits: are read from the stack", () => {
      const configured = {
        "kosli:maxInFlight": "3",
        "kosli:maxRequestsPerMinute": "100",
        "kosli:maxRequestsPerHour": "5000",
      };
      assert.deepEqual(problemsOf(configured), []);
      assert.deepEqual(limitsOf(find(configured).values), {
        maxInFlight: 3,
        maxRequestsPerMinute: 100,
        maxRequestsPerHour: 5000,
      });
    });

    it("limits: what is no whole number above 0 is a problem that names the key", () => {
      for (const value of [
        "0",
        "-1",
        "1.5",
        "1e3",
        "ten",
        " 5",
        "5 ",
        "0x10",
        "Infinity",
        "NaN",
        "9".repeat(20),
        "true",
      ]) {
        for (const name of names) {
          assert.deepEqual(
            problemsOf({ [`kosli:${name}`]: value }),
            [`kosli:${name}: kosli:${name} must be a whole number above 0, such as 10`],
            value,
          );
        }
      }
    });

    it("limits: one that a preview cannot know yet limits nothing yet", () => {
      assert.equal(limitsOf(find({ "kosli:maxInFlight": UNKNOWN }).values).maxInFlight, 10);
    });
  });

  it("settings: a key that no header could carry is a problem that shows nothing of it", () => {
    for (const apiToken of [
      "s3cret\n",
      "s3cret\r\nx-admin: yes",
      "s3 cret",
      "s3cret\0",
      "s3cret\u001b[2J",
      "s3cret😀",
      " s3cret",
    ]) {
      const message =
        "kosli:apiToken (or KOSLI_API_TOKEN) holds a space, a line break or another character that no key has; set it again";
      for (const found of [find({ "kosli:apiToken": apiToken }), find({}, { KOSLI_API_TOKEN: apiToken })]) {
        assert.deepEqual(found.problems, [{ key: "kosli:apiToken", message }]);
      }
    }
  });

  describe("values that a preview cannot know", () => {
    it("settings: are not judged, whichever they are", () => {
      for (const name of Object.keys(kosli.settings)) {
        const found = find({ [`kosli:${name}`]: UNKNOWN }, { KOSLI_ORG: "acme", KOSLI_API_TOKEN: "t" });
        assert.deepEqual([found.problems, found.warnings], [[], []], name);
        assert.equal(Object.entries(found.values).find(([key]) => key === name)?.[1], UNKNOWN);
      }
    });

    it("settings: an unknown address is not judged in a rehearsal either", () => {
      assert.deepEqual(problemsOf({ "kosli:apiUrl": UNKNOWN }, { PULUMI_FLOWS_LOOPBACK_ONLY: "1" }), []);
    });
  });

  it("settings: unsound ones fail with all that is wrong", () => {
    const found = find({ "kosli:region": "mars" }, { KOSLI_API_URL: "kosli" });
    const both = find({ "kosli:region": "mars", "kosli:apiUrl": "kosli" });
    assert.throws(() => demandSound(found), {
      name: "FlowError",
      kind: "settings",
      message: "kosli:region must be one of eu, us.",
    });
    assert.throws(() => demandSound(both), {
      name: "FlowError",
      kind: "settings",
      message:
        "kosli:region must be one of eu, us; Set either kosli:region and kosli:apiUrl, not both; The address is not a URL; write it as https://host.",
    });
    assert.doesNotThrow(() => demandSound(find()));
  });
});
