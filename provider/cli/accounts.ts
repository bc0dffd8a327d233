import { rulesOf } from "../lifecycle/canonical";
import { FlowError, VendorError } from "../lifecycle/errors";
import { HIDDEN, withoutSecrets } from "../lifecycle/secrets";
import type { ReadConfig } from "../runtime/settings";
import { allVendors } from "../vendors";
import { nearestName } from "../vendors/nearest-name";
import type { Settings, Vendor } from "../vendors/vendor";
import { type Configuration, findConfiguration, noConfiguration } from "./configuration";
import { UsageError } from "./io";
import { type KeptProvider, nameIn, type StackState } from "./stack-state";

/** The vendors with these names; all of them where none is named. */
export function vendorsNamed(names: readonly string[] | undefined): readonly Vendor[] {
  const all = allVendors();
  for (const name of names ?? []) {
    const near = nearestName(
      name,
      all.map((each) => each.name),
    );
    if (!all.some((each) => each.name === name))
      throw new UsageError(`There is no vendor "${name}".${near ? ` Did you mean ${near}?` : ""}`);
  }
  return names ? all.filter(({ name }) => names.includes(name)) : all;
}

/** A state with the configuration of its stack. */
export interface ConfiguredState extends StackState {
  readonly configuration: Configuration;
}

/**
 * Finds the configuration of each state's stack. The state of an empty stack names none, and the stack that happens to be
 * selected may be another.
 *
 * @param stack what the user calls the stack, such as `organization/project/stack`; of several states, it names the one that it fits
 */
export async function configured(
  states: readonly StackState[],
  stack: string | undefined,
  cwd: string,
): Promise<ConfiguredState[]> {
  const isMeant = (state: StackState) =>
    stack !== undefined && (states.length === 1 || stack.split("/").at(-1) === state.stack);
  if (stack !== undefined && !states.some(isMeant))
    throw new UsageError(`None of the given states is of the stack "${stack}".`);
  const found = new Map<string, Promise<Configuration>>();
  return Promise.all(
    states.map(async (state) => {
      const wanted = { stack: isMeant(state) ? stack : state.stack, project: state.project };
      if (wanted.stack === undefined) return { ...state, configuration: noConfiguration() };
      const key = JSON.stringify(wanted);
      const asked = found.get(key) ?? findConfiguration(wanted, cwd);
      found.set(key, asked);
      return { ...state, configuration: await asked };
    }),
  );
}

/**
 * The settings by which a flow is reached: those of its explicit provider, as the state keeps them; else those of the stack now,
 * and where they cannot all be read, those of the last `pulumi up`.
 */
export function settingsFor(state: ConfiguredState, provider: KeptProvider | undefined): ReadConfig {
  if (provider?.isExplicit) return (namespace, name) => textAt(provider, `${namespace}:${name}`);
  const { configuration, providers } = state;
  const last = provider ?? providers.find(({ isExplicit }) => !isExplicit);
  return (namespace, name) => {
    const now = configuration.read(namespace, name);
    if (now !== undefined || configuration.isWhole || !last) return now;
    const then = textAt(last, `${namespace}:${name}`);
    return then === HIDDEN ? undefined : then;
  };
}

/** The settings that are not set and would tell in which part of an account flows are that do not say it themselves. */
export function missingParts({ flowTypes }: Vendor, values: Settings<string>): string[] {
  const parts = flowTypes.flatMap((type) =>
    Object.keys(type.fields.shape).flatMap((field) => rulesOf(type, field).setting ?? []),
  );
  return [...new Set(parts)].filter((name) => !values[name]);
}

/** The vendor's own failure behind one that names a flow. */
export function failureOf(error: unknown): VendorError | undefined {
  if (error instanceof VendorError) return error;
  return error instanceof Error ? failureOf(error.cause) : undefined;
}

/** Whether a vendor could not be reached, so that the next call of its account would end the same. */
export function isUnreached(error: unknown): boolean {
  return ["network", "timeout", "untrusted"].includes(failureOf(error)?.kind ?? "");
}

/** A text without what is configured as a secret: an organization may be one, and addresses and ids are made of it. */
export function withoutSettings(text: string, states: readonly ConfiguredState[]): string {
  const secrets = states.flatMap(({ configuration, providers }) => [
    ...configuration.secrets.values(),
    ...providers.flatMap((provider) => provider.secrets),
  ]);
  return withoutSecrets(text, secrets);
}

function textAt({ settings }: KeptProvider, key: string): string | undefined {
  const value = settings[key];
  return typeof value === "string" ? value : undefined;
}

/**
 * Fails where an account is another than the stack's, and the state does not show its key.
 *
 * To go on with the stack's own key would look in the wrong account.
 */
export function demandSettingsShown(vendor: Vendor, provider: KeptProvider | undefined): void {
  const hidden = hiddenSettings(vendor, provider);
  if (hidden.length === 0) return;
  const name = provider && nameIn(provider.urn);
  throw new FlowError(
    "settings",
    `The state does not show ${hidden.join(" and ")} of the explicit provider "${name}": use \`pulumi stack export --show-secrets\`.`,
  );
}

/** Whether the settings of an account are all there to be read. */
export function areSettingsShown(vendor: Vendor, provider: KeptProvider | undefined): boolean {
  return hiddenSettings(vendor, provider).length === 0;
}

function hiddenSettings(vendor: Vendor, provider: KeptProvider | undefined): string[] {
  if (!provider?.isExplicit) return [];
  return Object.keys(vendor.settings).filter((name) => textAt(provider, `${vendor.name}:${name}`) === HIDDEN);
}
