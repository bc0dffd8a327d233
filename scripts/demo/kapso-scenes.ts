import { productOf } from "./product";
import { isQuiet, markedSteps, type Stage } from "./stage";

const GREETING = "Hello! What would you like to know?";
const FRIENDLIER = "Hi there! We are with you in a minute.";

/** All steps of the bot, also one that it gets later. */
export const BOT_STEPS = ["start", "greet", "topic", "wait", "ask", "reply"];

/** A step that is dragged is no difference, a step that is changed is found and repaired. */
export async function kapsoScenes(stage: Stage): Promise<void> {
  const bot = () => productOf(stage, "dev").bot;
  const greeting = () => bot()?.definition.nodes.find(({ id }) => id === "greet");

  stage.title("Somebody drags a step of the bot in Kapso's editor, and the bot runs");
  const lock = bot()?.lock_version;
  const inKapso = { vendor: "kapso", workflow: "shop-support-dev" } as const;
  const place = { x: 640, y: -80 };
  await stage.edit({ ...inKapso, action: "moveNode", node: "greet", position: place });
  await stage.edit({ ...inKapso, action: "runWorkflow", times: 3 });
  const dragged = await stage.run("preview", "dev", { refresh: true });
  stage.claim(
    `Kapso's version of the workflow went from ${lock} to ${bot()?.lock_version}, and the preview shows no difference`,
    dragged.ok && bot()?.lock_version !== lock && isQuiet(dragged.output),
  );

  stage.title("Somebody changes what the bot says; who notices?");
  await stage.edit({ ...inKapso, action: "configureNode", node: "greet", set: { message: FRIENDLIER } });
  const reworded = await stage.run("preview", "dev", { refresh: true });
  stage.claim(
    "the preview names the step, the setting and both texts, and no other step",
    reworded.ok &&
      reworded.output.includes(`message: "${FRIENDLIER}" => "${GREETING}"`) &&
      markedSteps(reworded.output, "definition.nodes", BOT_STEPS) === "greet" &&
      stage.writes() === 0,
  );

  stage.title("Having seen it, they decide for the program");
  const said = await stage.run("up", "dev", { refresh: true });
  stage.claim(
    "the message is repaired, in 1 write, and the step stays where it was dragged",
    said.ok &&
      stage.writes() === 1 &&
      greeting()?.data.config.message === GREETING &&
      greeting()?.position.x === place.x &&
      greeting()?.position.y === place.y,
  );
}
