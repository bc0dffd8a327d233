import { rulesOf } from "../lifecycle/canonical";
import { messageOf } from "../lifecycle/errors";
import type { FlowType } from "../lifecycle/flow-type";
import type { Log } from "../lifecycle/ports";
import { flowTypeOf, lifecycleOf, settingsOf } from "../runtime/process";
import type { ReadConfig } from "../runtime/settings";
import { allVendors } from "../vendors";
import type { Settings, Vendor } from "../vendors/vendor";
import { areSettingsShown, type ConfiguredState, demandSettingsShown, missingParts, settingsFor } from "./accounts";
import type { UnmanagedFlow } from "./drift-report";
import type { KeptFlow } from "./stack-state";

/** A flow of a state, and the id by which lists name it; absent where it is gone. */
interface Managed {
  readonly state: ConfiguredState;
  readonly kept: KeptFlow;
  readonly listedAs?: string;
}

/** A part of an account that can be listed: of a vendor whose settings name a part, that part. */
interface Place {
  readonly vendor: Vendor;
  readonly read: ReadConfig;
}

/**
 * What exists where the flows of these states are, and in the accounts of their stacks, and is none of these flows.
 *
 * @param wanted the vendors that must be looked at; where it is left out, those of which a key is set
 */
export async function listUnmanaged(
  states: readonly ConfiguredState[],
  managed: readonly Managed[],
  wanted: readonly Vendor[] | undefined,
  log: Log,
): Promise<{ readonly unmanaged: UnmanagedFlow[]; readonly unlisted: string[] }> {
  const vendors = wanted ?? allVendors();
  const known = new Set<string>();
  const places = new Map<string, Place>();
  const unlisted: string[] = [];
  const add = (vendor: Vendor, read: ReadConfig) => {
    const { values } = settingsOf(vendor, read);
    if (!hasKey(vendor, values)) return;
    places.set(JSON.stringify([vendor.name, values]), { vendor, read });
  };
  for (const state of states) {
    const explicit = state.providers.filter(({ isExplicit }) => isExplicit);
    for (const provider of [undefined, ...explicit]) {
      const isMeant = ({ name }: Vendor) =>
        !provider || Object.keys(provider.settings).some((key) => key.startsWith(`${name}:`));
      for (const vendor of vendors.filter(isMeant)) {
        try {
          demandSettingsShown(vendor, provider);
          add(vendor, settingsFor(state, provider));
        } catch (error) {
          unlisted.push(messageOf(error));
        }
      }
    }
  }
  for (const { state, kept, listedAs } of managed) {
    const vendor = vendors.find(({ flowTypes }) => flowTypes.some(({ token }) => token === kept.token));
    if (!vendor) continue;
    const { type } = flowTypeOf(kept.token);
    const read = within(type, kept, settingsFor(state, kept.provider));
    if (listedAs !== undefined)
      for (const id of [listedAs, type.identity(kept.id, kept.state)]) known.add(keyOf(hostOf(vendor, read), type, id));
    // What is said above need not be said for each of its flows.
    if (areSettingsShown(vendor, kept.provider)) add(vendor, read);
  }
  // Where flows say themselves in which part of an account they are, the settings need not.
  const isPart = ({ vendor, read }: Place) => missingParts(vendor, settingsOf(vendor, read).values).length === 0;
  for (const [key, place] of places) {
    if (!isPart(place) && [...places.values()].some((each) => each.vendor === place.vendor && isPart(each)))
      places.delete(key);
  }
  for (const { name } of wanted ?? []) {
    if (![...places.values()].some(({ vendor }) => vendor.name === name))
      unlisted.push(`No key of ${name} is configured.`);
  }
  if (places.size === 0 && !wanted) unlisted.push("No key of any vendor is configured.");
  const found = new Map<string, UnmanagedFlow>();
  await Promise.all(
    [...places.values()].flatMap(({ vendor, read }) =>
      thingsOf(vendor).map(async (type) => {
        try {
          const host = hostOf(vendor, read);
          for (const { id, label, identity = id } of await lifecycleOf(type.token, read, log).list()) {
            const [key, lasting] = [keyOf(host, type, id), keyOf(host, type, identity)];
            if (!known.has(key) && !known.has(lasting)) found.set(key, { type: type.token, label, id, host });
          }
        } catch (error) {
          unlisted.push(messageOf(error));
        }
      }),
    ),
  );
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, flow]) => flow);
  return { unmanaged: sorted, unlisted: [...new Set(unlisted)].sort() };
}

/** The flow types of a vendor, but for those that are another view of the records of one of them. */
export function listedTypes({ flowTypes }: Vendor): readonly FlowType[] {
  return flowTypes.filter(
    ({ records, token }) => !flowTypes.some((each) => each.token === records && token !== records),
  );
}

/** Without settings of flows: vendors make such settings of their own, a first deployment with every flow. */
function thingsOf(vendor: Vendor): readonly FlowType[] {
  return listedTypes(vendor).filter(({ onDuplicate }) => onDuplicate !== "settles");
}

function keyOf(host: string, type: FlowType, id: string): string {
  return JSON.stringify([type.records ?? type.token, host, id]);
}

function hostOf(vendor: Vendor, read: ReadConfig): string {
  return vendor.hostRoot(settingsOf(vendor, read).values);
}

function hasKey(vendor: Vendor, values: Settings<string>): boolean {
  return Object.entries(vendor.settings).every(([name, { secret }]) => !secret || values[name]);
}

/** The settings that name the part of the account that a flow is in. */
function within(type: FlowType, { state }: KeptFlow, read: ReadConfig): ReadConfig {
  const [vendor] = type.token.split(":");
  const own = new Map<string, string>();
  for (const field of Object.keys(type.fields.shape)) {
    const { setting } = rulesOf(type, field);
    const value = state[field];
    if (setting && typeof value === "string") own.set(setting, value);
  }
  return (namespace, name) => (namespace === vendor ? own.get(name) : undefined) ?? read(namespace, name);
}
