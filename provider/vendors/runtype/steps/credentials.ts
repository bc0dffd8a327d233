import { holdsCredential, isCredential, isLiteral } from "../../../lifecycle/credentials";
import type { Problem } from "../../../lifecycle/flow-type";
import { showPath } from "../../../lifecycle/paths";
import { eachText, type KnownStep } from "./known-steps";
import { BRANCHES } from "./meaning";

/** Doubts about credentials that a step holds in clear. What they say never holds a value. */
export function credentialProblems({ path, named, config, branches }: KnownStep): Problem[] {
  const problems: Problem[] = [];
  // What stands in branches is said of their own steps.
  const outer =
    branches.length > 0 ? Object.entries(config ?? {}).filter(([key]) => !BRANCHES.includes(key)) : undefined;
  eachText(
    outer ? Object.fromEntries(outer) : config,
    ["config"],
    () => true,
    (text, at) => {
      const key = [...at].reverse().find((each) => typeof each === "string") ?? "";
      if (!holdsCredential(text) && !(isLiteral(text) && isCredential(key))) return;
      const message = `${named}: ${showPath(at, {})} holds a credential in clear, which Runtype gives back to whoever reads the flow: store it at Runtype as a secret, and write {{secret:${secretName(key)}}} in its place`;
      problems.push({ path: [...path, ...at], message, warning: true });
    },
  );
  return problems;
}

/** A key as Runtype's secrets are named: `OPENAI_API_KEY` of `openaiApiKey`. */
function secretName(key: string): string {
  const words = key.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? ["API", "KEY"];
  return words.join("_").toUpperCase();
}
