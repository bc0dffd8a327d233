import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exportState } from "pulumi-flows-testing";
import type { Outcome } from "../../scripts/engines";
import { type CrashEngine, rehearsal, STACK } from "./crash-engine";
import { liveObjects, unmatched } from "./objects";
import { Scene } from "./scene";
import { SlowNetwork } from "./slow-network";
import { switchesIn } from "./trial";

/** The creations that are under way at the kill, by what the vendor does with a second one of the same name. */
const CREATIONS = {
  "refuses it": /^POST \/platform\/v1\/workflows$/,
  "takes it for the same flow": /^PUT \/api\/v2\/flows\/acme\/template_file$/,
  "makes a second flow": /^POST \/v1\/flows$/,
};

/** What lives of one vendor's kind. */
function of(kind: string, { emulator }: Scene): number {
  return liveObjects(emulator.state()).filter((each) => each.kind === kind).length;
}

describe("crash: a creation that the vendor carries out late, after the next run has looked", function () {
  this.timeout(120_000);
  let scene: Scene;
  let network: SlowNetwork;
  let engine: CrashEngine;
  /** The run after the kill, and the one after that, as the messages of the first say. */
  let next: Outcome;
  let last: Outcome;

  before(async () => {
    scene = await Scene.begin(rehearsal);
    network = await SlowNetwork.between(scene.emulator.url, CREATIONS);
    engine = await scene.engine("late", network.url);
    const running = engine.startUp(16);
    while (network.held < 3) await sleep(10);
    await running.kill("engine");
    assert.deepEqual(liveObjects(scene.emulator.state()), []);
    next = await engine.run("up", STACK);
    last = await engine.run("up", STACK, { env: switchesIn(next.output) });
  });
  after(async () => {
    await network?.close();
    await scene?.remove();
  });

  it("late: each of them came between the look and the creation of the next run", () => {
    assert.deepEqual([...network.answers.keys()].sort(), Object.keys(CREATIONS).sort());
    for (const [kind, status] of network.answers) assert.ok(status < 300, `${kind}: ${status}`);
    assert.ok(!next.ok, next.output);
    assert.ok(last.ok, last.output);
  });

  it("late: a vendor that refuses a second one has one, and the next run names the switch that takes it over", () => {
    assert.match(next.output, /Kapso workflow "late" exists already/);
    assert.equal(switchesIn(next.output).PULUMI_FLOWS_ADOPT, "late");
    assert.equal(of("Kapso workflow", scene), 1);
  });

  it("late: a vendor that takes it for the same flow has one, and the next run records it and says what happened", () => {
    assert.match(next.output, /Kosli flow "acme\/late" was made by .*an own attempt that got no answer/);
    assert.equal(of("Kosli flow", scene), 1);
  });

  it("late: a vendor that makes a second flow has two; no run tells of the one in no state, and `drift --unmanaged` does", async () => {
    assert.equal(of("Runtype flow", scene), 2);
    const { resources } = engine.keptState();
    const { objects, entries } = unmatched(liveObjects(scene.emulator.state()), resources);
    assert.deepEqual([objects.map(({ kind, name }) => [kind, name]), entries], [[["Runtype flow", "late"]], []]);
    for (const { output } of [next, last])
      assert.doesNotMatch(output, new RegExp(`${objects[0]?.id}|twice|second flow`));
    assert.match(await unmanaged(scene, network.url), new RegExp(`late.*${objects[0]?.id}|${objects[0]?.id}.*late`));
  });
});

/** What `drift --unmanaged` says of the stack. */
async function unmanaged({ folder }: Scene, url: string): Promise<string> {
  const state = await exportState({
    cwd: folder,
    stack: STACK,
    showSecrets: true,
    env: { PULUMI_CONFIG_PASSPHRASE: "try-out" },
  });
  const bin = join(resolve(__dirname, "../.."), "dist/cli/bin.js");
  const env = { ...process.env, RUNTYPE_API_URL: url, RUNTYPE_API_KEY: "test-key" };
  const child = execFile(process.execPath, [bin, "drift", "--unmanaged"], { cwd: folder, env });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (said += data));
  child.stdin?.end(JSON.stringify(state));
  await once(child, "close");
  return said;
}
