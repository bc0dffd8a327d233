import assert from "node:assert/strict";
import type { Drawing } from "../../../provider/lifecycle/drawing";
import { defined, isObject, UNKNOWN } from "../../../provider/lifecycle/values";
import { arrowsOf, boxesOf, demandPlaces, drawn } from "../../harness/drawn";

/** What the boxes are made of, as far as it is said. */
const contentsOf = ({ boxes }: Drawing): unknown[] =>
  boxes.map(({ content }) => (isObject(content) ? defined(content) : content));

describe("drawings of Humanloop", () => {
  it("Humanloop drawings: a flow leads to its version, which says what it is for, or else its longest text", () => {
    const attributes = { model: "gpt-4o", prompt: { template: "Answer kindly." } };
    const args = { path: "support/answers", versionName: "v3", attributes };
    const drawing = drawn("humanloop:Flow", args);
    demandPlaces(drawing, "humanloop:Flow", args);
    assert.deepEqual(contentsOf(drawing), ["support/answers", { attributes, versionName: "v3" }]);
    assert.deepEqual(boxesOf(drawing), [
      'start flow [flow] "support/answers"',
      'version [version] "v3" Answer kindly.',
    ]);
    assert.deepEqual(arrowsOf(drawing), ["flow -> version"]);
    const described = drawn("humanloop:Flow", { path: "it", attributes, versionDescription: "the kind one" });
    assert.equal(described.boxes[1]?.detail, "the kind one");
    assert.deepEqual(contentsOf(described), ["it", { attributes, versionDescription: "the kind one" }]);
  });

  it("Humanloop drawings: a deployment leads from the version to the environment", () => {
    const drawing = drawn("humanloop:FlowDeployment", { flow: "fl_1", version: UNKNOWN, environment: "production" });
    assert.deepEqual(boxesOf(drawing), [
      'start version [version] "[unknown]" of fl_1',
      'environment [environment] "production"',
    ]);
    const args = { flow: "fl_1", version: "flv_7", environment: "production" };
    demandPlaces(drawn("humanloop:FlowDeployment", args), "humanloop:FlowDeployment", args);
    assert.deepEqual(contentsOf(drawn("humanloop:FlowDeployment", args)), ["flv_7", "production"]);
    const unsaid = drawn("humanloop:FlowDeployment", { flow: "fl_1" });
    assert.deepEqual(boxesOf(unsaid), [
      'missing version [version] "not said" of fl_1',
      'missing environment [environment] "not said"',
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
    assert.deepEqual(contentsOf(both), [
      "fl_1",
      { evaluatorVersionId: "evv_1" },
      { evaluatorId: "ev_2", environmentId: "env_1" },
    ]);
    assert.deepEqual(boxesOf(of(UNKNOWN))[1], 'missing evaluators [evaluators] "[unknown]"');
    assert.deepEqual(boxesOf(of([{ evaluatorVersionId: UNKNOWN }, UNKNOWN])).slice(1), [
      'evaluator/0 [evaluator] "[unknown]"',
      'evaluator/1 [evaluator] "[unknown]"',
    ]);
  });
});
