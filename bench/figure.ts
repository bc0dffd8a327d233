/** One promise of the product, with what was measured of it. */
export type Figure = {
  readonly name: string;
  /** The largest value that keeps the promise. */
  readonly limit: number;
  readonly unit: "calls" | "bytes" | "MiB" | "ms" | "times";
} & (
  | {
      readonly measured: true;
      readonly value: number;
      /** What belongs to the value, such as its spread. */
      readonly note?: string;
    }
  | {
      readonly measured: false;
      /** Why it could not be measured. */
      readonly reason: string;
    }
);

type Verdict = "kept" | "MISSED" | "NOT MEASURED";

/** Whether a promise was kept. What was not measured is neither kept nor missed. */
export function verdictOf(figure: Figure): Verdict {
  if (!figure.measured) return "NOT MEASURED";
  return figure.value <= figure.limit ? "kept" : "MISSED";
}

/** The figures as rows of a table: figure, limit, value, verdict. */
export function figureTable(figures: readonly Figure[]): string[][] {
  return [
    ["Figure", "Limit", "Value", "Verdict"],
    ...figures.map((figure) => [
      figure.name,
      shown(figure.limit, figure.unit),
      figure.measured
        ? `${shown(figure.value, figure.unit, figure.limit)}${figure.note ? ` (${figure.note})` : ""}`
        : "none",
      figure.measured ? verdictOf(figure) : `${verdictOf(figure)}: ${figure.reason}`,
    ]),
  ];
}

/** What is to be said loudly: a line for each figure that was missed or not measured. */
export function complaints(figures: readonly Figure[]): string[] {
  return figures.flatMap((figure) => {
    const limit = `the limit is ${shown(figure.limit, figure.unit)}`;
    if (!figure.measured) return [`NOT MEASURED: ${figure.name} (${limit}): ${figure.reason}.`];
    if (verdictOf(figure) === "kept") return [];
    return [`MISSED: ${figure.name} is ${shown(figure.value, figure.unit, figure.limit)}, and ${limit}.`];
  });
}

/** The command's exit code: a missed promise fails where that was asked for. */
export function exitCodeOf(figures: readonly Figure[], check: boolean): number {
  return check && figures.some((figure) => verdictOf(figure) === "MISSED") ? 1 : 0;
}

/** A value rounded, but never so that a missed limit looks kept. */
function shown(value: number, unit: Figure["unit"], limit = value): string {
  const digits = unit === "times" || value < 10 ? 2 : 0;
  const rounded = Number(value.toFixed(digits));
  const exact = value > limit && rounded <= limit ? value : rounded;
  return unit === "times" ? `${exact} ×` : `${exact} ${unit}`;
}
