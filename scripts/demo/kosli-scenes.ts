import type { Stage } from "./stage";

const HAND_WRITTEN = "Builds the shop image - do not touch, ask Kim";
const REPRODUCIBLY = "Builds the shop's image, reproducibly";

/** An edit in Kosli's UI is found, kept and repaired; a flow is renamed. */
export async function kosliScenes(stage: Stage): Promise<void> {
  const named = (name: string) =>
    stage.emulator.state().kosli.flows.find((flow) => !flow.archived && flow.name === name);
  const deployId = async () =>
    (await stage.engine.resources("dev")).find(({ urn }) => urn.endsWith("kosli:Flow::deploy"))?.id;

  stage.title("Somebody edits the build flow in Kosli's UI; who notices?", "pulumi preview --refresh --stack dev");
  await stage.edit({
    vendor: "kosli",
    action: "update",
    org: "acme",
    name: "shop-build-dev",
    set: { description: HAND_WRITTEN },
  });
  const drift = await stage.run("preview", "dev", { refresh: true });
  stage.claim(
    "the preview names the field, what was found and what the program wants, and writes nothing",
    drift.ok && drift.output.includes(`~ description`) && drift.output.includes(HAND_WRITTEN) && stage.writes() === 0,
  );

  stage.title(
    "A colleague, unaware, changes the same field in the program",
    'pulumi config set buildDescription "…" && pulumi up --stack dev',
  );
  stage.configure("buildDescription", REPRODUCIBLY);
  const refused = await stage.run("up", "dev");
  stage.claim(
    "the overwrite was refused: Kosli was written to 0 times and the edit is still there",
    !refused.ok && stage.writes() === 0 && named("shop-build-dev")?.description === HAND_WRITTEN,
  );
  stage.claim(
    "the message names the field and the way on",
    refused.output.includes("description: Pulumi last saw") && refused.output.includes("--refresh"),
  );

  stage.title("Having seen it, they decide for the program", "pulumi up --refresh --stack dev");
  const repaired = await stage.run("up", "dev", { refresh: true });
  stage.claim(
    "the field is repaired, in 1 write",
    repaired.ok && stage.writes() === 1 && named("shop-build-dev")?.description === REPRODUCIBLY,
  );

  stage.title("A flow gets a better name", "pulumi config set deployName shop-rollout-dev && pulumi up --stack dev");
  const before = { id: named("shop-deploy-dev")?.id, state: await deployId() };
  stage.configure("deployName", "shop-rollout-dev");
  const renamed = await stage.run("up", "dev");
  const after = { id: named("shop-rollout-dev")?.id, state: await deployId() };
  stage.claim(
    `renamed in place, its trails stay: 1 rename, 0 archived, Kosli's id is still ${after.id}, Pulumi's still ${after.state}`,
    renamed.ok &&
      stage.writes("renameFlow") === 1 &&
      stage.writes("archiveFlow") === 0 &&
      before.id !== undefined &&
      before.id === after.id &&
      before.state === after.state,
  );
}
