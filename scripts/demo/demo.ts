import { kapsoScenes } from "./kapso-scenes";
import { kosliScenes } from "./kosli-scenes";
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
    await kosliScenes(stage);
    await kapsoScenes(stage);
    await quietScene(stage);
    await insertionScene(stage);
    await runtypeScenes(stage);
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
  const { kosli, kapso, runtype } = emulator.state();
  const flows = kosli.flows.filter(({ archived }) => !archived);
  return {
    flows,
    bots: kapso.workflows,
    answers: runtype.flows,
    flow: (name: string) => flows.find((flow) => flow.name === name),
    bot: (stack: string) => kapso.workflows.find(({ name }) => name === `shop-bot-${stack}`),
  };
}

async function openingScenes(stage: Stage): Promise<void> {
  stage.title("What would be made?", "pulumi preview --stack dev");
  const first = await stage.run("preview", "dev");
  const before = objects(stage);
  stage.claim(
    "the preview succeeded and made nothing: the vendors were written to 0 times and hold 0 flows",
    first.ok && stage.writes() === 0 && [before.flows, before.bots, before.answers].flat().length === 0,
  );

  stage.title("Make it so", "pulumi up --stack dev");
  const up = await stage.run("up", "dev");
  const made = objects(stage);
  stage.claim(
    `3 Kosli flows, a Kapso workflow and a Runtype flow were created, none twice (${stage.emulator.journal().length} calls)`,
    up.ok &&
      stage.writes("putFlow") === 3 &&
      made.flows.length === 3 &&
      stage.writes("createWorkflow") === 1 &&
      made.bots.length === 1 &&
      stage.writes("createFlow") === 1 &&
      made.answers.length === 1,
  );
  stage.claim(
    "they use each other's outputs: deploy is tagged with the build flow's id",
    made.flow("shop-deploy-dev")?.tags.builtBy === "acme/shop-build-dev",
  );

  stage.title("The same program, another environment", "pulumi up --stack prod");
  const prod = await stage.run("up", "prod");
  const { flows, bots, answers, flow, bot } = objects(stage);
  const expected = ["putFlow", "patchTags", "createWorkflow", "updateWorkflow", "createFlow"];
  const touched = stage.emulator.journal().map(({ path, request }) => `${path} ${JSON.stringify(request.body)}`);
  stage.claim(
    "prod has flows of its own, and dev's are untouched",
    prod.ok &&
      flows.length === 6 &&
      bots.length === 2 &&
      answers.length === 2 &&
      stage.writes() === expected.reduce((sum, each) => sum + stage.writes(each), 0) &&
      touched.every((call) => !call.includes("-dev")),
  );
  stage.claim(
    "only prod's deployment asks for an approval",
    flow("shop-deploy-prod")?.template.includes("approval") === true &&
      flow("shop-deploy-dev")?.template.includes("approval") === false,
  );
  stage.claim(
    "only prod's bot answers customers: dev's is a draft",
    bot("prod")?.status === "active" && bot("dev")?.status === "draft",
  );
}

async function quietScene(stage: Stage): Promise<void> {
  stage.title("Is anything left to do?", "pulumi preview --stack dev");
  const quiet = await stage.run("preview", "dev");
  stage.claim(
    "nothing: an unchanged program costs 0 calls to the vendors",
    quiet.ok && stage.emulator.journal().length === 0 && isQuiet(quiet.output),
  );
}

async function endScene(stage: Stage): Promise<void> {
  stage.title("The end", "pulumi destroy --stack dev && pulumi destroy --stack prod");
  const destroyed = [await stage.run("destroy", "dev"), await stage.run("destroy", "prod")];
  const { flows, bots, answers } = objects(stage);
  stage.claim(
    `all 6 flows are archived (Kosli knows no deletion), ${stage.emulator.journal().length} calls`,
    destroyed.every(({ ok }) => ok) && flows.length === 0 && stage.writes("archiveFlow") === 6,
  );
  stage.claim(
    "so are both bots (Kapso documents no deletion)",
    bots.every(({ status }) => status === "archived") && stage.writes("updateWorkflow") === 2,
  );
  stage.claim(
    "both Runtype flows are deleted, for ever: they have no results of runs that would be lost with them",
    answers.length === 0 && stage.writes("deleteFlow") === 2,
  );
  const left = [await stage.engine.resources("dev"), await stage.engine.resources("prod")].flat();
  stage.claim(
    "both stacks are empty",
    left.every(({ type }) => !type.startsWith("pulumi-nodejs:dynamic/")),
  );
}
