import { HIDDEN } from "./secrets";
import { isObject, UNKNOWN } from "./values";

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

/** Whether a text holds a credential, by its shape. */
export function holdsCredential(text: string): boolean {
  return SHAPES.test(text);
}

/** Whether a text stands for itself, and not for what a vendor fills in. */
export function isLiteral(text: string): boolean {
  return text !== UNKNOWN && text.trim() !== "" && !text.includes("{{");
}

/** Whether what has this name is a credential. */
export function isCredential(key: string): boolean {
  const name = key.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
  return CREDENTIALS.test(name) && !NO_CREDENTIALS.test(name);
}

const everyShape = new RegExp(SHAPES, "g");

/** A text without what looks like a credential. */
export function textWithoutCredentials(text: string): string {
  return text.replace(everyShape, HIDDEN);
}

/**
 * A copy of a value without what looks like a credential, or is a request's header, though nobody calls it a secret: for
 * pictures, which are shown to many.
 */
export function withoutCredentials(value: unknown, key = ""): unknown {
  if (typeof value === "string") {
    const isHidden = isLiteral(value) && (isCredential(key) || key === HEADERS);
    return isHidden ? HIDDEN : textWithoutCredentials(value);
  }
  const keyOf = (inner: string) => (key === HEADERS ? HEADERS : inner);
  if (Array.isArray(value)) return value.map((item) => withoutCredentials(item, key));
  if (!isObject(value)) return value;
  // What has a name at a vendor may be the key of a map here.
  return Object.fromEntries(
    Object.entries(value).map(([inner, member]) => [
      textWithoutCredentials(inner),
      withoutCredentials(member, keyOf(inner)),
    ]),
  );
}

/** What vendors call the headers of requests. */
const HEADERS = "headers";
