import { deepEqual, equal, match } from "node:assert/strict";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isLoopback } from "../../testing/src/rehearsal/loopback";
import { createStage, type Stage } from "./stage";

const refusals: Record<string, { words: RegExp }> = require("./program/refusals").refusals;

describe("rehearsal: what it does not do", function () {
  this.timeout(120_000);
  let stage: Stage;
  beforeEach(async () => {
    stage = await createStage();
  });
  afterEach(() => stage.close());

  for (const [name, { words }] of Object.entries(refusals)) {
    it(`refuse: ${name} in a program fails and says so`, async () => {
      const result = await stage.run("up", name, 1);
      equal(result.ok, false, stage.lines.join("\n"));
      match(result.failure ?? "", words);
    });
  }

  it("refuse: an API address that is not loopback stops the run before anything starts", async () => {
    for (const [key, value] of [
      ["kosli:apiUrl", "https://app.kosli.com"],
      ["kapso:legacyApiUrl", "https://localhost.example.com"],
      ["runtype:apiUrl", "http://127.0.0.1@example.com"],
      ["humanloop:apiUrl", "not an address"],
    ] as const) {
      const result = await stage.run("up", "crud", 1, { config: { [key]: value } });
      match(result.failure ?? "", new RegExp(`${key} is not an address on this machine`));
    }
    const result = await stage.run("preview", "crud", 1, { env: { KAPSO_LEGACY_API_URL: "https://api.kapso.ai" } });
    match(result.failure ?? "", /KAPSO_LEGACY_API_URL is not an address on this machine/);
    deepEqual(stage.vendor.journal, []);
    equal(existsSync(join(stage.folder, ".rehearsal")), false);
  });

  it("refuse: a refresh does not go to the remote address that a state remembers", async () => {
    await stage.run("up", "empty", 1);
    const state = await stage.exported();
    for (const { inputs } of state.deployment.resources)
      if (inputs?.["fake:apiUrl"]) inputs["fake:apiUrl"] = "https://x.io";
    writeFileSync(join(stage.folder, ".rehearsal/dev.json"), JSON.stringify(state));
    match((await stage.run("refresh", "empty", 1)).failure ?? "", /fake:apiUrl is not an address on this machine/);
  });

  it("refuse: the program and the provider are told to stay on loopback", async () => {
    writeFileSync(
      join(stage.folder, "index.js"),
      'module.exports = { told: process.env.PULUMI_FLOWS_LOOPBACK_ONLY };\nconsole.log("from the program");\n',
    );
    const result = await stage.run("up", "empty", 1);
    deepEqual(result.outputs, { told: "1" });
    match(stage.lines.join("\n"), /from the program/);
  });

  it("refuse: environments and other secrets providers of a stack's file are named", async () => {
    for (const [line, words] of [
      ["environment: [prod]", /environments \(ESC\)/],
      ["secretsprovider: awskms://alias/key", /the secrets provider awskms/],
    ] as const) {
      writeFileSync(join(stage.folder, "Pulumi.dev.yaml"), `${line}\n`);
      match((await stage.run("preview", "empty", 1)).failure ?? "", words);
    }
  });

  it("refuse: other runtimes are named", async () => {
    appendFileSync(join(stage.folder, "Pulumi.yaml"), "packages: { x: y }\n");
    match((await stage.run("preview", "empty", 1)).failure ?? "", /packages/);
    writeFileSync(join(stage.folder, "Pulumi.yaml"), "name: x\nruntime: python\n");
    match((await stage.run("preview", "empty", 1)).failure ?? "", /the runtime "python"/);
  });

  it("refuse: with targetReplace a resource that is new", async () => {
    await stage.run("up", "empty", 2);
    const unknown = await stage.run("up", "empty", 1, { targetReplace: ["urn:pulumi:dev::rehearsed::x::y"] });
    match(unknown.failure ?? "", /is to be replaced, but is not in the state/);
    await stage.run("up", "targets", 1);
    const target = (await stage.state()).find(({ id }) => id === "a1")?.urn ?? "";
    const mixed = await stage.run("up", "targets", 3, { targetReplace: [target] });
    match(mixed.failure ?? "", /is new: not rehearsed together with targetReplace/);
  });

  it("loopback: only this machine's own names and addresses count", () => {
    for (const url of ["http://localhost:1", "http://127.0.0.1:4010", "http://127.1.2.3", "http://[::1]:9"]) {
      equal(isLoopback(url), true, url);
    }
    for (const url of [
      "http://0.0.0.0",
      "http://10.0.0.1",
      "https://localhost.com",
      "http://127.0.0.1.nip.io",
      "",
      "x",
    ]) {
      equal(isLoopback(url), false, url);
    }
  });
});
