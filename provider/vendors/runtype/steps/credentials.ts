import type { Problem } from "../../../lifecycle/flow-type";
import { showPath } from "../../../lifecycle/paths";
import { UNKNOWN } from "../../../lifecycle/values";
import { eachText, type KnownStep } from "./known-steps";
import { BRANCHES } from "./meaning";

/** How the keys of credentials end, in small letters and without signs between the words. */
const CREDENTIALS =
  /(?:password|passwd|passphrase|secret|authorization|(?:api|access|account|auth|private|secret|signing|subscription|license)key|token)$/;

/** How keys end that look like one, and are about reading on, or about the vocabulary of a model. */
const NO_CREDENTIALS = /(?:page|next|previous|continuation|cursor|sync|start|stop|end|bos|eos|pad)token$/;

/** Credentials that are known by their shape, wherever they stand: one expression, since it is tried on long texts. */
const SHAPES = new RegExp(
  [
    /(?<![\w-])sk-(?=[\w-]*\d)[\w-]{20,}/, // OpenAI, Anthropic
    /(?<!\w)sk_(?:live|test)_\w{16,}/, // Stripe
    /(?<!\w)rt_(?:live|test)_\w{8,}/, // Runtype
    /(?<!\w)gh[opsur]_\w{20,}/, // GitHub
    /(?<!\w)github_pat_\w{20,}/,
    /(?<!\w)xox[abeoprs]-[\w-]{10,}/, // Slack
    /(?<!\w)AKIA[A-Z0-9]{16}(?!\w)/, // AWS
    /(?<!\w)AIza[\w-]{35}/, // Google
    /(?<!\w)[Bb]earer [\w.~+/-]{16,}/,
    /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  ]
    .map(({ source }) => source)
    .join("|"),
);

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
      if (!SHAPES.test(text) && !(isLiteral(text) && isCredential(key))) return;
      const message = `${named}: ${showPath(at, {})} holds a credential in clear, which Runtype gives back to whoever reads the flow: store it at Runtype as a secret, and write {{secret:${secretName(key)}}} in its place`;
      problems.push({ path: [...path, ...at], message, warning: true });
    },
  );
  return problems;
}

function isLiteral(text: string): boolean {
  return text !== UNKNOWN && text.trim() !== "" && !text.includes("{{");
}

function isCredential(key: string): boolean {
  const name = key.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
  return CREDENTIALS.test(name) && !NO_CREDENTIALS.test(name);
}

/** A key as Runtype's secrets are named: `OPENAI_API_KEY` of `openaiApiKey`. */
function secretName(key: string): string {
  const words = key.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? ["API", "KEY"];
  return words.join("_").toUpperCase();
}
