import type * as pulumi from "@pulumi/pulumi";
import { FlowError, PartialFailure, VendorError } from "../lifecycle/errors";
import type { Lifecycle } from "../lifecycle/lifecycle";
import type { PropertyPath } from "../lifecycle/paths";
import type { Log } from "../lifecycle/ports";
import { replaceSecrets } from "../lifecycle/secrets";
import { isObject, type Values } from "../lifecycle/values";
import type { ReadConfig } from "../runtime/settings";
import { pulumiLog } from "./pulumi-log";

/** How Pulumi marks a value on the wire, and the mark of a secret: https://github.com/pulumi/pulumi, sdk/nodejs/runtime/rpc.ts. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Where Pulumi keeps the text that loads a dynamic provider. */
export const PROVIDER = "__provider";

/**
 * Makes a lifecycle a Pulumi dynamic provider.
 *
 * @param open gives the lifecycle once the configuration is known; called once for each provider
 */
export function pulumiDynamicProvider(
  open: (config: ReadConfig, log: Log) => Lifecycle,
): pulumi.dynamic.ResourceProvider<Values, Values> {
  // Pulumi's host configures without waiting, and before anything else: this must stay synchronous.
  let lifecycle = open(() => undefined, pulumiLog);
  const sealed = (values: Values) => sealAll(values, lifecycle.secrets(values));
  /** What exists after a failure is recorded in the state; without `__provider` it could never be read or deleted again. */
  const recorded = async <T>(inputs: Values, action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      const properties = { ...sealed(error.state), [PROVIDER]: inputs[PROVIDER] };
      throw Object.assign(new Error(error.message), { id: error.id, properties, reasons: [error.message] });
    }
  };
  return {
    async configure({ config }) {
      lifecycle = open((namespace, name) => config.get(`${namespace}:${name}`), pulumiLog);
    },
    check: (_olds, news) =>
      expecting(async () => {
        const { inputs, failures } = lifecycle.check(withoutProvider(news));
        lifecycle.declares(inputs);
        return { inputs: sealed(inputs), failures: [...failures] };
      }),
    diff: (id, olds, news) =>
      expecting(async () => {
        const [state, inputs] = [withoutProvider(olds), withoutProvider(news)];
        const { changed, replaces } = lifecycle.diff(state, inputs);
        // What is replaced is to be deleted. A refresh calls this too, before anything of the program was checked.
        if (replaces.length === 0) lifecycle.keeps(id, state, inputs);
        return { changes: changed.length > 0, replaces: [...replaces], deleteBeforeReplace: true };
      }),
    create: (inputs) =>
      recorded(inputs, async () => {
        const { id, state } = await lifecycle.create(withoutProvider(inputs));
        return { id, outs: sealed(state) };
      }),
    read: (id, props) =>
      expecting(async () => {
        const found = await lifecycle.read(id, withoutProvider(props ?? {}));
        if (!found) return { id: "" };
        return { id: found.id, props: sealed(found.state), ...(found.inputs ? { inputs: sealed(found.inputs) } : {}) };
      }),
    update: (id, olds, news) =>
      recorded(news, async () => ({
        outs: sealed(await lifecycle.update(id, withoutProvider(olds), withoutProvider(news))),
      })),
    delete: (id, props) => expecting(() => lifecycle.delete(id, withoutProvider(props))),
  };
}

function withoutProvider(values: unknown): Values {
  if (!isObject(values)) return {};
  const { [PROVIDER]: _, ...others } = values;
  return others;
}

/** Pulumi's host prints `${error}: ${error.stack}` for these calls: an expected failure becomes one plain line. */
async function expecting<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof FlowError || error instanceof VendorError) {
      error.stack = error.message;
      error.toString = () => "pulumi-flows";
    }
    throw error;
  }
}

/** Puts every secret into Pulumi's envelope, so that the state encrypts it and its neighbours stay readable. */
function sealAll(values: Values, secrets: readonly PropertyPath[]): Values {
  if (secrets.length === 0) return values;
  const seal = (value: unknown) => ({ [SIGNATURE]: SECRET, value });
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, replaceSecrets(value, [key], secrets, seal)]),
  );
}
