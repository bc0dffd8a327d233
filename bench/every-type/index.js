const { humanloop, kapso, kosli, runtype } = require("pulumi-flows");

const { node, edge } = kapso;
const { step } = runtype;

/** As many of every flow type as BENCH_FLOWS says; with BENCH_VARIANT `changed`, each is changed in one field. */
const { BENCH_FLOWS: flows, BENCH_VARIANT: variant, BENCH_EVALUATOR: evaluatorVersionId } = process.env;
const text = variant === "changed" ? "Hello!" : "Hi!";

for (let index = 0; index < Number(flows); index++) {
  const name = `bench-${index}`;

  new kosli.Flow(name, {
    name,
    description: text,
    template: { trail: { attestations: [{ name: "tests", type: "junit" }] } },
  });

  const lookup = new kapso.Function(name, { name, code: `export default async () => new Response("${text}")` });
  const nodes = [node.start(), node.sendText("greet", { message: text }), node.waitForResponse("wait")];
  const definition = { nodes, edges: [edge("start", "greet"), edge("greet", "wait")] };
  const workflow = new kapso.Workflow(name, {
    name,
    definition: {
      nodes: [...nodes, node.function("lookup", { function_id: lookup.id })],
      edges: [...definition.edges, edge("wait", "lookup")],
    },
  });
  new kapso.Trigger(name, { workflowId: workflow.id, triggerType: "api_call", active: variant !== "changed" });
  new kapso.Flow(name, { name: `${name}-alone`, definition });

  const answers = new runtype.Flow(name, {
    name,
    steps: [step.prompt("answer", { model: "small", userPrompt: `${text} {{user_message}}` })],
  });
  new runtype.FlowPublication(name, { flow: answers.id, triggers: [answers.stepsHash] });

  const prompt = new humanloop.Flow(name, { path: `bench/${name}`, attributes: { system: text }, forceDestroy: true });
  new humanloop.FlowDeployment(name, { flow: prompt.id, environment: "production", version: prompt.versionId });
  new humanloop.FlowMonitoring(name, { flow: prompt.id, evaluators: [{ evaluatorVersionId }] });
}
