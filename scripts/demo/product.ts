import { humanloopDefaults } from "pulumi-flows-testing";
import type { Stage } from "./stage";

/** What the vendors hold of the product of one stack. */
export function productOf({ emulator }: Stage, stack: string) {
  const { humanloop, kapso, kosli, runtype } = emulator.state();
  const name = `shop-support-${stack}`;
  const prompt = humanloop.files.find(({ path }) => path === `shop/support-${stack}`);
  const versions = prompt?.versions ?? [];
  const deployed = versions.find(({ version_id }) => version_id === prompt?.deployments[humanloopDefaults.production]);
  const answers = runtype.flows.find((flow) => flow.name === name);
  const published = runtype.versions.find(({ id }) => id === answers?.publishedVersionId);
  const bot = kapso.workflows.find((workflow) => workflow.name === name);
  const ask = JSON.stringify(bot?.definition.nodes.find(({ id }) => id === "ask")?.data.config);
  const flows = kosli.flows.filter((flow) => !flow.archived && flow.name.endsWith(`-${stack}`));
  const release = flows.find((flow) => flow.name.startsWith("shop-support-"));
  return {
    prompt,
    versions,
    deployed,
    answers,
    published,
    bot,
    release,
    audit: flows.find((flow) => flow.name.startsWith("shop-audit-")),
    /** Does Runtype answer with the text that Humanloop has in production? */
    answersWithIt:
      deployed !== undefined &&
      published?.flowSteps.find((step) => step.name === "answer")?.config.systemPrompt === deployed.attributes.system,
    /** Does the bot ask for what Runtype has published? */
    asksForIt:
      published !== undefined &&
      ask.includes(`"id":"${answers?.id}"`) &&
      ask.includes(`"flowVersionId":"${published.id}"`),
    /** Does Kosli tell what runs at the others? */
    recordsIt:
      deployed !== undefined &&
      release?.tags.prompt === deployed.version_id &&
      release.tags.answers === published?.id &&
      release.tags.bot === bot?.id,
  };
}

/** Do all four vendors agree on what customers get? */
export function isWired({ answersWithIt, asksForIt, recordsIt }: ReturnType<typeof productOf>): boolean {
  return answersWithIt && asksForIt && recordsIt;
}
