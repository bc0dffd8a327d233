import * as pulumi from "@pulumi/pulumi";
import { humanloop, kapso, kosli, runtype } from "pulumi-flows";

// One of each flow type of all vendors, wired by their ids. The program `first` declares them; `both` declares a second set
// beside them; `second` changes and renames everything, has a trigger made anew, and no longer declares the second set.
// Where the ids leave it open what comes first, `dependsOn` says it: the calls are to come in one order in every run. `together`
// and `late` are other programs: flows that are made at once.

const { node, edge } = kapso;
const { step } = runtype;

const config = new pulumi.Config();
const version = config.require("version");
const isChanged = version === "second";

/** One of each flow type. */
function product(
  name: string,
  phoneNumber: string,
  before?: pulumi.Resource,
): { bot: kapso.Workflow; last: kosli.Flow } {
  const called = isChanged ? `${name}-renamed` : name;

  const prompt = new humanloop.Flow(
    `${name}-prompt`,
    {
      path: `crash/${called}`,
      attributes: { model: "small", system: isChanged ? "Answer in one sentence." : "Answer in two sentences." },
      versionName: isChanged ? "shorter" : "longer",
      versionDescription: isChanged ? "One sentence" : "Two sentences",
      forceDestroy: true,
    },
    before ? { dependsOn: before } : {},
  );
  const deployment = new humanloop.FlowDeployment(`${name}-staging`, {
    flow: prompt.id,
    environment: "staging",
    version: prompt.versionId,
  });
  const monitoring = new humanloop.FlowMonitoring(
    `${name}-tone`,
    { flow: prompt.id, evaluators: [{ evaluatorVersionId: isChanged ? "evv_tone2" : "evv_tone1" }] },
    { dependsOn: deployment },
  );

  const answers = new runtype.Flow(
    `${name}-answers`,
    {
      name: called,
      description: isChanged ? "answers everybody" : "answers the shop",
      steps: [
        ...(isChanged ? [step.search("look", { provider: "web", query: "shop" })] : []),
        step.prompt(
          "ask",
          {
            model: "small",
            systemPrompt: prompt.attributes.apply(({ system }) => String(system)),
            userPrompt: "{{user_message}}",
            outputVariable: "answer",
          },
          { when: "user_message !== ''" },
        ),
      ],
    },
    { dependsOn: monitoring },
  );
  const publication = new runtype.FlowPublication(`${name}-answers`, {
    flow: answers.id,
    triggers: [answers.stepsHash, deployment.version],
  });

  const lookup = new kapso.Function(
    `${name}-lookup`,
    {
      name: `${called}-lookup`,
      description: isChanged ? "finds every order" : "finds an order",
      code: `export default { fetch: () => new Response("${isChanged ? "two" : "one"}") };`,
      secrets: { SHOP_KEY: pulumi.secret(isChanged ? "second-key" : "first-key") },
    },
    { dependsOn: publication },
  );
  const bot = new kapso.Workflow(`${name}-bot`, {
    name: called,
    description: "brings answers to WhatsApp",
    status: isChanged ? "active" : "draft",
    definition: {
      nodes: [
        node.start(),
        node.function("find", { function_id: lookup.id }),
        node.webhook("ask", {
          url: "https://runtype.example/dispatch",
          headers: { Authorization: "Bearer of-the-bot" },
          body_template: { flow: { id: answers.id }, version: publication.publishedVersionId },
        }),
        ...(isChanged ? [node.sendText("reply", { message: "{{vars.answer}}" })] : []),
      ],
      edges: [edge("start", "find"), edge("find", "ask"), ...(isChanged ? [edge("ask", "reply")] : [])],
    },
  });
  // Another number makes another trigger: Kapso cannot change it.
  const trigger = new kapso.Trigger(`${name}-message`, {
    workflowId: bot.id,
    triggerType: "inbound_message",
    phoneNumberId: isChanged ? `${phoneNumber}-new` : phoneNumber,
  });
  const older = new kapso.Flow(
    `${name}-older`,
    {
      name: `${called}-older`,
      status: isChanged ? "draft" : "active",
      definition: {
        nodes: [node.start(), node.sendText("greet", { message: isChanged ? "Hello" : "Hi" })],
        edges: [edge("start", "greet")],
      },
    },
    { dependsOn: trigger },
  );

  const last = new kosli.Flow(`${name}-release`, {
    name: called,
    description: isChanged ? "Releases the new shop" : "Releases the shop",
    template: {
      trail: {
        attestations: [
          { name: "evaluation", type: "generic" },
          ...(isChanged ? [{ name: "approval", type: "decision" as const }] : []),
        ],
      },
    },
    tags: { prompt: deployment.version, answers: publication.publishedVersionId, bot: bot.id, older: older.id },
  });
  return { bot, last };
}

/** Everything that is killed call by call. */
function chained(): void {
  const { bot, last } = product("shop", "100000000000001");
  // Whether it is active is all that Kapso changes of a trigger.
  const called = { workflowId: bot.id, triggerType: "api_call" as const, active: !isChanged };
  const trigger = new kapso.Trigger("shop-called", called, { dependsOn: last });
  if (version === "both") product("kiosk", "100000000000002", trigger);
}

/** A flow of each way in which a vendor takes a second creation of the same name. */
function alike(): void {
  new kosli.Flow("late", { description: "Releases the shop" });
  new kapso.Workflow("late", { description: "brings answers to WhatsApp" });
  new runtype.Flow("late", { steps: [] });
}

if (version === "late") alike();
else if (version === "together") for (const name of ["one", "two", "three"]) new runtype.Flow(name, { steps: [] });
else chained();
