import { showsChange } from "./chain-scenes";
import { productOf } from "./product";
import type { Stage } from "./stage";

const PROGRAMMED = "Releases the support of the shop";
const HAND_WRITTEN = "Releases the support - do not touch, ask Kim";
const REWORDED = "Releases the support of the shop, with its prompt";

/** An edit in Kosli's UI is found, kept and repaired; a flow is renamed. */
export async function kosliScenes(stage: Stage): Promise<void> {
  const release = () => productOf(stage, "dev").release;
  const stateId = async () =>
    (await stage.engine.resources("dev")).find(({ urn }) => urn.endsWith("kosli:Flow::release"))?.id;

  stage.title("Somebody edits the release flow in Kosli's UI; who notices?");
  await stage.edit({
    vendor: "kosli",
    action: "update",
    org: "acme",
    name: "shop-support-dev",
    set: { description: HAND_WRITTEN },
  });
  const drift = await stage.run("preview", "dev", { refresh: true });
  stage.claim(
    "the preview names the field, what was found and what the program wants, and writes nothing",
    drift.ok && showsChange(drift.output, "", "description", HAND_WRITTEN, PROGRAMMED) && stage.writes() === 0,
  );

  stage.title("A colleague, unaware, changes the same field in the program");
  stage.rewrite(PROGRAMMED, REWORDED);
  const refused = await stage.run("up", "dev");
  stage.claim(
    "the overwrite was refused: Kosli was written to 0 times and the edit is still there",
    !refused.ok && stage.writes() === 0 && release()?.description === HAND_WRITTEN,
  );
  stage.claim(
    "the message names the field and the way on",
    refused.output.includes("description: Pulumi last saw") && refused.output.includes("--refresh"),
  );

  stage.title("Having seen it, they decide for the program");
  const repaired = await stage.run("up", "dev", { refresh: true });
  stage.claim(
    "the field is repaired, in 1 write",
    repaired.ok && stage.writes() === 1 && release()?.description === REWORDED,
  );

  stage.title("A flow gets a better name");
  const before = { id: release()?.id, state: await stateId() };
  stage.rewrite('"release", {\n  name,', '"release", {\n  name: "shop-support-release-" + stack,');
  const renamed = await stage.run("up", "dev");
  const after = { id: release()?.id, state: await stateId() };
  stage.claim(
    `renamed in place, its trails stay: 1 rename, 0 archived, Kosli's id is still ${after.id}, Pulumi's still ${after.state}`,
    renamed.ok &&
      release()?.name === "shop-support-release-dev" &&
      stage.writes("kosli renameFlow") === 1 &&
      stage.writes("kosli archiveFlow") === 0 &&
      before.id !== undefined &&
      before.id === after.id &&
      before.state === after.state,
  );
  stage.claim(
    "and the audit, which names it, names it so",
    productOf(stage, "dev").audit?.description === "Audits shop-support-release-dev",
  );
}
