import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { allVendors } from "../../provider/vendors";
import { assertGolden } from "../harness/golden";
import { rehearsal, STACK } from "./crash-engine";
import { liveObjects, unmatched } from "./objects";
import { nameOf, sampleOf } from "./points";
import { Scene } from "./scene";
import { switchesIn } from "./trial";
import { problemsOf, summaryOf, Trials } from "./trials";

/** So many points are tried here. */
const SAMPLE = 8;

describe("crash", function () {
  this.timeout(300_000);
  let trials: Trials;

  before(async () => {
    trials = await Trials.prepare(rehearsal);
  });
  after(() => trials.close());

  const prepared = (up: string) => {
    const found = trials.preparation.ups.find((each) => each.up === up);
    assert.ok(found);
    return found;
  };

  it("crash: one run creates every flow type of all vendors, the other one changes them and deletes one of each", () => {
    const all = allVendors().flatMap(({ flowTypes }) => flowTypes.map(({ token }) => token));
    const several = (types: readonly string[]) => [...new Set(types)].sort();
    const { create, change } = { create: prepared("create").holds, change: prepared("change").holds };
    assert.deepEqual([create.before, several(create.after)], [[], all.sort()]);
    const count = (types: readonly string[], type: string) => types.filter((each) => each === type).length;
    const deleted = all.map((type) => count(change.before, type) - count(change.after, type));
    assert.deepEqual([several(change.after), deleted], [all, all.map(() => 1)]);
  });

  it("crash: the number of kill points", () => {
    const count = (up: string) => trials.points.filter((point) => point.up === up).length;
    assertGolden(join(__dirname, "golden", "points.json"), { create: count("create"), change: count("change") });
  });

  it("crash: nothing is lost and nothing is there twice, wherever a run is killed", async () => {
    // What the vendor has made and nobody heard of, which needs the switch, is among them.
    const unheard = trials.points.filter(
      ({ up, operation, moment }) => up === "create" && operation.startsWith("create") && moment === "after",
    );
    const others = trials.points.filter((point) => !unheard.includes(point));
    const points = [...sampleOf(unheard, 2), ...sampleOf(others, SAMPLE - 2)];
    console.log(`    ${points.length} of ${trials.points.length} kill points; \`npm run test:crash\` tries them all`);
    const verdicts = await trials.try(points, 2, () => undefined);
    console.log(`    ${summaryOf(verdicts)}`);
    const broken = verdicts.flatMap((verdict) =>
      problemsOf(verdict).map((each) => `${nameOf(verdict.point)}: ${each}`),
    );
    assert.deepEqual(broken, []);
    assert.deepEqual([...new Set(verdicts.map(({ converged }) => converged))].sort(), [
      "after the switch",
      "by itself",
    ]);
  });

  it("crash: creations that were killed together are named together, and taken over together", async () => {
    const scene = await Scene.begin(rehearsal);
    try {
      const engine = await scene.engine("together");
      const { emulator } = scene;
      emulator.faults([{ match: { operation: "createFlow" }, when: "after", then: { hang: true }, times: 3 }]);
      const running = engine.startUp(16);
      while (emulator.journal().filter(({ status }) => status === "hang").length < 3) await sleep(10);
      await running.kill("engine");
      emulator.faults([]);
      const refused = await engine.run("up", STACK);
      const named = switchesIn(refused.output);
      assert.deepEqual(named.PULUMI_FLOWS_ADOPT?.split(",").sort(), ["one", "three", "two"]);
      const taken = await engine.run("up", STACK, { env: named });
      assert.ok(taken.ok, taken.output);
      const { objects, entries } = unmatched(liveObjects(emulator.state()), engine.keptState().resources);
      assert.deepEqual([objects, entries, emulator.state().runtype.flows.length], [[], [], 3]);
    } finally {
      await scene.remove();
    }
  });

  it("crash: the judge notices an object that no state owns, and an entry whose object is not there", async () => {
    const scene = await Scene.again(prepared("change"));
    try {
      const { resources } = (await scene.engine("first")).keptState();
      const judged = () => {
        const { objects, entries } = unmatched(liveObjects(scene.emulator.state()), resources);
        return [objects.map(({ kind, name }) => `${kind} ${name}`), entries.map(({ urn }) => urn.split("::").at(-1))];
      };
      assert.deepEqual(judged(), [[], []]);
      scene.emulator.edit({ vendor: "runtype", action: "createFlow", set: { name: "shop" } });
      scene.emulator.edit({ vendor: "kosli", action: "archive", org: "acme", name: "kiosk" });
      assert.deepEqual(judged(), [["Runtype flow shop"], ["kiosk-release"]]);
    } finally {
      await scene.remove();
    }
  });

  it("crash: what a message says to set is read as a shell reads what is copied", () => {
    const output =
      "one run with `PULUMI_FLOWS_ADOPT='api_call of the shop'\\''s' pulumi up`), or `pulumi up --refresh`";
    assert.deepEqual(switchesIn(output), { PULUMI_FLOWS_ADOPT: "api_call of the shop's" });
    assert.deepEqual(switchesIn("`PULUMI_FLOWS_ON_CONFLICT=overwrite pulumi up`"), {});
  });
});
