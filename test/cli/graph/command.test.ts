import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Values } from "../../../provider/lifecycle/values";
import { lifecycleOf } from "../../../provider/runtime/process";
import { allVendors } from "../../../provider/vendors";
import { type Emulator, startEmulator } from "../../../testing/src";
import { ACCOUNTS, benchOf, environmentOf } from "../../harness/account-of-flows";
import { Stack } from "../../harness/stack";
import { readXml } from "../../picture/xml";
import { type ExportedFlow, exported, run as runCommand, type Told } from "../exported-state";

const SECRET = "Bearer key-of-the-shop";

const BOT: Values = {
  name: "Order bot",
  definition: {
    nodes: [
      { id: "start", data: { node_type: "start", config: {} } },
      { id: "ask", data: { node_type: "send_text", config: { message: "Where is your order?" } } },
      {
        id: "call",
        data: { node_type: "webhook", config: { url: "https://shop.example.com", headers: { Authorization: SECRET } } },
      },
    ],
    edges: [
      { source: "start", target: "ask" },
      { source: "ask", target: "call" },
    ],
  },
};

const NO_LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined };

describe("graph", function () {
  this.timeout(60_000);
  let folder: string;
  let emulator: Emulator;
  let state: string;
  const flows: ExportedFlow[] = [];

  const run = (args: readonly string[], stdin?: string): Promise<Told> =>
    runCommand(["graph", ...args], { cwd: folder, ...(stdin === undefined ? {} : { stdin }) });
  const file = (name: string, content: unknown) => {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
    return name;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-graph-"));
    emulator = await startEmulator();
    const keep = async (name: string, token: string, args: Values) => {
      const stack = new Stack(benchOf(emulator, token));
      await stack.up(args);
      flows.push({ name, token, kept: stack.resource });
    };
    await keep("bot", "kapso:Workflow", BOT);
    await keep("answer", "runtype:Flow", {
      name: "Order bot",
      steps: [{ type: "prompt", name: "Say it", config: {} }],
    });
    await keep("undrawn", "runtype:Flow", { name: "Nothing" });
    await keep("release", "kosli:Flow", {
      name: "web",
      org: "acme",
      template: "version: 1\ntrail: {artifacts: [{name: image}]}",
    });
    await keep("con", "humanloop:Flow", { path: "a/b", attributes: { say: "hello to you" } });
    const providers = ["kapso", "runtype", "kosli", "humanloop"].map((vendor) => ({
      name: vendor,
      vendor,
      settings: {},
    }));
    state = exported(providers, flows);
  });
  after(async () => {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("graph: draws every flow of a state as Markdown with a diagram for each, in the order of their URNs", async () => {
    const { code, stdout, stderr } = await run([], state);
    const parts = stdout.split(/^(?=## )/m).map((part) => {
      const [, heading, diagram] =
        /^## (.*)\n\n```mermaid\n(flowchart (?:TD|LR)\n(?: {2}.*\n)+)```\n\n?$/.exec(part) ?? [];
      return { heading, diagram };
    });
    assert.deepEqual(
      parts.map(({ heading }) => heading),
      ['Humanloop flow "a/b"', 'Kapso workflow "Order bot"', 'Kosli flow "acme/web"', 'Runtype flow "Order bot"'],
    );
    assert.match(parts[1]?.diagram ?? "", /n_start --> n_ask/);
    assert.match(stderr, /^warning: Runtype flow "Nothing": there is nothing to draw\. .*`--id`/);
    assert.equal(code, 0);
  });

  it("graph: --flow picks one by the resource's name, its URN, the flow's id or its name at the vendor", async () => {
    const urn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/kapso:Workflow::bot";
    const { id } = flows.find(({ name }) => name === "bot")?.kept ?? {};
    const [first, ...others] = await Promise.all(["bot", urn, String(id)].map((name) => run(["--flow", name], state)));
    assert.match(first?.stdout ?? "", /^flowchart TD\n {2}n_start/);
    for (const each of others) assert.deepEqual(each, first);
    const labelled = await run(["--flow", "acme/web"], state);
    assert.deepEqual(labelled, await run(["--flow", "release"], state));
    assert.match(labelled.stdout, /^flowchart LR\n {2}n_trail/);
  });

  it("graph: a pointer shows what the flow is called that it leads to, as far as the state tells, and keeps its id", async () => {
    const bot = flows.find(({ name }) => name === "bot") ?? assert.fail();
    const stack = new Stack(benchOf(emulator, "kapso:Trigger"));
    await stack.up({ workflowId: bot.kept.id, triggerType: "api_call" });
    const trigger = { name: "call", token: "kapso:Trigger", kept: stack.resource };
    const providers = [{ name: "kapso", vendor: "kapso", settings: {} }];
    const boxOf = async (...kept: ExportedFlow[]) => {
      const { stdout } = await run(["--flow", "call"], exported(providers, kept));
      return /^ {2}n_workflow.*$/m.exec(stdout)?.[0];
    };
    const { id } = bot.kept;
    assert.equal(await boxOf(bot, trigger), `  n_workflow["<b>Order bot</b><br/>workflow<br/>${id}"]`);
    assert.equal(await boxOf(trigger), `  n_workflow["<b>${id}</b><br/>workflow"]`);
  });

  it("graph: a name that no flow has, or several have, is an error that tells what there is", async () => {
    const unknown = await run(["--flow", "realese"], state);
    assert.deepEqual([unknown.code, unknown.stdout], [1, ""]);
    assert.equal(
      unknown.stderr,
      'There is no flow "realese" in the state. Did you mean release? It has con, bot, release, answer, undrawn.\n',
    );
    const both = await run(["--flow", "Order bot"], state);
    assert.deepEqual([both.code, both.stdout], [1, ""]);
    assert.match(
      both.stderr,
      /may mean 2 flows\. Name one by its URN:\n {2}urn:.*kapso:Workflow::bot\n {2}urn:.*runtype:Flow::answer\n$/,
    );
    const empty = await run([], JSON.stringify({ version: 3, deployment: { resources: [] } }));
    assert.deepEqual([empty.code, empty.stderr], [1, "There is no flow in the state.\n"]);
  });

  it("graph: a flow type that this version does not know is told, and the others are drawn", async () => {
    const newer = state.replaceAll("runtype:Flow", "runtype:Newer");
    const { code, stdout, stderr } = await run([], newer);
    assert.equal(code, 1);
    assert.match(stderr, /^not drawn: urn:.*runtype:Newer::answer: .*install a newer one\.\n/);
    assert.equal(stdout.match(/^flowchart/gm)?.length, 3);
  });

  it("graph: one flow goes to standard output as SVG; several need a folder", async () => {
    const one = await run(["--flow", "bot", "--format", "svg"], state);
    assert.equal(one.code, 0);
    assert.equal(readXml(one.stdout).name, "svg");
    const several = await run(["--format", "svg"], state);
    assert.deepEqual([several.code, several.stdout], [1, ""]);
    assert.match(several.stderr, /4 flows do not go into one SVG.*--flow.*--out/);
  });

  it("graph: --out writes a file for each flow, and overwrites none that differs without --force", async () => {
    const written = await run(["--out", "pictures", "--format", "svg"], state);
    const names = ["answer.svg", "bot.svg", "con-flow.svg", "release.svg"];
    assert.deepEqual(readdirSync(join(folder, "pictures")).sort(), names);
    assert.deepEqual(
      written.stdout.split("\n").filter(Boolean).sort(),
      names.map((name) => `${join("pictures", name)}: new`),
    );
    for (const name of names) readXml(readFileSync(join(folder, "pictures", name), "utf8"));
    const again = await run(["--out", "pictures", "--format", "svg"], state);
    assert.deepEqual([again.code, again.stdout.match(/: unchanged/g)?.length], [0, 4]);
    file("pictures/bot.svg", "mine");
    const refused = await run(["--out", "pictures", "--format", "svg"], state);
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /differ.*--force.*bot\.svg\n/s);
    assert.equal(readFileSync(join(folder, "pictures/bot.svg"), "utf8"), "mine");
    assert.equal((await run(["--out", "pictures", "--format", "svg", "--force"], state)).code, 0);
    readXml(readFileSync(join(folder, "pictures/bot.svg"), "utf8"));
    await run(["--out", "texts", "--flow", "release"], state);
    assert.match(readFileSync(join(folder, "texts/release.mmd"), "utf8"), /^%% Kosli flow "acme\/web"\nflowchart LR\n/);
  });

  it("graph: secrets are hidden, whether the state shows them or not", async () => {
    const bot = (showSecrets: boolean) => {
      const { deployment } = JSON.parse(state);
      const kept = deployment.resources.find(({ urn }: { urn: string }) => urn.endsWith("::bot"));
      const secrets = [["definition", "nodes", "ask", "data", "config", "message"]];
      return exported(
        [{ name: "kapso", vendor: "kapso", settings: {} }],
        [{ name: "bot", token: "kapso:Workflow", kept: { id: kept.id, state: kept.outputs }, secrets }],
        { showSecrets },
      );
    };
    for (const showSecrets of [true, false]) {
      for (const format of ["mermaid", "svg"]) {
        const { code, stdout } = await run(["--format", format], bot(showSecrets));
        assert.equal(code, 0);
        assert.doesNotMatch(stdout, /key-of-the-shop|Where is your/);
      }
    }
  });

  for (const [what, name, content] of [
    ["arguments as JSON", "bot.json", BOT],
    ["a graph alone", "bot.json", BOT.definition],
    [
      "a graph as YAML",
      "bot.yaml",
      "nodes:\n  - {id: start, data: {node_type: start}}\n  - {id: ask, data: {node_type: send_text, config: {message: Where is your order?}}}\n  - {id: call, data: {node_type: webhook, config: {url: 'https://shop.example.com'}}}\nedges:\n  - {source: start, target: ask}\n  - {source: ask, target: call}\n",
    ],
  ] as const)
    it(`graph: --file draws ${what}`, async () => {
      const { code, stdout, stderr } = await run(["--type", "kapso:Workflow", "--file", file(name, content)]);
      assert.deepEqual([code, stderr], [0, ""]);
      assert.match(stdout, /^flowchart TD\n {2}n_start\(\[.* {2}n_ask --> n_call\n$/s);
      assert.doesNotMatch(stdout, /key-of-the-shop/);
    });

  it("graph: --file takes the document of each vendor, also from standard input", async () => {
    for (const [type, text, drawn] of [
      [
        "kosli:Flow",
        "version: 1\ntrail:\n  attestations:\n    - {name: review, type: pull_request}\n",
        /n_trail_attestation_review/,
      ],
      ["runtype:Flow", '[{"type":"search","name":"Ask","config":{"query":"it"}}]', /n_Ask\[/],
      ["runtype:Flow", '{"name":"it","steps":[{"type":"search","name":"Ask","config":{"query":"it"}}]}', /n_Ask\[/],
      ["humanloop:Flow", '{"say":"hello to you"}', /hello to you/],
      ["humanloop:FlowDeployment", '{"flow":"fl_1","version":"v1","environment":"live"}', /n_environment/],
    ] as const) {
      const { code, stdout, stderr } = await run(["--type", type, "--file", "-"], text);
      assert.deepEqual([code, stderr], [0, ""], type);
      assert.match(stdout, drawn);
    }
  });

  it("graph: a file whose every key is an argument, or that spells the document otherwise, holds the arguments", async () => {
    const title = async (type: string, content: unknown, told = "") => {
      const name = file("some-file.json", content);
      const { code, stdout, stderr } = await run(["--type", type, "--file", name, "--format", "svg"]);
      assert.deepEqual([code, stderr], [0, told], type);
      return /<title>(.*)<\/title>\n<desc>(.*)<\/desc>/.exec(stdout)?.slice(1);
    };
    assert.deepEqual(await title("kosli:Flow", { name: "web", org: "acme", legacyTemplate: ["tests"] }), [
      'Kosli flow "web"',
      "web (trail). artifact (artifact). tests (*). web leads to artifact. artifact leads to tests.",
    ]);
    const told = "warning: some-file.json: a preview would refuse it: attributes: Required: record\n";
    assert.deepEqual(await title("humanloop:Flow", { path: "a/b", versionName: "v3", adopt: true }, told), [
      'Humanloop flow "a/b"',
      "a/b (flow). v3 (version). a/b leads to v3.",
    ]);
    assert.deepEqual(await title("humanloop:Flow", { path: "a/b", model: "it" }), [
      'Humanloop flow "some-file"',
      "some-file (flow). version (version). some-file leads to version.",
    ]);
  });

  it("graph: what does not say its name is called by its kind alone, and what is not said is drawn as missing", async () => {
    const piped = async (type: string, text: string) => {
      const { stdout, stderr } = await run(["--type", type, "--file", "-", "--format", "svg"], text);
      const [, title, described] = /<title>(.*)<\/title>\n<desc>(.*)<\/desc>/.exec(stdout) ?? [];
      return { title, described, stderr, missing: stdout.match(/class="box missing"/g)?.length ?? 0 };
    };
    const graph = await piped("kapso:Workflow", JSON.stringify(BOT.definition));
    assert.deepEqual([graph.title, graph.stderr, graph.missing], ["Kapso workflow", "", 0]);
    const trail = await piped("kosli:Flow", '{"template":"version: 1"}');
    assert.deepEqual([trail.title, trail.described, trail.stderr], ["Kosli flow", "trail (trail).", ""]);
    const deployment = await piped("humanloop:FlowDeployment", '{"flow":"fl_1","version":"v1"}');
    assert.deepEqual(
      [deployment.title, deployment.described, deployment.missing],
      ["Humanloop deployment of flow", "v1 (version). not said (environment). v1 leads to not said.", 1],
    );
    assert.match(deployment.stderr, /^warning: standard input: a preview would refuse it: environment: Required/);
  });

  it("graph: what a preview would say of a file is told, and what can be drawn is", async () => {
    const definition = {
      nodes: [{ id: "start", data: { node_type: "start" } }],
      edges: [{ source: "start", target: "gone" }],
    };
    const { code, stdout, stderr } = await run(["--type", "kapso:Workflow", "--file", file("broken.json", definition)]);
    assert.equal(code, 0);
    assert.match(stderr, /^warning: broken\.json: a preview would refuse it: definition\.edges\[0\]\.target: /);
    assert.match(stdout, /n_start --> n_gone/);
  });

  it("graph: what the picture hides of a file is hidden in what a preview would say of it", async () => {
    const id = "sk_live_ABCDEFGHIJKLMNOP1234";
    const node = { id, data: { node_type: "send_text", config: { message: "Hello" } } };
    const twice = { nodes: [node, node], edges: [{ source: id, target: "gone" }] };
    const { stdout, stderr } = await run(["--type", "kapso:Workflow", "--file", file("twice.json", twice)]);
    assert.match(stdout, /secret/);
    assert.match(stderr, /a preview would refuse it: .*\[secret\]/);
    assert.doesNotMatch(stdout + stderr, /ABCDEF/);
  });

  it("graph: what Mermaid would refuse for its size is told, with the format that has no bounds", async () => {
    const steps = Array.from({ length: 502 }, (_, index) => ({
      type: "search",
      name: `step ${index}`,
      config: { query: "a question of some length, whose words nobody needs to read in a picture" },
    }));
    const long = await run(["--type", "runtype:Flow", "--file", file("long.json", steps)]);
    assert.equal(long.code, 0);
    assert.match(
      long.stderr,
      /^warning: Runtype flow "long": texts are shortened, .* 50000 characters .*; `--format svg` has no such bound\.\nwarning: Runtype flow "long": .* 500 arrows .* there are 501; `--format svg` has no such bound\.\n$/,
    );
    const svg = await run(["--type", "runtype:Flow", "--file", "long.json", "--format", "svg"]);
    assert.deepEqual([svg.code, svg.stderr], [0, ""]);
  });

  it("graph: a file of which nothing can be drawn is an error", async () => {
    const none = await run(["--type", "kapso:Workflow", "--file", file("none.json", { nodes: [], edges: [] })]);
    assert.deepEqual([none.code, none.stdout], [1, ""]);
    assert.match(none.stderr, /There is nothing to draw in none\.json\.\n$/);
    const torn = await run(["--type", "kapso:Workflow", "--file", file("torn.yaml", `a: 1\nkey: {${SECRET}`)]);
    assert.deepEqual([torn.code, torn.stderr], [1, "torn.yaml is neither JSON nor YAML: see line 2.\n"]);
    const missing = await run(["--type", "kapso:Workflow", "--file", "missing.json"]);
    assert.match(missing.stderr, /^The file missing\.json cannot be read: /);
    const text = await run(["--type", "kapso:Trigger", "--file", file("text.yaml", "hello")]);
    assert.equal(text.stderr, "text.yaml does not hold the arguments of a Kapso trigger.\n");
  });

  for (const { name: vendor, flowTypes } of allVendors())
    it(`graph: --id draws what ${vendor} has now, whatever type it is, and writes nothing`, async () => {
      const own = await startEmulator();
      const env = environmentOf(own.url);
      const before = { ...process.env };
      Object.assign(process.env, env);
      try {
        await ACCOUNTS[vendor]?.(own);
        const untouched = structuredClone(own.state());
        const counted = new Map<string, number>();
        for (const { token } of flowTypes) {
          const listed = await lifecycleOf(token, () => undefined, NO_LOG).list();
          for (const { id } of listed) {
            const { code, stdout, stderr } = await run(["--type", token, "--id", id]);
            if (/There is nothing to draw of Runtype flow "empty"\./.test(stderr)) continue;
            assert.equal(code, 0, `${token} ${id}: ${stderr}`);
            assert.match(stdout, /^flowchart (TD|LR)\n/);
            assert.doesNotMatch(stdout, /key-of-the-shop|a-secret-of-the-shop|refund-key/);
            counted.set(token, Math.max(counted.get(token) ?? 0, stdout.split("\n").length));
          }
        }
        assert.deepEqual(own.state(), untouched);
        assert.deepEqual([...counted.keys()].sort(), flowTypes.map(({ token }) => token).sort());
        for (const [token, lines] of counted) assert.ok(lines > 2, `something of ${token} is drawn`);
        const [first] = flowTypes;
        const none = await run(["--type", String(first?.token), "--id", "00000000-0000-4000-8000-000000000000"]);
        assert.deepEqual([none.code, none.stdout], [1, ""]);
      } finally {
        for (const name of Object.keys(env)) delete process.env[name];
        Object.assign(process.env, before);
        await own.close();
      }
    });

  const misuses: [args: string[], told: RegExp][] = [
    [["--type", "kosli:Flw", "--file", "x"], /There is no type "kosli:Flw"\. Did you mean kosli:Flow\?/],
    [["--type", "toy", "--file", "x"], /There is no type "toy"\. There are humanloop:Flow, /],
    [["--file", "x"], /--type/],
    [["--type", "kosli:Flow"], /--file or a flow at the vendor with --id/],
    [["--type", "kosli:Flow", "--file", "x", "--id", "y"], /either a file/],
    [["--type", "kosli:Flow", "--file", "x", "--state", "y"], /does not go with --state/],
    [["--type", "kosli:Flow", "--file", "x", "--stack", "y"], /--stack goes with --id/],
    [["--stack", "dev"], /--stack goes with --id/],
    [["--format", "svgs"], /There is no format "svgs"\. Did you mean svg\?/],
    [["--force"], /--out/],
    [["--flwo", "x"], /Did you mean --flow\?/],
  ];
  for (const [args, words] of misuses)
    it(`graph: \`pulumi-flows graph ${args.join(" ")}\` ends with 1 and says what was not understood`, async () => {
      const told = await run(args);
      assert.deepEqual([told.code, told.stdout], [1, ""]);
      assert.match(told.stderr, words);
      assert.match(told.stderr, /`pulumi-flows graph --help` tells what there is\.\n$/);
    });

  it("graph: without a state it says how to give one", async () => {
    const told = await run([]);
    assert.equal(told.code, 1);
    assert.match(told.stderr, /^No state is given: run `pulumi stack export \| pulumi-flows graph`/);
  });
});
