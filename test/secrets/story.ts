import type { Emulator, FaultRule } from "../../testing/src/emulator";
import { canaryOf } from "./canaries";
import { keys, nameOf } from "./programs";
import type { Stage } from "./stage";

/** What people give secrets at the vendors, by hand. */
export const PERSONS = ["kosli", "kapso", "kapso.function", "runtype", "humanloop"].map(
  (each) => `a person's, ${each}`,
);

function personal(vendor: string): string {
  return canaryOf(`a person's, ${vendor}`);
}

/** Everything that a user does, from the first preview to the end. */
export async function live(stage: Stage): Promise<void> {
  const { emulator } = stage;
  // The CLI takes longer, and what differs on it shows in any operation.
  if (!stage.isCli) await expected(stage.run("preview"));
  await expected(stage.run("up"));
  if (!stage.isCli) await look(stage);
  const reviewed = ["review", "--out", "review.html", "--summary", "-", "--force"];
  await expected(stage.command(reviewed, await stage.previewed(2)));
  changeByHand(emulator);
  await look(stage);
  await expected(stage.run("refresh"));
  // The next update is refused for it.
  changeByHand(emulator);
  emulator.faults(refusals(emulator));
  await failing(stage.run("up", { version: 2 }));
  emulator.faults([]);
  await expected(stage.run("up", { version: 2, refresh: true, environmentOnly: true }));
  if (!stage.isCli) await failing(stage.run("up", { stack: "twin", version: 2 }));
  for (const vendor of ["kosli", "kapso", "runtype", "humanloop"])
    await stage.command(["export", vendor, "--out", `exported-${vendor}`]);
  await stage.command(["doctor"]);
  await expected(stage.run("destroy", { environmentOnly: true, version: 2 }));
}

async function expected(printed: Promise<{ what: string; ok: boolean; text: string }>): Promise<void> {
  const { what, ok, text } = await printed;
  if (!ok) throw new Error(`${what} failed: ${text.slice(-4000)}`);
}

async function failing(printed: Promise<{ what: string; ok: boolean }>): Promise<void> {
  const { what, ok } = await printed;
  if (ok) throw new Error(`${what} should have failed`);
}

/** Looks for drift and at pictures, with the secrets of the state and without them. */
async function look(stage: Stage): Promise<void> {
  const [shown, hidden] = [await stage.exported(true), await stage.exported(false)];
  await stage.command(["drift"], shown);
  await stage.command(["drift", "--json", "--unmanaged"], shown);
  await stage.command(["drift", "--unmanaged"], hidden);
  await expected(stage.command(["graph"], shown));
  await expected(stage.command(["graph", "--format", "svg", "--out", "pictures", "--force"], shown));
  await expected(stage.command(["graph"], hidden));
}

/** Gives secrets other values, as people do at the vendors. */
function changeByHand(emulator: Emulator): void {
  const description = personal("kosli");
  emulator.edit({ vendor: "kosli", action: "update", org: "acme", name: "release", set: { description } });
  for (const workflow of ["bot", "old-bot"]) {
    const headers = { Authorization: personal("kapso"), "X-Added": `Bearer ${personal("kapso")}` };
    emulator.edit({ vendor: "kapso", action: "configureNode", workflow, node: "n9", set: { headers } });
    emulator.edit({
      vendor: "kapso",
      action: "configureNode",
      workflow,
      node: "say",
      set: { message: personal("kapso") },
    });
  }
  emulator.edit({
    vendor: "kapso",
    action: "updateFunction",
    function: "lookup",
    set: { description: personal("kapso.function") },
  });
  const [answer] = emulator.state().runtype.flows.filter(({ name }) => name === "answer");
  const flowSteps = (answer?.flowSteps ?? []).map(({ when, ...step }) => ({
    ...step,
    ...(when === null ? {} : { when }),
    config: step.name === "s0" ? { ...step.config, auth: personal("runtype") } : step.config,
  }));
  emulator.edit({ vendor: "runtype", action: "updateFlow", flow: "answer", set: { flowSteps } });
}

/** A vendor's refusals, which quote what they were sent. */
function refusals(emulator: Emulator): FaultRule[] {
  const { kapso, runtype, humanloop } = emulator.state();
  const id = (all: readonly { id: string }[], fits: (each: never) => boolean) =>
    all.find((each) => fits(each as never))?.id;
  const bot = id(kapso.workflows, ({ name }: { name: string }) => name === "bot");
  const lookup = id(kapso.functions, ({ name }: { name: string }) => name === "lookup");
  const answer = id(runtype.flows, ({ name }: { name: string }) => name === "answer");
  const prompt = id(humanloop.files, ({ path }: { path: string }) => path === "shop/prompt");
  /** The secret that the program wants, and the one that a refresh has found. */
  const quoted = (name: string, persons: string) => [canaryOf(nameOf(name, 2)), personal(persons)].flatMap(echoes);
  const workflow = "kapso:Workflow definition.nodes.*.data.config.headers.* (unknown)";
  const key = keys()["humanloop:apiKey of the configuration"]?.key ?? "";
  const errors = (said: string[]) => ({ message: said.join(" "), error: said.join(" "), detail: said.join(" ") });
  const page = quoted("runtype:Flow steps.*.config.auth (unknown)", "runtype").join("</p><p>");
  const rule = (path: string | undefined, then: FaultRule["then"]): FaultRule[] =>
    ["PATCH", "PUT", "POST"].map((method) => ({
      match: { method, path: String(path) },
      when: "before",
      then,
      times: 0,
    }));
  return [
    ...rule(bot, { status: 422, body: errors(quoted(workflow, "kapso")) }),
    ...rule(lookup, { status: 422, body: errors(quoted("kapso:Function secrets.* (string)", "kapso.function")) }),
    ...rule(answer, { status: 200, headers: { "content-type": "text/html" }, body: `<html><p>${page}</p></html>` }),
    ...rule(prompt, { status: 401, body: errors(echoes(key)) }),
  ];
}

/** A secret as vendors show it: escaped as the languages do that they are written in, encoded, or by its beginning. */
export function echoes(secret: string): string[] {
  const quoted = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    quoted,
    quoted.replaceAll("/", "\\/"),
    quoted.replaceAll("&", "\\u0026"),
    quoted.replaceAll("/", "\\/").replaceAll("&", "\\u0026"),
    escapeHtml(secret),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    Buffer.from(secret).toString("base64"),
    `${secret.slice(0, 12)}…`,
    `${secret.slice(0, 14)}...`,
  ];
}

/** As in the text of a web page. */
function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
