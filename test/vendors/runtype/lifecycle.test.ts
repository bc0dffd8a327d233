import assert from "node:assert/strict";
import { FlowError } from "../../../provider/lifecycle/errors";
import type { FlowType } from "../../../provider/lifecycle/flow-type";
import type { Values } from "../../../provider/lifecycle/values";
import { flow } from "../../../provider/vendors/runtype/flow";
import { publication } from "../../../provider/vendors/runtype/publication";
import { runtype } from "../../../provider/vendors/runtype/vendor";
import { type Emulator, type RuntypeStepInput, startEmulator } from "../../../testing/src/emulator";
import { KIOSK, runtypeSeed, runtypeSettings, SHOP, versionsOf } from "../../conformance/subjects/runtype-world";
import { Bench } from "../../harness/bench";
import { failureAs } from "../../harness/failure-of";
import { Stack } from "../../harness/stack";

/** What the conformance suite does not ask of Runtype's flow types. */
describe("runtype: lifecycles", () => {
  let emulator: Emulator;
  before(async () => {
    let now = Date.UTC(2026, 0, 1);
    emulator = await startEmulator({ seed: { runtype: runtypeSeed }, now: () => (now += 1000) });
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const stackOf = (type: unknown) =>
    // The functions' arguments and wire objects are the type's own.
    new Stack(new Bench({ vendor: runtype, type: type as FlowType, settings: runtypeSettings }, emulator));

  const prompt = (name: string, more: Values = {}, config: Values = {}) => ({
    type: "prompt" as const,
    name,
    ...more,
    config: { model: "small", userPrompt: name, ...config },
  });
  const web = () => {
    const found = emulator.state().runtype.flows.find(({ name }) => name === "web");
    assert.ok(found);
    return found;
  };
  const byHand = (...flowSteps: RuntypeStepInput[]) =>
    emulator.edit({ vendor: "runtype", action: "updateFlow", flow: "web", set: { flowSteps } });
  const writes = () => {
    const made = emulator.journal().flatMap(({ operation, wrote }) => (wrote ? [operation] : []));
    emulator.clearJournal();
    return made;
  };

  describe("steps", () => {
    it("steps: keep their ids, and so their results, when others come, go and change places around them", async () => {
      const stack = stackOf(flow);
      await stack.up({ name: "web", steps: ["a", "b", "c"].map((name) => prompt(name)) });
      const ids = new Map(web().flowSteps.map(({ name, id }) => [name, id]));
      await stack.up({ name: "web", steps: [prompt("c"), prompt("new"), prompt("a", {}, { userPrompt: "another" })] });
      const [c, added, a] = web().flowSteps;
      assert.deepEqual([c?.id, a?.id], [ids.get("c"), ids.get("a")]);
      assert.ok(added && ![...ids.values()].includes(added.id));
      assert.deepEqual(
        web().flowSteps.map(({ order }) => order),
        [1, 2, 3],
      );
    });

    it("steps: one that is renamed and does the same keeps its id", async () => {
      const stack = stackOf(flow);
      await stack.up({ name: "web", steps: [prompt("a"), prompt("b")] });
      const [, before] = web().flowSteps;
      await stack.up({ name: "web", steps: [prompt("a"), prompt("renamed", {}, { userPrompt: "b" })] });
      assert.equal(web().flowSteps[1]?.id, before?.id);
    });

    it("steps: the name of a stored secret is shown, and any other value of a header is hidden", () => {
      const { lifecycle } = stackOf(flow).bench.run();
      const headers = { a: "{{secret:SHOP}}", b: "Bearer {{ secret:SHOP }}", c: "Bearer x{{secret:SHOP}}", d: "plain" };
      const { inputs } = lifecycle.check({
        name: "web",
        steps: [{ type: "fetch-url", name: "look", config: { http: { url: "https://shop.example", headers } } }],
      });
      assert.deepEqual(
        lifecycle.secrets(inputs).map((path) => path.at(-1)),
        ["c", "d"],
      );
    });

    it("steps: an empty list removes all, and shows no difference then", async () => {
      const stack = stackOf(flow);
      await stack.up({ name: "web", steps: [prompt("a")] });
      await stack.up({ name: "web", steps: [] });
      assert.deepEqual(web().flowSteps, []);
      await stack.refresh();
      writes();
      await stack.up({ name: "web", steps: [] });
      assert.deepEqual(writes(), []);
    });

    it("steps: conditions and settings that nobody manages survive an update", async () => {
      const stack = stackOf(flow);
      await stack.up({ name: "web", steps: [prompt("a")] });
      const [step] = web().flowSteps;
      byHand(prompt("a", { id: step?.id, when: "theirs" }, { outputVariable: "answer" }));
      await stack.up({ name: "web", steps: [prompt("a", {}, { model: "large" })] });
      const [after] = web().flowSteps;
      assert.deepEqual([after?.when, after?.config.outputVariable, after?.config.model], ["theirs", "answer", "large"]);
    });

    it("steps: the last condition dropped from the program is removed", async () => {
      const stack = stackOf(flow);
      await stack.up({ name: "web", steps: [prompt("a", { when: "messages" }), prompt("b")] });
      await stack.up({ name: "web", steps: [prompt("a"), prompt("b")] });
      assert.deepEqual(
        web().flowSteps.map(({ when }) => when),
        [null, null],
      );
    });

    it("steps: a setting that Runtype chose is no change by somebody else when the program begins to write it", async () => {
      emulator.switches({ runtypeConfigRewrites: "filled" });
      const stack = stackOf(flow);
      await stack.up({ name: "web", steps: [prompt("a")] });
      await stack.up({ name: "web", steps: [prompt("a", {}, { errorHandling: "fail" })] });
      assert.equal(web().flowSteps[0]?.config.errorHandling, "fail");
    });

    it("steps: a condition by hand that a refresh does not show stops no program for ever", async () => {
      const stack = stackOf(flow);
      await stack.up({ name: "web", steps: [prompt("a"), prompt("b")] });
      const [a, b] = web().flowSteps;
      byHand(prompt("a", { id: a?.id }), prompt("b", { id: b?.id, when: "theirs" }));
      await stack.up({ name: "web", steps: [prompt("a", { when: "ours" }), prompt("b")] }, { refresh: true });
      assert.equal(web().flowSteps[0]?.when, "ours");
    });

    const there = [
      ["a condition", prompt("a", { when: "theirs" })],
      ["a setting that Runtype may choose", prompt("a", {}, { outputVariable: "answer" })],
    ] as const;
    for (const [what, step] of there) {
      for (const [how, more] of [
        ["with it", step],
        ["without it", {}],
      ] as const) {
        it(`steps: with ${what}, not declared and then declared ${how}, are in no conflict with themselves`, async () => {
          emulator.edit({ vendor: "runtype", action: "createFlow", set: { name: "web", flowSteps: [step] } });
          const stack = stackOf(flow);
          await stack.up({ name: "web", adopt: true });
          const declared = prompt("a", more, { ...("config" in more ? more.config : {}), model: "large" });
          await stack.up({ name: "web", adopt: true, steps: [{ ...declared, name: "a" }] });
          assert.equal(web().flowSteps[0]?.config.model, "large");
        });
      }
    }

    it("steps: with a condition, dropped from the program and declared again without it, are in no conflict", async () => {
      const stack = stackOf(flow);
      await stack.up({ name: "web", steps: [prompt("a", { when: "messages" })] });
      await stack.up({ name: "web" });
      await stack.up({ name: "web", steps: [prompt("a", {}, { model: "large" })] });
      assert.equal(web().flowSteps[0]?.config.model, "large");
    });

    it("steps: not declared, and changed by hand, are overwritten only after a refresh", async () => {
      const stack = stackOf(flow);
      await stack.up({ name: "web" });
      byHand(prompt("theirs"));
      const declared = { name: "web", steps: [prompt("ours")] };
      const error = await failureAs(FlowError, stack.up(declared));
      assert.equal(error.kind, "conflict");
      assert.match(error.message, /the last change came from "dashboard"/);
      await stack.up(declared, { refresh: true });
      assert.equal(web().flowSteps[0]?.name, "ours");
    });

    it("steps: conditions that show late are read again, and are no change by somebody else", async () => {
      const stack = stackOf(flow);
      const program = (when: string) => ({ name: "web", steps: [prompt("a", { when })] });
      await stack.up(program("one"));
      emulator.switches({ runtypeReadDelay: 1 });
      const run = stack.bench.run();
      await stack.up(program("two"), { run });
      assert.deepEqual(run.log.at("warn"), []);
      emulator.switches({ runtypeReadDelay: 0 });
      await stack.up(program("three"));
      assert.equal(web().flowSteps[0]?.when, "three");
    });
  });

  describe("flows", () => {
    it("create: a lost answer of a creation that lists show late is found, and makes no twin", async () => {
      emulator.switches({ runtypeListDelay: 2 });
      emulator.faults([{ match: { operation: "createFlow" }, when: "after", then: { reset: true } }]);
      const stack = stackOf(flow);
      await stack.up({ name: "web", steps: [prompt("a", { when: "messages" })] });
      assert.equal(stack.resource.id, web().id);
    });

    it("adopt: of several flows of the name none is taken, and the message names them", async () => {
      for (let times = 2; times > 0; times--)
        emulator.edit({ vendor: "runtype", action: "createFlow", set: { name: "web" } });
      const ids = emulator.state().runtype.flows.flatMap(({ id, name }) => (name === "web" ? [id] : []));
      const error = await failureAs(FlowError, stackOf(flow).up({ name: "web", adopt: true }));
      assert.equal(error.kind, "collision");
      for (const id of ids) assert.ok(error.message.includes(id), error.message);
      assert.deepEqual(writes(), []);
    });

    it("create: finds the flow of the name on whichever page of the list it is", async () => {
      emulator.edit({ vendor: "runtype", action: "createFlow", set: { name: "web" } });
      for (let number = 0; number < 250; number++)
        emulator.edit({ vendor: "runtype", action: "createFlow", set: { name: `other ${number}` } });
      // Only the list tells.
      emulator.faults([{ match: { operation: "pullFlow" }, when: "before", then: { status: 404 }, times: 0 }]);
      const error = await failureAs(FlowError, stackOf(flow).up({ name: "web" }));
      assert.equal(error.kind, "collision");
      assert.equal(emulator.journal().filter(({ operation }) => operation === "listFlows").length, 3);
    });

    it("description: a server that tells none gets it once, and shows no difference", async () => {
      emulator.switches({ runtypeDescription: "untold" });
      const stack = stackOf(flow);
      await stack.up({ name: "web", description: "one" });
      await stack.up({ name: "web", description: "two" });
      await stack.refresh();
      assert.equal(stack.resource.state.description, "two");
      writes();
      await stack.up({ name: "web", description: "two" });
      assert.deepEqual(writes(), []);
    });

    it("delete: a flow with results of runs is kept, and let go with `forceDestroy`", async () => {
      const stack = stackOf(flow);
      await stack.up({ name: "web", steps: [prompt("a")] });
      emulator.edit({ vendor: "runtype", action: "runFlow", flow: "web" });
      const error = await failureAs(FlowError, stack.destroy());
      assert.match(error.message, /"web".*`forceDestroy: true`.*`protect`.*`retainOnDelete`/);
      assert.ok(web());
      await stack.up({ name: "web", steps: [prompt("a")], forceDestroy: true });
      await stack.destroy();
      assert.ok(!emulator.state().runtype.flows.some(({ name }) => name === "web"));
    });

    it("delete: a refusal because the flow is in use is shown, and the flow is kept", async () => {
      emulator.switches({ runtypeDeleteReferenced: "refused" });
      const stack = stackOf(flow);
      await stack.up({ name: "web" });
      emulator.edit({ vendor: "runtype", action: "referenceFlow", flow: "web", referenced: true });
      await assert.rejects(stack.destroy(), /"web".*409: The flow is in use/);
      assert.ok(stack.kept);
    });

    it("update: a refusal because another tool manages the flow is shown, and nothing is recorded", async () => {
      const stack = stackOf(flow);
      await stack.up({ name: "web", description: "one" });
      emulator.switches({ runtypeManagedPut: "refused" });
      await managedInCode("web");
      const { kept } = stack;
      await assert.rejects(stack.up({ name: "web", description: "two" }), /"web".*409: The flow is managed in code/);
      assert.deepEqual(stack.kept, kept);
    });
  });

  /** Somebody's program writes the flow with Runtype's SDK. */
  async function managedInCode(name: string): Promise<void> {
    const definition = { name, steps: [{ type: "template", name: "say", config: { template: name } }] };
    const response = await fetch(`${emulator.url}/v1/flows/ensure`, {
      method: "POST",
      headers: { authorization: "Bearer k", "content-type": "application/json", "x-runtype-client": "sdk" },
      body: JSON.stringify({ name, definition, onConflict: "overwrite" }),
    });
    assert.equal(response.status, 200);
    emulator.clearJournal();
  }

  describe("publications", () => {
    const [first, second, last] = versionsOf(SHOP);
    const published = (id: string = SHOP) =>
      emulator.state().runtype.flows.find((each) => each.id === id)?.publishedVersionId;
    const publish = (version: string) =>
      emulator.edit({ vendor: "runtype", action: "publishFlow", flow: SHOP, version });

    it("delete: what is published stays, and a note says so", async () => {
      const stack = stackOf(publication);
      await stack.up({ flow: SHOP, version: second });
      emulator.clearJournal();
      const run = stack.bench.run();
      await stack.destroy({ run });
      assert.equal(published(), second);
      assert.deepEqual(writes(), []);
      assert.ok(run.log.at("info").some((line) => line.includes(SHOP) && line.includes(`${second} stays published`)));
    });

    it("gone: with its flow, which a refresh, a deletion, an update and a creation say", async () => {
      const stack = stackOf(publication);
      await stack.up({ flow: SHOP, version: second });
      const { kept } = stack;
      emulator.edit({ vendor: "runtype", action: "deleteFlow", flow: SHOP });
      writes();
      const error = await failureAs(FlowError, stack.up({ flow: SHOP, version: last }));
      assert.equal(error.kind, "deletedOutside");
      await stack.refresh();
      assert.equal(stack.kept, undefined);
      await assert.rejects(stack.up({ flow: SHOP }), /no such flow.*Nothing was published/);
      stack.kept = kept;
      await stack.destroy();
      assert.deepEqual(writes(), []);
    });

    it("look-up: of a flow of which nothing is published is an error", async () => {
      const { lifecycle } = stackOf(publication).bench.run();
      const error = await failureAs(FlowError, lifecycle.read(SHOP, {}));
      assert.equal(error.kind, "notFound");
      publish(second);
      assert.equal((await lifecycle.read(SHOP, {}))?.state.publishedVersionId, second);
    });

    it("replace: another flow is published, and the publication of the first one stays", async () => {
      const stack = stackOf(publication);
      await stack.up({ flow: SHOP });
      await stack.up({ flow: KIOSK });
      assert.deepEqual([published(SHOP), published(KIOSK)], [last, versionsOf(KIOSK)[2]]);
    });

    it("outside: another version is a warning where the program names none, and is left alone", async () => {
      const stack = stackOf(publication);
      await stack.up({ flow: SHOP });
      publish(first);
      writes();
      const run = stack.bench.run();
      await stack.refresh({ run });
      assert.ok(run.log.at("warn").some((line) => line.includes(SHOP) && line.includes(first) && line.includes(last)));
      await stack.up({ flow: SHOP });
      assert.deepEqual(writes(), []);
      assert.equal(published(), first);
    });

    it("triggers: never publish a draft that is older than what was published before", async () => {
      const stack = stackOf(publication);
      emulator.edit({ vendor: "runtype", action: "updateFlow", flow: SHOP, set: { description: "newer" } });
      const newest = emulator.state().runtype.versions.findLast(({ flowId }) => flowId === SHOP)?.id;
      await stack.up({ flow: SHOP, triggers: ["1"] });
      assert.equal(published(), newest);
      publish(first);
      await stack.up({ flow: SHOP, triggers: ["2"] }, { refresh: true });
      assert.ok([first, newest].includes(String(published())), "a version in between was published");
    });

    it("version: an older one is published with a warning that names what it does to the flow", async () => {
      const run = stackOf(publication).bench.run();
      await stackOf(publication).up({ flow: SHOP, version: first }, { run });
      assert.equal(published(), first);
      assert.ok(run.log.at("warn").some((line) => line.includes(SHOP) && line.includes("older than version 3")));
    });

    it("version: one that is not there is refused, and nothing is published", async () => {
      const error = await failureAs(FlowError, stackOf(publication).up({ flow: SHOP, version: "flowver_none" }));
      assert.match(error.message, /no version "flowver_none".*Nothing was published/);
      assert.equal(published(), null);
    });

    it("create: a flow of which the server keeps no version is saved as it is, and published", async () => {
      emulator.switches({ runtypeCreateVersion: false });
      const own = stackOf(flow);
      await own.up({ name: "web", steps: [prompt("a", { when: "messages" })] });
      const { flowSteps } = web();
      await stackOf(publication).up({ flow: own.resource.id });
      assert.ok(published(own.resource.id));
      assert.deepEqual(web().flowSteps, flowSteps);
    });

    for (const runtypePublishManaged of ["plain", "coded"] as const) {
      it(`conflict: a flow that another tool manages is published only with \`onConflict: "overwrite"\` (${runtypePublishManaged})`, async () => {
        emulator.switches({ runtypePublishManaged });
        await managedInCode(`Beside ${SHOP}`);
        const stack = stackOf(publication);
        const error = await failureAs(FlowError, stack.up({ flow: SHOP, version: second }));
        assert.match(error.message, /Another tool manages the flow.*Nothing was published.*`onConflict: "overwrite"`/);
        assert.equal(published(), null);
        await stack.up({ flow: SHOP, version: second, onConflict: "overwrite" });
        assert.equal(published(), second);
      });
    }
  });
});
