import { chainScenes } from "./chain-scenes";
import { humanloopScenes } from "./humanloop-scenes";
import { kapsoScenes } from "./kapso-scenes";
import { kosliScenes } from "./kosli-scenes";
import { isWired, productOf } from "./product";
import { insertionScene, runtypeScenes } from "./runtype-scenes";
import { ClaimFailed, type DemoOptions, isQuiet, Stage } from "./stage";

/**
 * Shows a flows program from its first preview to its end, with the vendors played by the emulator.
 *
 * Every claim is computed from the emulator's journal and objects, or from the stack's state.
 *
 * @returns the exit code: 0 when every claim held, 1 at the first that did not
 */
export async function demo(options: DemoOptions): Promise<number> {
  const stage = await Stage.open(options);
  try {
    await openingScenes(stage);
    await chainScenes(stage);
    await kosliScenes(stage);
    await kapsoScenes(stage);
    await quietScene(stage);
    await insertionScene(stage);
    await runtypeScenes(stage);
    await humanloopScenes(stage);
    await endScene(stage);
    stage.applaud();
    return 0;
  } catch (error) {
    if (!(error instanceof ClaimFailed)) throw error;
    stage.boo(error);
    return 1;
  } finally {
    await stage.close();
  }
}

/** The vendors' objects as they are now. */
function objects({ emulator }: Stage) {
  const { humanloop, kapso, kosli, runtype } = emulator.state();
  return {
    prompts: humanloop.files,
    answers: runtype.flows,
    bots: kapso.workflows,
    triggers: kapso.triggers,
    flows: kosli.flows.filter(({ archived }) => !archived),
  };
}

async function openingScenes(stage: Stage): Promise<void> {
  stage.title("What would be made?");
  const first = await stage.run("preview", "dev");
  stage.claim(
    "the preview succeeded and made nothing: the vendors were called 0 times and hold nothing",
    first.ok && stage.emulator.journal().length === 0 && Object.values(objects(stage)).flat().length === 0,
  );

  stage.title("Make it so");
  const up = await stage.run("up", "dev");
  const made = objects(stage);
  const dev = productOf(stage, "dev");
  stage.claim(
    `a prompt, answers, a bot with its trigger and ${made.flows.length} Kosli flows were created, none twice (${stage.emulator.journal().length} calls)`,
    up.ok &&
      [made.prompts, made.answers, made.bots, made.triggers].every(({ length }) => length === 1) &&
      made.flows.length === 2 &&
      stage.writes("kosli putFlow") === 2 &&
      ["humanloop upsertFlow", "runtype createFlow", "kapso createWorkflow"].every((call) => stage.writes(call) === 1),
  );
  stage.claim("Runtype answers with the text that Humanloop has in production", dev.answersWithIt);
  stage.claim("Kapso's bot asks Runtype for that flow, in the version that is published", dev.asksForIt);
  stage.claim(
    "Kosli's tags tell all three: version of the prompt, version of the answers, id of the bot",
    dev.recordsIt,
  );

  stage.title("The same program, another environment");
  const prod = await stage.run("up", "prod");
  const all = objects(stage);
  const calls = stage.emulator.journal().map(({ path, request }) => `${path} ${JSON.stringify(request.body)}`);
  stage.claim(
    "prod has everything for itself, and dev's is untouched",
    prod.ok &&
      [all.prompts, all.answers, all.bots, all.triggers].every(({ length }) => length === 2) &&
      all.flows.length === 4 &&
      isWired(productOf(stage, "prod")) &&
      calls.every((call) => !call.includes("-dev")),
  );
  const { release, bot } = productOf(stage, "prod");
  stage.claim(
    "only prod's releases ask for an approval",
    release?.template.includes("approval") === true &&
      productOf(stage, "dev").release?.template.includes("approval") === false,
  );
  stage.claim(
    "only prod's bot answers customers: dev's is a draft",
    bot?.status === "active" && productOf(stage, "dev").bot?.status === "draft",
  );
}

async function quietScene(stage: Stage): Promise<void> {
  stage.title("Is anything left to do?");
  const quiet = await stage.run("preview", "dev");
  stage.claim(
    "nothing: an unchanged program costs 0 calls to the vendors",
    quiet.ok && stage.emulator.journal().length === 0 && isQuiet(quiet.output),
  );
}

async function endScene(stage: Stage): Promise<void> {
  stage.title("The end");
  const destroyed = [await stage.run("destroy", "dev"), await stage.run("destroy", "prod")];
  const { prompts, answers, bots, triggers, flows } = objects(stage);
  stage.claim(
    `all 4 Kosli flows are archived (Kosli knows no deletion), ${stage.emulator.journal().length} calls in all`,
    destroyed.every(({ ok }) => ok) && flows.length === 0 && stage.writes("kosli archiveFlow") === 4,
  );
  stage.claim(
    "so are both bots (Kapso documents no deletion); what started them is deleted",
    bots.every(({ status }) => status === "archived") &&
      stage.writes("kapso updateWorkflow") === 2 &&
      triggers.length === 0,
  );
  stage.claim(
    "both Runtype flows are deleted, for ever: they have no results of runs that would be lost with them",
    answers.length === 0 && stage.writes("runtype deleteFlow") === 2,
  );
  stage.claim(
    "so are both prompts: dev's with all its versions, as the program allows; prod's had but one",
    prompts.length === 0 && stage.writes("humanloop deleteFlow") === 2,
  );
  const left = [await stage.engine.resources("dev"), await stage.engine.resources("prod")].flat();
  stage.claim(
    "both stacks are empty",
    left.every(({ type }) => !type.startsWith("pulumi-nodejs:dynamic/")),
  );
}
