import { type Edit, type EmulatorOptions, startEmulator } from "pulumi-flows-testing";
import {
  type Engine,
  type Operation,
  type OperationOptions,
  pulumiEngine,
  pulumiVersion,
  rehearsalEngine,
} from "../engines";
import { Workspace } from "./workspace";

const HAND_WRITTEN = "Builds the shop image - do not touch, ask Kim";
const GREETING = "Hello! A colleague will be with you soon.";
const FRIENDLIER = "Hi there! We are with you in a minute.";

/** A claim of the demo that turned out to be false. */
class ClaimFailed extends Error {}

/** How the demo is run. */
export interface DemoOptions {
  readonly emulator?: EmulatorOptions;
  /** Where lines go. */
  readonly output: (line: string) => void;
  /** Use the rehearsal also where a Pulumi CLI is found. */
  readonly rehearsalOnly?: boolean;
}

/**
 * Shows a flows program from its first preview to its end, with the vendors played by the emulator.
 *
 * Every claim is computed from the emulator's journal and objects, or from the stack's state.
 *
 * @returns the exit code: 0 when every claim held, 1 at the first that did not
 */
export async function demo(options: DemoOptions): Promise<number> {
  const begun = Date.now();
  const { output } = options;
  const emulator = await startEmulator(options.emulator);
  const workspace = new Workspace();
  const env = {
    KOSLI_API_URL: emulator.url,
    KOSLI_API_TOKEN: "demo-token",
    KAPSO_API_URL: emulator.url,
    KAPSO_API_KEY: "demo-key",
  };
  const version = options.rehearsalOnly ? undefined : pulumiVersion();
  let step = 0;
  let claims = 0;

  const title = (text: string, command: string) => {
    step++;
    emulator.clearJournal();
    output(`\n━━ ${step}. ${text}\n   $ ${command}`);
  };
  const told = (text: string) => output(text.replace(/^\n+|\s+$/g, "").replace(/^/gm, "   │ "));
  const claim = (text: string, holds: boolean) => {
    if (!holds) throw new ClaimFailed(text);
    claims++;
    output(`   ✓ ${text}`);
  };
  const calls = (operation: string) =>
    emulator.journal().filter((each) => each.operation === operation && each.wrote).length;
  const writes = () => emulator.journal().filter(({ wrote }) => wrote).length;
  const live = () => emulator.state().kosli.flows.filter(({ archived }) => !archived);
  const named = (name: string) => live().find((flow) => flow.name === name);
  const bots = () => emulator.state().kapso.workflows;
  const bot = (stack: string) => bots().find(({ name }) => name === `shop-bot-${stack}`);
  const greeting = () => bot("dev")?.definition.nodes.find(({ id }) => id === "greet");

  try {
    const engine: Engine = version
      ? await pulumiEngine(version, workspace.folder, env, ["dev", "prod"])
      : rehearsalEngine(workspace.folder, env);
    output(
      `Flows of a shop, as code: examples/demo/index.ts, three Kosli flows and a Kapso workflow, a stack each for dev and prod.`,
    );
    output(
      `Engine: ${engine.name}${version ? "" : " (no Pulumi CLI on PATH)"}. Vendors: the emulator at ${emulator.url}.`,
    );
    const flows = async (stack: string) =>
      (await engine.resources(stack)).filter(({ type }) => type === "pulumi-nodejs:dynamic/kosli:Flow");
    const deployId = async () => (await flows("dev")).find(({ urn }) => urn.endsWith("::deploy"))?.id;
    let isTypeChecked = false;
    const run = async (operation: Operation, stack: string, options?: OperationOptions) => {
      // The program is compiled anew in every run, and stays the same: its types are checked once.
      const env: Record<string, string> = isTypeChecked ? { PULUMI_NODEJS_TRANSPILE_ONLY: "true" } : {};
      const outcome = await engine.run(operation, stack, { ...options, env });
      isTypeChecked = true;
      told(outcome.output);
      return outcome;
    };

    title("What would be made?", "pulumi preview --stack dev");
    const first = await run("preview", "dev");
    claim(
      "the preview succeeded and made nothing: the vendors were written to 0 times and hold 0 flows",
      first.ok && writes() === 0 && live().length === 0 && bots().length === 0,
    );

    title("Make it so", "pulumi up --stack dev");
    const up = await run("up", "dev");
    claim(
      `3 flows and a workflow were created, none twice (${emulator.journal().length} calls)`,
      up.ok && calls("putFlow") === 3 && live().length === 3 && calls("createWorkflow") === 1 && bots().length === 1,
    );
    claim(
      "they use each other's outputs: deploy is tagged with the build flow's id",
      named("shop-deploy-dev")?.tags.builtBy === "acme/shop-build-dev",
    );

    title("The same program, another environment", "pulumi up --stack prod");
    const prod = await run("up", "prod");
    claim(
      "prod has flows of its own, and dev's are untouched",
      prod.ok &&
        live().length === 6 &&
        bots().length === 2 &&
        writes() === calls("putFlow") + calls("patchTags") + calls("createWorkflow") + calls("updateWorkflow") &&
        emulator.journal().every(({ path }) => !path.includes("-dev")),
    );
    claim(
      "only prod's deployment asks for an approval",
      named("shop-deploy-prod")?.template.includes("approval") === true &&
        named("shop-deploy-dev")?.template.includes("approval") === false,
    );

    claim(
      "only prod's bot answers customers: dev's is a draft",
      bot("prod")?.status === "active" && bot("dev")?.status === "draft",
    );

    title("Somebody edits the build flow in Kosli's UI; who notices?", "pulumi preview --refresh --stack dev");
    await edited(emulator.url, {
      vendor: "kosli",
      action: "update",
      org: "acme",
      name: "shop-build-dev",
      set: { description: HAND_WRITTEN },
    });
    const drift = await run("preview", "dev", { refresh: true });
    claim(
      "the preview names the field, what was found and what the program wants, and writes nothing",
      drift.ok && drift.output.includes(`~ description`) && drift.output.includes(HAND_WRITTEN) && writes() === 0,
    );

    title(
      "A colleague, unaware, changes the same field in the program",
      'pulumi config set buildDescription "…" && pulumi up --stack dev',
    );
    workspace.configure("dev", "shop-compliance:buildDescription", "Builds the shop's image, reproducibly");
    const refused = await run("up", "dev");
    claim(
      "the overwrite was refused: Kosli was written to 0 times and the edit is still there",
      !refused.ok && writes() === 0 && named("shop-build-dev")?.description === HAND_WRITTEN,
    );
    claim(
      "the message names the field and the way on",
      refused.output.includes("description: Pulumi last saw") && refused.output.includes("--refresh"),
    );

    title("Having seen it, they decide for the program", "pulumi up --refresh --stack dev");
    const repaired = await run("up", "dev", { refresh: true });
    claim(
      "the field is repaired, in 1 write",
      repaired.ok && writes() === 1 && named("shop-build-dev")?.description === "Builds the shop's image, reproducibly",
    );

    title("A flow gets a better name", "pulumi config set deployName shop-rollout-dev && pulumi up --stack dev");
    const before = {
      id: named("shop-deploy-dev")?.id,
      state: await deployId(),
    };
    workspace.configure("dev", "shop-compliance:deployName", "shop-rollout-dev");
    const renamed = await run("up", "dev");
    const after = {
      id: named("shop-rollout-dev")?.id,
      state: await deployId(),
    };
    claim(
      `renamed in place, its trails stay: 1 rename, 0 archived, Kosli's id is still ${after.id}, Pulumi's still ${after.state}`,
      renamed.ok &&
        calls("renameFlow") === 1 &&
        calls("archiveFlow") === 0 &&
        before.id !== undefined &&
        before.id === after.id &&
        before.state === after.state,
    );

    title(
      "Somebody drags a step of the bot in Kapso's editor, and the bot runs",
      "pulumi preview --refresh --stack dev",
    );
    const lock = bot("dev")?.lock_version;
    const inKapso = { vendor: "kapso", workflow: "shop-bot-dev" } as const;
    const place = { x: 640, y: -80 };
    await edited(emulator.url, { ...inKapso, action: "moveNode", node: "greet", position: place });
    await edited(emulator.url, { ...inKapso, action: "runWorkflow", times: 3 });
    const dragged = await run("preview", "dev", { refresh: true });
    claim(
      `Kapso's version of the workflow went from ${lock} to ${bot("dev")?.lock_version}, and the preview shows no difference`,
      dragged.ok && bot("dev")?.lock_version !== lock && isQuiet(dragged.output),
    );

    title("Somebody changes what the bot says; who notices?", "pulumi preview --refresh --stack dev");
    await edited(emulator.url, { ...inKapso, action: "configureNode", node: "greet", set: { message: FRIENDLIER } });
    const reworded = await run("preview", "dev", { refresh: true });
    claim(
      "the preview names the step, the setting and both texts, and no other step",
      reworded.ok &&
        reworded.output.includes(`message: "${FRIENDLIER}" => "${GREETING}"`) &&
        isSame(markedSteps(reworded.output), ["greet"]) &&
        writes() === 0,
    );

    title("Having seen it, they decide for the program", "pulumi up --refresh --stack dev");
    const said = await run("up", "dev", { refresh: true });
    claim(
      "the message is repaired, in 1 write, and the step stays where it was dragged",
      said.ok &&
        writes() === 1 &&
        greeting()?.data.config.message === GREETING &&
        greeting()?.position.x === place.x &&
        greeting()?.position.y === place.y,
    );

    title("Is anything left to do?", "pulumi preview --stack dev");
    const quiet = await run("preview", "dev");
    claim(
      "nothing: an unchanged program costs 0 calls to the vendors",
      quiet.ok && emulator.journal().length === 0 && isQuiet(quiet.output),
    );

    title("The bot gets one more step; what changes?", "pulumi config set askTopic true && pulumi preview --stack dev");
    workspace.configure("dev", "shop-compliance:askTopic", "true");
    const inserted = await run("preview", "dev");
    claim(
      "the inserted step shows as one addition, and no other step as changed",
      inserted.ok &&
        isSame(markedSteps(inserted.output), ["topic"]) &&
        /\+ (definition\.nodes\.)?topic\s*:/.test(inserted.output),
    );

    title("The end", "pulumi destroy --stack dev && pulumi destroy --stack prod");
    const destroyed = [await run("destroy", "dev"), await run("destroy", "prod")];
    claim(
      `all 6 flows are archived (Kosli knows no deletion), ${emulator.journal().length} calls`,
      destroyed.every(({ ok }) => ok) && live().length === 0 && calls("archiveFlow") === 6,
    );
    claim(
      "so are both bots (Kapso documents no deletion)",
      bots().every(({ status }) => status === "archived") && calls("updateWorkflow") === 2,
    );
    claim("both stacks are empty", (await flows("dev")).length + (await flows("prod")).length === 0);
    output(`\n${claims} claims held, on ${engine.name}, in ${Math.round((Date.now() - begun) / 1000)} s.`);
    return 0;
  } catch (error) {
    if (!(error instanceof ClaimFailed)) throw error;
    output(`   ✗ FAILED at step ${step}: ${error.message}`);
    return 1;
  } finally {
    workspace.remove();
    await emulator.close();
  }
}

/** Whether a preview shows nothing to do. */
function isQuiet(output: string): boolean {
  return !/ to (create|update|delete|replace)/.test(output);
}

/** The steps of the bot that a preview marks as added, removed or changed: nested, as the CLI shows it, or by their paths. */
function markedSteps(output: string): string[] {
  const places = output.matchAll(/^\s*[-+~] (?:definition\.nodes\.(\w+)|(\w+)\s*: \{)/gm);
  const marked = [...places].map(([, byPath, nested]) => byPath ?? nested);
  const steps = ["start", "greet", "topic", "wait", "colleague"];
  return steps.filter((step) => marked.includes(step));
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.join() === others.join();
}

/** Does what a person does in the vendor's UI, which the emulator offers under its control address. */
async function edited(emulatorUrl: string, edit: Edit): Promise<void> {
  const answer = await fetch(`${emulatorUrl}/__emulator/edit`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(edit),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
