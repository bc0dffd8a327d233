import assert from "node:assert/strict";
import { UNKNOWN } from "../../../provider/lifecycle/values";
import { arrowsOf, boxesOf, drawn } from "../../harness/drawn";

describe("drawings of Humanloop", () => {
  it("Humanloop drawings: a flow leads to its version, which says what it is for, or else its longest text", () => {
    const attributes = { model: "gpt-4o", prompt: { template: "Answer kindly." } };
    const drawing = drawn("humanloop:Flow", { path: "support/answers", versionName: "v3", attributes });
    assert.deepEqual(boxesOf(drawing), [
      'start flow [flow] "support/answers"',
      'version [version] "v3" Answer kindly.',
    ]);
    assert.deepEqual(arrowsOf(drawing), ["flow -> version"]);
    const described = drawn("humanloop:Flow", { path: "it", attributes, versionDescription: "the kind one" });
    assert.equal(described.boxes[1]?.detail, "the kind one");
  });

  it("Humanloop drawings: a deployment leads from the version to the environment", () => {
    const drawing = drawn("humanloop:FlowDeployment", { flow: "fl_1", version: UNKNOWN, environment: "production" });
    assert.deepEqual(boxesOf(drawing), [
      'start version [version] "[unknown]" of fl_1',
      'environment [environment] "production"',
    ]);
  });

  it("Humanloop drawings: a monitoring leads from the flow to each of its evaluators", () => {
    const of = (evaluators: unknown) => drawn("humanloop:FlowMonitoring", { flow: "fl_1", evaluators });
    const both = of([{ evaluatorVersionId: "evv_1" }, { evaluatorId: "ev_2", environmentId: "env_1" }]);
    assert.deepEqual(boxesOf(both), [
      'start flow [flow] "fl_1"',
      'evaluator/evv_1 [evaluator] "evv_1"',
      'evaluator/ev_2 in env_1 [evaluator] "ev_2" as deployed to env_1',
    ]);
    assert.deepEqual(boxesOf(of(UNKNOWN))[1], 'missing evaluators [evaluators] "[unknown]"');
    assert.deepEqual(boxesOf(of([{ evaluatorVersionId: UNKNOWN }, UNKNOWN])).slice(1), [
      'evaluator/0 [evaluator] "[unknown]"',
      'evaluator/1 [evaluator] "[unknown]"',
    ]);
  });
});
