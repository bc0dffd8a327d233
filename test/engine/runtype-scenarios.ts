import assert from "node:assert/strict";
import type { ToyEmulator } from "../toy/toy-emulator";
import { failed, type Scenario, type Seen, succeeded, unchanged } from "./scenarios";
import { marked } from "./toy-scenarios";

const SECRETS = /Bearer|hush/;

function onlyFlow({ runtype }: Seen) {
  const [found] = runtype.flows;
  assert.ok(found && runtype.flows.length === 1, `there are ${runtype.flows.length} flows`);
  return found;
}

/** What callers get. */
function published({ runtype }: Seen): unknown {
  const version = runtype.versions.find(({ id }) => id === runtype.flows[0]?.publishedVersionId);
  return version?.flowSteps[0]?.config.userPrompt;
}

/** What somebody writes in the dashboard instead of the first prompt. */
const write = (userPrompt: string) => (emulator: ToyEmulator) => {
  const steps = emulator.state().runtype.flows[0]?.flowSteps ?? [];
  const flowSteps = steps.map(({ when: _, ...step }) => ({
    ...step,
    ...(step.name === "ask" ? { config: { ...step.config, userPrompt, text: userPrompt } } : {}),
  }));
  emulator.edit({ vendor: "runtype", action: "updateFlow", flow: "support", set: { flowSteps } });
};

const run = (emulator: ToyEmulator) => emulator.edit({ vendor: "runtype", action: "runFlow", flow: "support" });

/** Stories of Runtype: steps in order, which are saved first and published then. */
export const runtypeScenarios: readonly Scenario[] = [
  {
    title: "Runtype steps show what changed by step: an inserted one is one addition, and its successor moves",
    program: "steps",
    of: "runtype",
    steps: [
      {
        operation: "preview",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.calls, []);
        },
      },
      { operation: "up", v: 1, expect: succeeded },
      { operation: "preview", v: 1, refresh: true, before: run, expect: unchanged },
      {
        operation: "preview",
        v: 2,
        expect(seen) {
          assert.deepEqual(marked(seen), ["+ after", "+ look"]);
          assert.deepEqual(seen.calls, []);
        },
      },
      { operation: "up", v: 2, expect: succeeded },
      {
        operation: "preview",
        v: 3,
        expect(seen) {
          assert.deepEqual(marked(seen), ["~ userPrompt"]);
          assert.ok(seen.output.includes('"Hi" => "Hello"'));
        },
      },
      {
        operation: "up",
        v: 3,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(
            onlyFlow(seen).flowSteps.map(({ name }) => name),
            ["look", "ask", "tell"],
          );
        },
      },
      {
        operation: "preview",
        v: 3,
        refresh: true,
        before: write("by hand"),
        expect(seen) {
          succeeded(seen);
          // As drift, and as what the program undoes.
          assert.deepEqual(marked(seen), ["~ userPrompt", "~ stepsHash", "~ userPrompt"]);
          assert.ok(seen.output.includes('"Hello" => "by hand"'));
        },
      },
      {
        operation: "up",
        v: 4,
        expect(seen) {
          failed(
            seen,
            'steps.ask.config.userPrompt: Pulumi last saw "Hello", it is now "by hand"',
            'the last change came from "dashboard", at 2026-01-01T00:00:00.000Z',
            "Nothing was changed",
          );
          assert.deepEqual(seen.writes, []);
        },
      },
      {
        operation: "up",
        v: 4,
        refresh: true,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(
            onlyFlow(seen).flowSteps.map(({ name, config }) => [name, config.userPrompt]),
            [
              ["look", undefined],
              ["ask", "Hello"],
            ],
          );
        },
      },
      {
        operation: "destroy",
        v: 4,
        expect(seen) {
          failed(seen, "It has results of runs", "forceDestroy: true");
          onlyFlow(seen);
        },
      },
    ],
  },
  {
    title: "a Runtype flow is saved and published apart: only steps are published, and an older version rolls back",
    program: "publishing",
    of: "runtype",
    steps: [
      {
        operation: "preview",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.calls, []);
        },
      },
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.equal(published(seen), "Hi");
        },
      },
      { operation: "preview", v: 1, refresh: true, expect: unchanged },
      {
        operation: "up",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["updateFlow 200"], "what is no step is only saved");
        },
      },
      {
        operation: "up",
        v: 3,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["updateFlow 200", "publishFlowVersion 200"]);
          assert.equal(published(seen), "Hello");
        },
      },
      {
        operation: "up",
        v: 4,
        expect(seen) {
          succeeded(seen);
          assert.equal(published(seen), "Hi");
          assert.equal(onlyFlow(seen).flowSteps[0]?.config.userPrompt, "Hi");
          assert.match(seen.output, /warning: .*version 1 is older than version \d/);
        },
      },
      {
        operation: "preview",
        v: 4,
        refresh: true,
        expect(seen) {
          succeeded(seen);
          assert.ok(seen.output.includes('"Hello" => "Hi"'), "the flow holds what was rolled back to");
          assert.ok(seen.calls.every((each) => !each.startsWith("publish")));
        },
      },
      {
        operation: "up",
        v: 1,
        refresh: true,
        expect(seen) {
          succeeded(seen);
          assert.equal(published(seen), "Hi");
          assert.equal(onlyFlow(seen).flowSteps[0]?.config.userPrompt, "Hi");
        },
      },
      {
        operation: "destroy",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.deepEqual(seen.writes, ["deleteFlow 204"]);
          assert.match(seen.output, /a publication cannot be undone: version flowver_\w+ stays published/);
        },
      },
    ],
  },
  {
    title: "secrets of Runtype steps are sealed leaf by leaf, and shown nowhere, also as drift",
    program: "secrets",
    of: "runtype",
    steps: [
      {
        operation: "up",
        v: 1,
        expect(seen) {
          succeeded(seen);
          assert.doesNotMatch(JSON.stringify(seen.state), SECRETS);
          assert.match(JSON.stringify(seen.state), /one\.example/);
        },
      },
      { operation: "preview", v: 1, refresh: true, expect: unchanged },
      {
        operation: "preview",
        v: 2,
        expect(seen) {
          succeeded(seen);
          assert.match(seen.output, /url *: "https:\/\/one\.example" => "https:\/\/two\.example"/);
          assert.match(seen.output, /authorization *: "?\[secret\]/);
          assert.doesNotMatch(seen.output, SECRETS);
        },
      },
      {
        operation: "preview",
        v: 1,
        refresh: true,
        before: write("hush by hand"),
        expect(seen) {
          succeeded(seen);
          assert.match(seen.output, /1 to update/);
          assert.doesNotMatch(seen.output, SECRETS);
        },
      },
    ],
  },
  {
    title: "faults of Runtype steps stop the preview with the step's name, doubts are warnings",
    program: "invalid",
    of: "runtype",
    steps: [
      {
        operation: "preview",
        v: 1,
        expect(seen) {
          failed(seen, 'Step "ask"', '"prompt"', "order 1 comes after order 2", "brand-new");
          assert.deepEqual(seen.calls, []);
        },
      },
    ],
  },
];
