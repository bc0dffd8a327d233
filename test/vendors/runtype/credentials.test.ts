import assert from "node:assert/strict";
import { showPath } from "../../../provider/lifecycle/paths";
import { UNKNOWN } from "../../../provider/lifecycle/values";
import { stepProblems } from "../../../provider/vendors/runtype/steps/validate";

/** What is said of steps: paths as messages show them, warnings marked. */
function said(steps: unknown): string[] {
  return stepProblems(steps).map(
    ({ path, message, warning }) => `${warning ? "(warning) " : ""}${showPath(path, { steps })}: ${message}`,
  );
}

const step = (name: string, type: string, config: unknown) => ({ name, type, config });

/** Credentials by their shape; put together, so that nobody takes them for real ones. */
const SHAPES: Readonly<Record<string, string>> = {
  "a key of OpenAI": ["sk", "proj-abcdefghij0123456789"].join("-"),
  "a key of Stripe": ["sk", "live", "abcdefghij0123456789"].join("_"),
  "a key of Runtype": ["rt", "live", "0123456789abcdef"].join("_"),
  "a token of GitHub": ["ghp", "abcdefghij0123456789abcdefghij012345"].join("_"),
  "a fine-grained token of GitHub": ["github", "pat", "abcdefghij0123456789"].join("_"),
  "a token of Slack": ["xoxb", "0123456789-abcdefghij"].join("-"),
  "a key of AWS": ["AKIA", "ABCDEFGHIJ012345"].join(""),
  "a key of Google": ["AIza", "abcdefghij0123456789abcdefghij01234"].join(""),
  "a bearer's token": "Bearer abcdefghij0123456789",
  "a private key": ["-----BEGIN RSA PRIVATE", "KEY-----\nabc"].join(" "),
};

const CREDENTIAL_KEYS = [
  ["apiKey", "API_KEY"],
  ["api_key", "API_KEY"],
  ["OPENAI_API_KEY", "OPENAI_API_KEY"],
  ["x-api-key", "X_API_KEY"],
  ["token", "TOKEN"],
  ["accessToken", "ACCESS_TOKEN"],
  ["access_token", "ACCESS_TOKEN"],
  ["Authorization", "AUTHORIZATION"],
  ["password", "PASSWORD"],
  ["secret", "SECRET"],
  ["client_secret", "CLIENT_SECRET"],
  ["secretAccessKey", "SECRET_ACCESS_KEY"],
] as const;

/** A step that calls something with these headers. */
const calling = (headers: unknown) => step("call", "fetch-url", { http: { url: "https://x.example", headers } });

describe("runtype: credentials in steps", () => {
  for (const [key, secret] of CREDENTIAL_KEYS) {
    it(`credentials: a text as ${key} is doubted, a secret of Runtype is not`, () => {
      const place = showPath(["config", "http", "headers", key], {});
      assert.deepEqual(said([calling({ [key]: "hunter2" })]), [
        `(warning) steps["call"].${place}: Step "call": ${place} holds a credential in clear, which Runtype gives back to whoever reads the flow: store it at Runtype as a secret, and write {{secret:${secret}}} in its place`,
      ]);
      for (const fine of [`{{secret:${secret}}}`, "Bearer {{secret:X}}", "", " ", UNKNOWN, 3, true, null, {}])
        assert.deepEqual(said([calling({ [key]: fine })]), [], String(fine));
    });
  }

  for (const key of [
    "maxTokens",
    "tokenLimit",
    "nextPageToken",
    "stopToken",
    "secretName",
    "keys",
    "primaryKey",
    "author",
  ]) {
    it(`credentials: nothing is said of ${key}`, () => assert.deepEqual(said([calling({ [key]: "hunter2" })]), []));
  }

  for (const [title, value] of Object.entries(SHAPES)) {
    it(`credentials: ${title} is doubted wherever it stands, and not quoted`, () => {
      const told = said([
        step("ask", "prompt", { userPrompt: `Use ${value} for it, {{user_message}}`, outputVariable: "x" }),
        calling([{ id: value, of: { deeper: [value] } }]),
      ]);
      assert.deepEqual(
        told.map((line) => line.split(" holds a credential")[0]?.split("Step ")[1]),
        [
          '"ask": config.userPrompt',
          '"call": config.http.headers[0].id',
          '"call": config.http.headers[0].of.deeper[0]',
        ],
      );
      for (const { message } of stepProblems([calling([{ id: value, name: value }])]))
        assert.ok(!message.includes(value), message);
    });
  }

  it("credentials: one in a list is told by the key of the list", () => {
    assert.match(
      said([calling({ Authorization: ["hunter2"] })]).join(),
      /headers.Authorization\[0\] .*AUTHORIZATION}}/,
    );
    assert.deepEqual(said([step("a", "loop", { required: ["token", "password"] })]), []);
  });

  it("credentials: words that only look like one are not doubted", () => {
    const words = "sk-loading-indicator-large, task-sk-0123456789abcdefghij, Bearer of news, a ghp_ and rt_live_, AKIA";
    assert.deepEqual(said([step("ask", "prompt", { userPrompt: words })]), []);
  });

  it("credentials: one within a branch, or a step that is not known, is told once and at its place", () => {
    const told = said([
      step("if", "conditional", { condition: "x", trueSteps: [calling({ token: "hunter2" })] }),
      step("each", "loop", { steps: [calling({ token: "hunter2" })] }),
    ]);
    assert.deepEqual(
      told.map((line) => line.split(" holds")[0]),
      [
        '(warning) steps["if"].config.trueSteps["call"].config.http.headers.token: Step "call": config.http.headers.token',
        '(warning) steps["each"].config.steps["call"].config.http.headers.token: Step "each": config.steps[0].config.http.headers.token',
      ],
    );
  });
});
