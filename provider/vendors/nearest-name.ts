/** Names that differ by more letters are not mistaken for each other. */
const FARTHEST = 2;

/** The known name that a writer may have meant: with other letters, in camelCase, or as a part of it; `undefined` where none is near. */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  const bare = (name: string) => name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
  // What is much longer than every name is none of them, and is not compared letter by letter.
  const longest = Math.max(0, ...known.map((name) => name.length));
  if (written.length > 2 * longest) return undefined;
  const letters = bare(written);
  let nearest: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    const far = distance(letters, bare(name));
    // A short name is not recognised with two letters changed.
    if (far <= Math.min(FARTHEST, name.length / 3) && far < (nearest?.distance ?? Number.POSITIVE_INFINITY))
      nearest = { name, distance: far };
  }
  return nearest?.name ?? known.find((name) => isPart(written, name) || isPart(name, written));
}

/** Whether a name is one or several whole words at an end of another: `method` of `http_method`. */
function isPart(part: string, whole: string): boolean {
  return part !== "" && (whole.startsWith(`${part}_`) || whole.endsWith(`_${part}`));
}

/** How many letters must be changed, added, left out or swapped with their neighbour to make one text of the other. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > FARTHEST) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : changed;
      next.push(Math.min(changed, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
