import { showsChange, WARM } from "./chain-scenes";
import { isWired, productOf } from "./product";
import type { Stage } from "./stage";

const SIGNED = "Answer in two sentences, warmly, and sign as Sam.";

/** What is written, what is deployed, and the way back. */
export async function humanloopScenes(stage: Stage): Promise<void> {
  const dev = () => productOf(stage, "dev");
  const idOf = (place: number) => dev().versions[place]?.version_id ?? "";
  const live = () => dev().versions.findIndex(({ version_id }) => version_id === dev().deployed?.version_id) + 1;

  stage.title("A new prompt is written; customers keep the one that is pinned");
  stage.configure("promptVersion", idOf(1));
  stage.rewrite(WARM, SIGNED);
  const seen = await stage.run("preview", "dev");
  stage.claim(
    "the preview shows the text at Humanloop, and no change at the other vendors",
    seen.ok &&
      showsChange(seen.output, "attributes", "system", WARM, SIGNED) &&
      !/\b(kapso|kosli|runtype):/.test(seen.output),
  );
  const made = await stage.run("up", "dev");
  stage.claim(
    `1 write made version ${dev().versions.length}, and nothing is deployed by that: production has version ${live()}`,
    made.ok && stage.written().join() === "humanloop upsertFlow" && dev().versions.length === 3 && live() === 2,
  );

  stage.title("It is good: customers get the newest again");
  stage.configure("promptVersion", undefined);
  const deployed = await stage.run("up", "dev");
  stage.claim(
    `production has version ${live()}, and all vendors follow; no version was made for that`,
    deployed.ok && live() === 3 && isWired(dev()) && stage.writes("humanloop upsertFlow") === 0,
  );

  stage.title("Somebody deploys another version in Humanloop's app; who notices?");
  await stage.edit({
    vendor: "humanloop",
    action: "deploy",
    file: "shop/support-dev",
    environment: "production",
    version: idOf(0),
  });
  const drift = await stage.run("preview", "dev", { refresh: true });
  stage.claim(
    "the preview tells both versions, and writes nothing",
    drift.ok && showsChange(drift.output, "", "version", idOf(0), idOf(2)) && stage.writes() === 0,
  );

  stage.title("Having seen it, they decide for the program");
  const repaired = await stage.run("up", "dev", { refresh: true });
  stage.claim(
    `version ${live()} is deployed again, in 1 write`,
    repaired.ok && stage.written().join() === "humanloop setFlowDeployment" && live() === 3,
  );

  stage.title("Customers complain: back to the version before");
  stage.configure("promptVersion", idOf(1));
  const back = await stage.run("up", "dev");
  stage.claim(
    `production has version ${live()}, of ${dev().versions.length}; Runtype answers with it, the bot asks for that, and Kosli tells it`,
    back.ok && live() === 2 && isWired(dev()) && stage.writes("humanloop upsertFlow") === 0,
  );

  stage.title("So the program says the old words again, and pins no version any more");
  stage.rewrite(SIGNED, WARM);
  stage.configure("promptVersion", undefined);
  const agreed = await stage.run("up", "dev");
  stage.claim(
    `equal attributes make no version: Humanloop has ${dev().versions.length} as before, and nothing changed anywhere`,
    agreed.ok && dev().versions.length === 3 && live() === 2 && stage.writes() === 0,
  );
}
