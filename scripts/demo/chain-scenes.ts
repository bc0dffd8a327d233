import { isWired, productOf } from "./product";
import type { Stage } from "./stage";

/** What the prompt says to begin with. */
export const TERSE = "Answer in two sentences.";
/** What it says after the first change. */
export const WARM = "Answer in two sentences, warmly.";

/** One line of the program goes through all four vendors. */
export async function chainScenes(stage: Stage): Promise<void> {
  stage.title("The answers shall be warmer: what follows from one line?");
  stage.rewrite(TERSE, WARM);
  const { ok, output } = await stage.run("preview", "dev");
  stage.claim(
    "the preview shows the text by its place at Humanloop and at Runtype, and calls nobody",
    ok &&
      stage.emulator.journal().length === 0 &&
      showsChange(output, "attributes", "system", TERSE, WARM) &&
      showsChange(output, "steps.answer.config", "systemPrompt", TERSE, WARM),
  );
  stage.claim(
    "and that the bot will ask for another version, and that Kosli will be told",
    /~ (definition\.nodes\.ask\.data\.config\.body_template\.options\.)?flowVersionId\s*:/.test(output) &&
      /~ (tags\.)?prompt\s*:/.test(output) &&
      /~ (tags\.)?answers\s*:/.test(output),
  );

  stage.title("Make it so, from the prompt to the record of the release");
  const up = await stage.run("up", "dev");
  const written = stage.written();
  const deployed = written.indexOf("humanloop setFlowDeployment");
  const others = written.filter((_, place) => place !== deployed);
  stage.claim(
    `each once, and each after what it needs: ${written.join(", ")}`,
    up.ok &&
      others.join() ===
        "humanloop upsertFlow,runtype updateFlow,runtype publishFlowVersion,kapso updateWorkflow,kosli patchTags" &&
      deployed > written.indexOf("runtype publishFlowVersion") &&
      deployed < written.indexOf("kosli patchTags"),
  );
  const dev = productOf(stage, "dev");
  const prod = productOf(stage, "prod");
  stage.claim(
    `dev answers with version ${dev.versions.length} of the prompt, at every vendor; prod still with its first`,
    isWired(dev) &&
      dev.versions.length === 2 &&
      dev.deployed?.attributes.system === WARM &&
      isWired(prod) &&
      prod.versions.length === 1 &&
      prod.deployed?.attributes.system === TERSE,
  );
}

/** Whether a preview shows a change of a text: nested, as the CLI shows it, or by its path. */
export function showsChange(output: string, place: string, key: string, from: string, to: string): boolean {
  const line = `: ${JSON.stringify(from)} => ${JSON.stringify(to)}`;
  const padded = output.replaceAll(/ +: /g, ": ");
  return padded.includes(`~ ${key}${line}`) || padded.includes(`~ ${place}.${key}${line}`);
}
