import { showsChange } from "./chain-scenes";
import { BOT_STEPS } from "./kapso-scenes";
import { isWired, productOf } from "./product";
import { markedSteps, type Stage } from "./stage";

const STEPS = ["classify", "keep", "order", "answer"];
const LENIENT = "Which order is meant? Answer with JSON: its number as `order`, or null.";
const STRICT = "Which order is meant? Answer with JSON: its number as `order`, or null. Never guess.";
const DASHBOARD = "Find the order, or guess it. Answer with JSON. (Kim)";

/** A step more in the bot and in the answers: what a preview shows of it. */
export async function insertionScene(stage: Stage): Promise<void> {
  stage.title("The bot and the answers get one more step each; what changes?");
  const wait = `      node.waitForResponse("wait",`;
  stage.rewrite(wait, `      node.sendText("topic", { message: "Is it about an order?" }),\n${wait}`);
  stage.rewrite('edge("greet", "wait")', 'edge("greet", "topic"), edge("topic", "wait")');
  const order = "    // Runtype fills in";
  const keep = 'step.upsertRecord("keep", { recordType: "question", sourceVariable: "question" }),';
  stage.rewrite(order, `    ${keep}\n${order}`);
  const { ok, output } = await stage.run("preview", "dev");
  stage.claim(
    "the bot's new step shows as one addition, and no other step as changed",
    ok &&
      markedSteps(output, "definition.nodes", BOT_STEPS) === "topic" &&
      /\+ (definition\.nodes\.)?topic\s*:/.test(output),
  );
  stage.claim(
    "so does the answers' new step; of the others only its successor changes, which now comes after it",
    /\+ (steps\.)?keep\s*:/.test(output) &&
      /~ (steps\.order\.)?after\s*: "classify" => "keep"/.test(output) &&
      !/[-+~] (steps\.)?(classify|answer)\b/.test(output),
  );
}

/** What is saved, what is published, and the way back. */
export async function runtypeScenes(stage: Stage): Promise<void> {
  const flow = () => productOf(stage, "dev").answers;
  const published = () => productOf(stage, "dev").published;
  const versions = () => stage.emulator.state().runtype.versions.filter(({ flowId }) => flowId === flow()?.id);
  const classify = () => flow()?.flowSteps.find(({ name }) => name === "classify")?.config.systemPrompt;

  stage.title("Save both, and publish the answers");
  stage.configure("release", "2");
  const first = await stage.run("up", "dev");
  const release = published();
  stage.claim(
    `the answers were saved in 1 write and published in another: version ${release?.versionNumber}, with ${release?.flowSteps.length} steps, and the bot asks for it`,
    first.ok &&
      stage.writes("runtype updateFlow") === 1 &&
      stage.writes("runtype publishFlowVersion") === 1 &&
      release?.flowSteps.length === 4 &&
      release.id === versions().at(-1)?.id &&
      isWired(productOf(stage, "dev")),
  );

  stage.title("Between preview and up, somebody rewords a step in Runtype's dashboard");
  stage.rewrite(LENIENT, STRICT);
  const seen = await stage.run("preview", "dev");
  await stage.edit({
    vendor: "runtype",
    action: "updateFlow",
    flow: "shop-support-dev",
    set: {
      flowSteps: (flow()?.flowSteps ?? []).map(({ when, config, ...step }) => ({
        ...step,
        ...(when === null ? {} : { when }),
        config: step.name === "classify" ? { ...config, systemPrompt: DASHBOARD } : config,
      })),
    },
  });
  const refused = await stage.run("up", "dev");
  stage.claim(
    "the overwrite was refused: Runtype was written to 0 times, and Kim's words are still there",
    seen.ok && !refused.ok && stage.writes() === 0 && classify() === DASHBOARD,
  );
  stage.claim(
    "the message names the step and its setting, both texts, and where the other change came from",
    [`steps.classify.config.systemPrompt: Pulumi last saw "${LENIENT}"`, DASHBOARD, '"dashboard"'].every((words) =>
      refused.output.includes(words),
    ),
  );

  stage.title("Having seen it, they decide for the program");
  const saved = await stage.run("up", "dev", { refresh: true });
  stage.claim(
    `saved, in 1 write; and nothing is published by that: it is still version ${release?.versionNumber}, of ${versions().length}`,
    saved.ok && stage.writes() === 1 && classify() === STRICT && published()?.id === release?.id,
  );

  stage.title("The next release");
  stage.configure("release", "3");
  const second = await stage.run("up", "dev");
  stage.claim(
    `1 publication, of version ${published()?.versionNumber}: the steps were not written, the bot asks for it, Kosli tells it`,
    second.ok &&
      stage.written().join() === "runtype publishFlowVersion,kapso updateWorkflow,kosli patchTags" &&
      published()?.id === versions().at(-1)?.id &&
      isWired(productOf(stage, "dev")),
  );

  stage.title("Customers complain: back to the release before");
  stage.configure("rollbackTo", release?.id);
  const back = await stage.run("up", "dev");
  stage.claim(
    `version ${release?.versionNumber} is published again, in 1 write, and the bot asks for it`,
    back.ok && stage.writes("runtype") === 1 && published()?.id === release?.id && isWired(productOf(stage, "dev")),
  );
  stage.claim(
    "Runtype made its steps the flow's own, and the run warned of that",
    classify() === LENIENT && back.output.includes("Runtype puts its steps back into the flow"),
  );

  stage.title("What would the program make of that?");
  const undone = await stage.run("preview", "dev", { refresh: true });
  stage.claim(
    "it would undo it: the preview shows the step and both texts",
    undone.ok &&
      showsChange(undone.output, "steps.classify.config", "systemPrompt", LENIENT, STRICT) &&
      markedSteps(undone.output, "steps", STEPS) === "classify",
  );

  stage.title("So the program says the old words again, and holds on to no version any more");
  stage.rewrite(STRICT, LENIENT);
  stage.configure("rollbackTo", undefined);
  const agreed = await stage.run("up", "dev", { refresh: true });
  stage.claim(
    `program and Runtype agree: nothing had to be written, and version ${release?.versionNumber} stays published, although newer ones were saved`,
    agreed.ok && stage.writes() === 0 && classify() === LENIENT && published()?.id === release?.id,
  );
}
