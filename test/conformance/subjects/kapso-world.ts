import type { Values } from "../../../provider/lifecycle/values";
import {
  type Emulator,
  type KapsoEdit,
  type KapsoState,
  type KapsoSwitches,
  kapsoDefaults,
  startEmulator,
} from "../../../testing/src/emulator";
import type { Nature, People, Shared, StoredObject, Subject, World } from "../subject";

const KEY = "key-of-the-shop";
const { project_id: PROJECT } = kapsoDefaults;
const OTHER_PROJECT = "10000000-0000-4000-8000-000000000002";

/** Workflows that always live: they prove the project, and have the triggers. */
export const BESIDE = "60000000-0000-4000-8000-000000000001";
/** Another one. */
export const ALSO_BESIDE = "60000000-0000-4000-8000-000000000002";
/** A function that always lives, for workflows to run. */
export const HELPER = "70000000-0000-4000-8000-000000000001";
/** A trigger that always lives. */
export const TRIGGER_BESIDE = "80000000-0000-4000-8000-000000000001";
/** A model of Anthropic's. */
export const MODEL = "20000000-0000-4000-8000-000000000002";

/** Whether it was there before the test: the ids of what a test makes are counted from 1. */
function isBystander({ identity }: StoredObject): boolean {
  return /^[678]/.test(identity);
}

const SEED = {
  workflows: [
    { id: BESIDE, name: "Beside" },
    { id: ALSO_BESIDE, name: "Also beside" },
    { id: "60000000-0000-4000-8000-000000000003", name: "Of the kiosk", project_id: OTHER_PROJECT },
  ],
  functions: [{ id: HELPER, name: "Helper", code: "export default {}" }],
  triggers: [
    {
      id: TRIGGER_BESIDE,
      workflow_id: BESIDE,
      trigger_type: "project_event" as const,
      event_name: "beside",
    },
  ],
  phone_numbers: [...kapsoDefaults.phone_numbers, { phone_number_id: "neighbour" }],
};

/** What differs between the flow types. */
export interface Hands {
  /** Everything of the type that lives, also what the test did not make. */
  objects(state: KapsoState): StoredObject[];
  add(name: string, like: Values | undefined): KapsoEdit;
  remove(identity: string): KapsoEdit;
  end?(identity: string): KapsoEdit;
  edit(object: StoredObject, field: string, stored: unknown): KapsoEdit[];
}

/** A vendor that behaves so, for one flow type. */
export function natureOf(hands: Hands, switches: Partial<KapsoSwitches> = {}): Nature {
  return { switches, open: () => open(hands, switches) };
}

/** The people at an emulator that plays other vendors too. */
export function shared(hands: Hands): Shared {
  return { seed: { kapso: SEED }, people: (emulator, switches) => peopleAt(emulator, hands, switches) };
}

function peopleAt(emulator: Emulator, hands: Hands, switches: Partial<KapsoSwitches>): People {
  const state = () => emulator.state().kapso;
  const objects = () => hands.objects(state()).filter((each) => !isBystander(each));
  const { end } = hands;
  /** What was done is long done when the provider looks, and may have failed. */
  const perform = (edits: readonly KapsoEdit[], kapsoDeployFails = false) => {
    emulator.switches({ kapsoDefinitionDelay: 0, kapsoDeployFails });
    for (const edit of edits) emulator.edit(edit);
    emulator.switches({ kapsoDefinitionDelay: switches.kapsoDefinitionDelay ?? 0, kapsoDeployFails: false });
  };
  return {
    objects,
    add: (name, like) => perform([hands.add(name, like)]),
    remove: (identity) => perform([hands.remove(identity)]),
    ...(end ? { end: (identity) => perform([end(identity)]) } : {}),
    edit(identity, field, to) {
      const object = objects().find((each) => each.identity === identity);
      if (!object) throw new Error(`there is no ${identity}`);
      perform(hands.edit(object, field, to), to === "error");
    },
  };
}

async function open(hands: Hands, switches: Partial<KapsoSwitches>, stored?: KapsoState): Promise<World> {
  // Time goes on with every look at the clock, so that what takes seconds takes none.
  let now = Date.UTC(2026, 0, 1);
  const emulator = await startEmulator({ switches, seed: { kapso: stored ?? SEED }, now: () => (now += 1000) });
  const state = () => emulator.state().kapso;
  const foreign = (project: string) => () => {
    emulator.switches({ kapsoKeys: { [KEY]: PROJECT, foreign: project } });
    return { apiKey: "foreign" };
  };
  return {
    emulator,
    branch: () => open(hands, switches, state()),
    elsewhere: () => open(hands, { ...switches, kapsoKeys: { [KEY]: OTHER_PROJECT } }, asOfAnotherProject(state())),
    ...peopleAt(emulator, hands, switches),
    otherAccounts: {
      "a key that the vendor does not know": () => {
        emulator.switches({ kapsoKeys: { [KEY]: PROJECT } });
        return { apiKey: "unknown" };
      },
      "a key of another project": foreign(OTHER_PROJECT),
      "a key of an empty project": foreign("10000000-0000-4000-8000-000000000003"),
    },
  };
}

/** The same records in another project. Ids of workflows and projects are unique in the whole of Kapso. */
function asOfAnotherProject(state: KapsoState): KapsoState {
  const workflows = state.workflows.filter(({ project_id }) => project_id === PROJECT);
  const text = JSON.stringify({ ...state, workflows });
  return JSON.parse(text.replaceAll(PROJECT, OTHER_PROJECT).replaceAll("60000000-", "61000000-"));
}

/** Where to find the emulator. */
export const kapsoSettings: Subject["settings"] = (url) => ({ apiKey: KEY, apiUrl: url, legacyApiUrl: url });
