import {
  type Emulator,
  type RuntypeEdit,
  type RuntypeState,
  type RuntypeSwitches,
  runtypeDefaults,
  startEmulator,
} from "../../../testing/src/emulator";
import type { Nature, People, Shared, StoredObject, Subject, World } from "../subject";

const KEY = "key-of-the-shop";

/** A flow that always lives, whose versions are published. */
export const SHOP = "flow_01jv0000000000000000000901";
/** Another one. */
export const KIOSK = "flow_01jv0000000000000000000902";
/** One that is never to be touched. */
export const NEIGHBOUR = "neighbour";

/** The versions of a flow that is there from the beginning: two that were tried out, and the draft that was saved last. */
export function versionsOf(flow: string): readonly [string, string, string] {
  const id = (number: number) => `flowver_01jv000000000000000000${flow.slice(-3)}${number}`;
  return [id(1), id(2), id(3)];
}

/** Whether it was there before the test: the ids of what a test makes are counted from 1. */
export function isBystander({ id }: { readonly id: string }): boolean {
  return [SHOP, KIOSK, NEIGHBOUR].includes(id);
}

const saying = (template: string) => [{ id: "say", type: "template", name: "say", config: { template } }];

/** What is there to begin with. */
export const runtypeSeed = {
  flows: [SHOP, KIOSK, NEIGHBOUR].map((id) => ({
    id,
    name: `Beside ${id}`,
    lastModifiedSource: "api" as const,
    flowSteps: saying("Hi 3"),
  })),
  versions: [SHOP, KIOSK, NEIGHBOUR].flatMap((flowId) =>
    versionsOf(flowId).map((id, index) => ({
      id,
      // A copy of a version keeps it.
      label: id,
      flowId,
      createdAt: "2026-01-01T00:00:00.000Z",
      versionNumber: index + 1,
      versionType: index === 2 ? ("draft" as const) : ("test" as const),
      flowSteps: saying(`Hi ${index + 1}`).map((step) => ({ ...step, order: 1, enabled: true, when: null })),
    })),
  ),
};

/** What differs between the flow types. */
export interface Hands {
  /** Everything of the type that lives, but for bystanders. */
  objects(state: RuntypeState): StoredObject[];
  add(name: string, like: Readonly<Record<string, unknown>> | undefined): RuntypeEdit;
  remove(identity: string): RuntypeEdit;
  edit(identity: string, field: string, stored: unknown, state: RuntypeState): RuntypeEdit;
}

/** A vendor that behaves so, for one flow type. */
export function natureOf(hands: Hands, switches: Partial<RuntypeSwitches> = {}): Nature {
  return { switches, open: () => open(hands, switches) };
}

/** The people at an emulator that plays other vendors too. */
export function shared(hands: Hands): Shared {
  return { seed: { runtype: runtypeSeed }, people: (emulator, switches) => peopleAt(emulator, hands, switches) };
}

function peopleAt(emulator: Emulator, hands: Hands, switches: Partial<RuntypeSwitches>): People {
  const state = () => emulator.state().runtype;
  /** What was done is long done when the provider looks. */
  const perform = (edit: RuntypeEdit) => {
    emulator.switches({ runtypeReadDelay: 0, runtypeListDelay: 0 });
    emulator.edit(edit);
    const { runtypeReadDelay = 0, runtypeListDelay = 0 } = switches;
    emulator.switches({ runtypeReadDelay, runtypeListDelay });
  };
  return {
    objects: () => hands.objects(state()),
    add: (name, like) => perform(hands.add(name, like)),
    remove: (identity) => perform(hands.remove(identity)),
    edit: (identity, field, to) => perform(hands.edit(identity, field, to, state())),
  };
}

async function open(hands: Hands, switches: Partial<RuntypeSwitches>, stored?: RuntypeState): Promise<World> {
  let now = Date.UTC(2026, 0, 1);
  const emulator = await startEmulator({
    switches,
    seed: { runtype: stored ?? runtypeSeed },
    now: () => (now += 1000),
  });
  const state = () => emulator.state().runtype;
  const foreign =
    (organizationId: string | null, runtypeForeignFlow: RuntypeSwitches["runtypeForeignFlow"] = 404) =>
    () => {
      const account = { userId: "user_01jv0000000000000000000002", organizationId };
      emulator.switches({ runtypeForeignFlow, runtypeKeys: { [KEY]: runtypeDefaults, foreign: account } });
      return { apiKey: "foreign" };
    };
  return {
    emulator,
    branch: () => open(hands, switches, state()),
    elsewhere: () =>
      open(hands, { ...switches, runtypeKeys: { [KEY]: elsewhere(runtypeDefaults) } }, elsewhere(state())),
    ...peopleAt(emulator, hands, switches),
    otherAccounts: {
      "a key that the vendor does not know": () => {
        emulator.switches({ runtypeKeys: { [KEY]: runtypeDefaults } });
        return { apiKey: "unknown" };
      },
      "a key of another organization": foreign("org_01jv0000000000000000000002"),
      "a key to which the flow is closed": foreign("org_01jv0000000000000000000002", 403),
      "a key of somebody without an organization": foreign(null),
    },
  };
}

/** The same in another account. Ids are unique in the whole of Runtype. */
function elsewhere<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll("_01jv", "_02jv"));
}

/** Where to find the emulator. */
export const runtypeSettings: Subject["settings"] = (url) => ({ apiKey: KEY, apiUrl: url });
