import { BOT_STEPS } from "./kapso-scenes";
import { markedSteps, type Stage } from "./stage";

const ANSWERS = "shop-answers-dev";
const STEPS = ["classify", "order", "answer"];
const TONE = "Answer in two sentences.";
const WARMER = "Answer in two sentences, warmly.";
const DASHBOARD_TONE = "Answer in one sentence. (Kim)";

/** A step more in the bot and in the answers: what a preview shows of it. */
export async function insertionScene(stage: Stage): Promise<void> {
  stage.title(
    "The bot and the answers get one more step each; what changes?",
    "pulumi config set askTopic true && pulumi config set lookUpOrders true && pulumi preview --stack dev",
  );
  stage.configure("askTopic", "true");
  stage.configure("lookUpOrders", "true");
  const { ok, output } = await stage.run("preview", "dev");
  stage.claim(
    "the bot's new step shows as one addition, and no other step as changed",
    ok &&
      markedSteps(output, "definition.nodes", BOT_STEPS) === "topic" &&
      /\+ (definition\.nodes\.)?topic\s*:/.test(output),
  );
  stage.claim(
    "so does the answers' new step; of the others only its successor changes, which now comes after it",
    /\+ (steps\.)?order\s*:/.test(output) &&
      /~ (steps\.answer\.)?after\s*: "classify" => "order"/.test(output) &&
      !/[-+~] (steps\.)?classify\b/.test(output),
  );
}

/** What is saved, what is published, and the way back. */
export async function runtypeScenes(stage: Stage): Promise<void> {
  const flow = () => stage.emulator.state().runtype.flows.find(({ name }) => name === ANSWERS);
  const versions = () => stage.emulator.state().runtype.versions.filter(({ flowId }) => flowId === flow()?.id);
  const published = () => versions().find(({ id }) => id === flow()?.publishedVersionId);
  const tone = () => flow()?.flowSteps.find(({ name }) => name === "answer")?.config.systemPrompt;

  stage.title("Save both, and publish the answers", "pulumi config set release 1 && pulumi up --stack dev");
  stage.configure("release", "1");
  const first = await stage.run("up", "dev");
  const release = published();
  stage.claim(
    `the answers were saved in 1 write and published in another: callers of what is published get version ${release?.versionNumber}, with ${release?.flowSteps.length} steps`,
    first.ok &&
      stage.writes("updateFlow") === 1 &&
      stage.writes("publishFlowVersion") === 1 &&
      release?.flowSteps.length === 3 &&
      release.id === versions().at(-1)?.id,
  );

  stage.title(
    "Between preview and up, somebody rewords the answers in Runtype's dashboard",
    `pulumi config set tone "…" && pulumi preview --stack dev && pulumi up --stack dev`,
  );
  stage.configure("tone", WARMER);
  const seen = await stage.run("preview", "dev");
  await stage.edit({
    vendor: "runtype",
    action: "updateFlow",
    flow: ANSWERS,
    set: {
      flowSteps: (flow()?.flowSteps ?? []).map(({ when, config, ...step }) => ({
        ...step,
        ...(when === null ? {} : { when }),
        config: step.name === "answer" ? { ...config, systemPrompt: DASHBOARD_TONE } : config,
      })),
    },
  });
  const refused = await stage.run("up", "dev");
  stage.claim(
    "the overwrite was refused: Runtype was written to 0 times, and Kim's words are still there",
    seen.ok && !refused.ok && stage.writes() === 0 && tone() === DASHBOARD_TONE,
  );
  stage.claim(
    "the message names the step and its setting, both texts, and where the other change came from",
    [`steps.answer.config.systemPrompt: Pulumi last saw "${TONE}"`, DASHBOARD_TONE, '"dashboard"'].every((words) =>
      refused.output.includes(words),
    ),
  );

  stage.title("Having seen it, they decide for the program", "pulumi up --refresh --stack dev");
  const saved = await stage.run("up", "dev", { refresh: true });
  stage.claim(
    `saved, in 1 write; and nothing is published by that: it is still version ${release?.versionNumber}, of ${versions().length}`,
    saved.ok && stage.writes() === 1 && tone() === WARMER && published()?.id === release?.id,
  );

  stage.title("The next release", "pulumi config set release 2 && pulumi up --stack dev");
  stage.configure("release", "2");
  const second = await stage.run("up", "dev");
  stage.claim(
    `the trigger changed: 1 publication, of version ${published()?.versionNumber}, and the steps were not written`,
    second.ok &&
      stage.writes() === 1 &&
      stage.writes("publishFlowVersion") === 1 &&
      published()?.id === versions().at(-1)?.id,
  );

  stage.title(
    "Customers complain: back to the first release",
    `pulumi config set rollbackTo ${release?.id} && pulumi up --stack dev`,
  );
  stage.configure("rollbackTo", release?.id ?? "");
  const back = await stage.run("up", "dev");
  stage.claim(
    `version ${release?.versionNumber} is published again, in 1 write`,
    back.ok && stage.writes() === 1 && published()?.id === release?.id,
  );
  stage.claim(
    "Runtype made its steps the flow's own, and the run warned of that",
    tone() === TONE && back.output.includes("Runtype puts its steps back into the flow"),
  );

  stage.title("What would the program make of that?", "pulumi preview --refresh --stack dev");
  const undone = await stage.run("preview", "dev", { refresh: true });
  stage.claim(
    "it would undo it: the preview shows the step and both texts",
    undone.ok &&
      undone.output.includes(`systemPrompt: "${TONE}" => "${WARMER}"`) &&
      markedSteps(undone.output, "steps", STEPS) === "answer",
  );

  stage.title(
    "So the program says the old words again, and holds on to no version any more",
    `pulumi config set tone "${TONE}" && pulumi config rm rollbackTo && pulumi up --refresh --stack dev`,
  );
  stage.configure("tone", TONE);
  stage.configure("rollbackTo", undefined);
  const agreed = await stage.run("up", "dev", { refresh: true });
  stage.claim(
    `program and Runtype agree: nothing had to be written, and version ${release?.versionNumber} stays published, although newer ones were saved`,
    agreed.ok && stage.writes() === 0 && tone() === TONE && published()?.id === release?.id,
  );
}
