import escapeRegExp from "lodash/escapeRegExp";

/** Whether a line stands for others that are not shown. */
export function isLeftOut(line: string): boolean {
  return line.trim() === "…";
}

/** Whether lines are as they are shown, but for what is left out and for what differs from run to run. */
export function fits(shown: readonly string[], printed: readonly string[]): boolean {
  const pattern = shown.map((line) => (isLeftOut(line) ? "(?:.*\n)*?" : `${escapeRegExp(steady(line))}\n`));
  return new RegExp(`^${pattern.join("")}$`).test(printed.map((line) => `${steady(line)}\n`).join(""));
}

/** A line without what differs from run to run: durations, times, progress, spaces at its end. */
export function steady(line: string): string {
  return line
    .replace(/\(\d+(\.\d+)?s\)/g, "(0s)")
    .replace(/^Duration: .*/, "Duration: 1s")
    .replace(/\(\d+ms\)/g, "(0ms)")
    .replace(/^@ (\w+)\.+$/, "@ $1...")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "2026-01-01T00:00:00Z")
    .trimEnd();
}
