import { played } from "./case";
import { switchValues } from "./switch-values";

const stepKinds = [
  "declare",
  "change",
  "drop",
  "rewrite",
  "change back",
  "rename",
  "remove",
  "reorder",
  "rename logically",
  "overwrite",
  "person adds",
  "person edits",
  "both change",
  "person adds a key",
  "person deletes",
  "person ends",
  "up",
  "refresh",
  "replace",
  "destroy",
] as const;

/** What cases can meet, by kind. */
const known = {
  steps: stepKinds,
  "flow types": played.map(({ type }) => type.token),
  faults: ["429", "503", "500", "403", "reset", "truncate", "html", "hang", "delay"].flatMap((action) =>
    action === "429" || action === "403" ? [`before: ${action}`] : [`before: ${action}`, `after: ${action}`],
  ),
  switches: switchValues.map(({ name, value }) => `${name}=${String(value)}`),
  failures: ["collision", "conflict", "deletedOutside", "outcomeUnknown", "partial failure"],
  "ways on": ["adopt", "refresh", "overwrite"],
  endings: ["converged at once", "converged after messages"],
} as const;

/** What is counted. */
export type Counted = keyof typeof known;

/** How often cases met what they can meet, so that nobody takes doing nothing for a success. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  count(what: Counted, name: string, times = 1): void {
    const key = `${what}/${name}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + times);
  }

  of(what: Counted, name: string): number {
    return this.#counts.get(`${what}/${name}`) ?? 0;
  }

  /** What was met less often than this. */
  below(floors: Readonly<Partial<Record<Counted, number>>>): string[] {
    return Object.entries(known).flatMap(([what, names]) => {
      const kind = what as Counted;
      return names
        .filter((name) => this.of(kind, name) < (floors[kind] ?? 0))
        .map((name) => `${what}: ${name}: ${this.of(kind, name)}`);
    });
  }

  /** One line for each kind; of switches, which are many, the rarest. */
  lines(): string[] {
    return Object.entries(known).map(([what, names]) => {
      const counts = names.map((name) => ({ name, count: this.of(what as Counted, name) }));
      const rarest = [...counts].sort((a, b) => a.count - b.count).slice(0, 5);
      const shown = names.length > 30 ? rarest : counts;
      const more = names.length > 30 ? `${names.length} values, the rarest: ` : "";
      return `  ${what}: ${more}${shown.map(({ name, count }) => `${name} ${count}`).join(", ")}`;
    });
  }
}
