import { createHash } from "node:crypto";

/** From so many characters on, at either end, a text tells a canary: vendors show keys by how they begin. */
const TELLING = 12;

/**
 * A text that stands nowhere else: its beginning and its end each tell which one it is, and what is between them must be
 * quoted and encoded, by each vendor in its own way.
 */
export function canaryOf(name: string): string {
  const [beginning, end] = ["begins", "ends"].map((part) =>
    createHash("sha256").update(`${name} ${part}`).digest("hex").slice(0, TELLING),
  );
  return `cnr${beginning}/+"~&=% of the ${name.replaceAll(/\W/g, "")}/&${end}`;
}

/** A canary that can stand in a header, as keys must. */
export function keyCanaryOf(name: string): string {
  return canaryOf(name).replaceAll(" ", "_");
}

/** Looks for canaries: by their beginning and by their end, as they are and encoded. */
export class Search {
  readonly #names = new Map<string, string>();
  readonly #pattern: RegExp;

  constructor(names: readonly string[]) {
    for (const name of names) for (const form of formsOf(canaryOf(name))) this.#names.set(form, name);
    // What canaries begin and end with holds no character that means something in a pattern, but for those of base64.
    const forms = [...this.#names.keys()].map((form) => form.replace(/[+/]/g, "\\$&"));
    this.#pattern = new RegExp(forms.join("|"), "g");
  }

  /** The names of the canaries in a text, each once. */
  in(text: string): string[] {
    return [...new Set([...text.matchAll(this.#pattern)].map(([form]) => this.#names.get(form) ?? form))].sort();
  }

  /** The lines of a text that hold a canary. */
  linesOf(text: string): string[] {
    return text.split("\n").filter((line) => this.in(line).length > 0);
  }
}

function formsOf(canary: string): string[] {
  return [canary.slice(0, TELLING), canary.slice(-TELLING)].flatMap(formsOfPart);
}

/** Quoted or in an address, a canary begins and ends as it does; in base64 that depends on what stands before the part. */
function formsOfPart(part: string): string[] {
  const shifted = [0, 1, 2].map((shift) => {
    const encoded = Buffer.from(`${" ".repeat(shift)}${part}`)
      .toString("base64")
      .replace(/=+$/, "");
    // The characters at the ends also carry bits of their neighbours.
    return encoded.slice(shift === 0 ? 0 : shift + 1, -1);
  });
  return [part, Buffer.from(part).toString("hex"), ...shifted];
}
