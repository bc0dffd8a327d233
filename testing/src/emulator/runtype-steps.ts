import { createHash } from "node:crypto";
import { isRecord } from "./description";
import type { RuntypeStep, RuntypeStepInput } from "./runtype-records";
import type { RuntypeSwitches } from "./runtype-switches";

// Section numbers are those of the vendor notes on Runtype (`vendors/runtype.md`).

type Config = Readonly<Record<string, unknown>>;

/** How steps are written: what is not known of it, and where new ids come from. */
export interface StepRules {
  readonly switches: RuntypeSwitches;
  newId(): string;
}

/**
 * The steps as they are stored, in their order.
 * @param before - those that they replace; none for a new flow.
 */
export function writeSteps(
  sent: readonly RuntypeStepInput[],
  before: readonly RuntypeStep[],
  { switches, newId }: StepRules,
): RuntypeStep[] {
  const steps = sent.map((step, index): RuntypeStep => {
    const known = before.find(({ id }) => id === step.id);
    const { runtypeStepIds } = switches;
    const keepsId = runtypeStepIds === "kept" || (runtypeStepIds === "minted" && known !== undefined);
    const left = switches.runtypeWhenCleared === "kept" ? (known?.when ?? null) : null;
    return {
      id: (keepsId && step.id) || newId(),
      type: step.type,
      name: step.name,
      order: step.order ?? index + switches.runtypeOrderFrom,
      enabled: step.enabled ?? true,
      config: rewritten(step.type, step.config ?? {}, switches.runtypeConfigRewrites),
      when: step.when === undefined ? left : step.when || null,
    };
  });
  return steps.sort((a, b) => a.order - b.order);
}

/** A step in a flow's answer (4). */
export function tellStep({ when, enabled, ...step }: RuntypeStep, switches: RuntypeSwitches): unknown {
  return {
    ...step,
    ...((switches.runtypeEnabledTold || !enabled) && { enabled }),
    ...(switches.runtypeWhenTold && when !== null && { when }),
  };
}

/** A step in the portable form: without id (5). */
export function portableStep({ type, name, enabled, order, when, config }: RuntypeStep): RuntypeStepInput {
  return { type, name, enabled, order, ...(when !== null && { when }), config };
}

/** The algorithm that is known of dispatch; that ensure has the same is a guess (5). */
export function contentHash(steps: readonly RuntypeStep[]): string {
  const text = JSON.stringify(steps.map((step) => withSortedKeys(portableStep(step))));
  return createHash("sha256").update(text).digest("hex");
}

function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, withSortedKeys(member)]));
}

/** The steps that take both settings which `"filled"` fills in (7). */
const streaming = new Set([
  "prompt",
  "fetch-url",
  "transform-data",
  "wait-until",
  "upsert-record",
  "search",
  "send-email",
]);

/** What the server makes of a config, also of those of the steps within a condition (7, 9.14). */
function rewritten(type: string, config: Config, mode: RuntypeSwitches["runtypeConfigRewrites"]): Config {
  if (mode === "none") return config;
  const inner = (step: unknown): unknown => {
    if (!isRecord(step) || !isRecord(step.config)) return step;
    return {
      ...step,
      config: rewritten(String(step.type), step.config, mode),
      ...(mode === "filled" && { enabled: step.enabled ?? true }),
    };
  };
  const branches = ["trueSteps", "falseSteps"].flatMap((name): [string, unknown][] => {
    const steps = type === "conditional" ? config[name] : undefined;
    return Array.isArray(steps) ? [[name, steps.map(inner)]] : [];
  });
  return {
    ...config,
    ...Object.fromEntries(branches),
    ...(config.sandboxProvider === "cloudflare-sandbox" && { sandboxProvider: "cloudflare-worker" }),
    ...(type === "prompt" && config.userPrompt !== undefined && { text: config.text ?? config.userPrompt }),
    ...(mode === "filled" &&
      streaming.has(type) && {
        streamOutput: config.streamOutput ?? type === "prompt",
        errorHandling: config.errorHandling ?? "continue",
      }),
  };
}
