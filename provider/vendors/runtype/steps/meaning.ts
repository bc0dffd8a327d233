import { isObject, mapMembers, type Values } from "../../../lifecycle/values";

/** The members of a conditional step's config that hold steps. */
export const BRANCHES: readonly string[] = ["trueSteps", "falseSteps"];

/**
 * What Runtype may choose where the program says nothing: it counts only where a program writes it, and is left as it is
 * elsewhere.
 */
export const CHOSEN: readonly string[] = ["outputVariable", "streamOutput", "errorHandling"];

/** The sandbox that Runtype takes where none is named, and what it makes of an older name. */
const SANDBOX = "cloudflare-worker";
const OLD_SANDBOX = "cloudflare-sandbox";

/**
 * Steps by meaning: without what says nothing, and in one spelling.
 *
 * @param value steps as registered; a list that could not be keyed stays a list
 */
export function canonicalSteps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonicalStep);
  return isObject(value) ? mapMembers(value, canonicalStep) : value;
}

function canonicalStep(step: unknown): unknown {
  if (!isObject(step)) return step;
  const { order: _, enabled, when, config, ...rest } = step;
  const meant = isObject(config) ? canonicalConfig(config) : config;
  return {
    ...rest,
    ...(enabled === undefined || enabled === null || enabled === true ? {} : { enabled }),
    ...(when === undefined || when === null ? {} : { when }),
    ...(meant === undefined || meant === null || (isObject(meant) && Object.keys(meant).length === 0)
      ? {}
      : { config: meant }),
  };
}

function canonicalConfig(config: Values): Values {
  const meant = Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
    if (value === undefined || value === null) return [];
    if (key === "sandboxProvider") return value === SANDBOX || value === OLD_SANDBOX ? [] : [[key, value]];
    return [[key, BRANCHES.includes(key) ? canonicalSteps(value) : value]];
  });
  return Object.fromEntries(meant);
}
