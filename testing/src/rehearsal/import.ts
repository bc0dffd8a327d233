import { existsSync, readFileSync } from "node:fs";
import { type Run, stopAfterFailure } from "./run";
import type { ResourceState } from "./state";
import { makeUrn, STACK_TYPE } from "./urn";
import { isObject, type Properties, type Value } from "./values";
import type { Vault } from "./vault";

/** One resource of an import file, with everything that its state is made of. */
interface Entry {
  type: string;
  name: string;
  id: string;
  inputs: Properties;
  outputs: Properties;
}

/**
 * Reads an import file as `pulumi import --file` takes it.
 * @throws where an entry leaves something to a provider, or names what is not rehearsed.
 */
export function readImportFile(file: string): Entry[] {
  if (!existsSync(file)) throw new Error(`there is no import file ${file}`);
  const content: Value = JSON.parse(readFileSync(file, "utf8"));
  if (!isObject(content) || !Array.isArray(content.resources)) throw new Error(`${file} has no list of resources`);
  const others = Object.keys(content).filter((key) => key !== "resources");
  if (others.length > 0) throw new Error(`not rehearsed: ${others.join(", ")} in an import file`);
  return content.resources.map(entryOf);
}

function entryOf(value: Value, index: number): Entry {
  const { type, name, id, inputs, outputs, ...others } = isObject(value) ? value : {};
  const more = Object.keys(others);
  if (more.length > 0) throw new Error(`not rehearsed: ${more.join(", ")} of a resource in an import file`);
  if (typeof type !== "string" || typeof name !== "string" || typeof id !== "string")
    throw new Error(`resource ${index + 1} of the import file needs a type, a name and an id`);
  if (!isObject(inputs) || !isObject(outputs))
    throw new Error(`not rehearsed: an import without inputs and outputs, as of ${type} ${name}`);
  return { type, name, id, inputs, outputs };
}

/**
 * Takes resources into the state as the file says, without asking a provider: as Pulumi does where their outputs are given.
 * @param protect whether nothing may delete them until the program says so
 */
export async function importAll(run: Run, entries: readonly Entry[], vault: Vault, protect: boolean): Promise<void> {
  const { ledger, project, report } = run;
  const open = (properties: Properties) => vault.show(properties, "");
  const states = entries.map(({ type, name, id, inputs, outputs }) => {
    const urn = makeUrn(project.stack, project.name, undefined, type, name);
    if (ledger.findFormer(urn)) throw new Error(`${urn} is in the state already`);
    return { urn, custom: true, type, id, inputs: open(inputs), outputs: open(outputs), protect };
  });
  for (const { inputs, outputs } of states) report.learnSecrets({ inputs, outputs });
  await ledger.readyForSecrets();
  const parent = await stackOf(run);
  const provider = await run.providers.useDefault();
  const now = new Date().toISOString();
  for (const state of states) {
    stopAfterFailure(run);
    ledger.claim(state.urn);
    const whole: ResourceState = { ...state, parent, provider, created: now, modified: now };
    await ledger.settle({ ...whole, protect: protect || undefined });
    report.step("import", whole);
  }
}

/** The root of the stack, made where there is none yet. */
async function stackOf({ ledger, project }: Run): Promise<string> {
  const urn = makeUrn(project.stack, project.name, undefined, STACK_TYPE, `${project.name}-${project.stack}`);
  if (ledger.findFormer(urn)) return urn;
  ledger.claim(urn);
  await ledger.settle({ urn, custom: false, type: STACK_TYPE });
  return urn;
}
