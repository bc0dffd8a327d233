/** A request path: constant parts as written, values encoded so that each stays one segment. */
export class Path {
  constructor(
    /** The encoded path, beginning with a slash. */
    readonly text: string,
  ) {}
}

/** Half of a character, which has no encoding. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Builds a path: `` path`/flows/${org}/${name}` ``.
 *
 * @throws RangeError for a value that would change the path's shape (empty, `.` or `..`) or that cannot be encoded
 */
export function path(constants: TemplateStringsArray, ...values: readonly string[]): Path {
  const encoded = values.map((value, index) => {
    const place = `cannot stand in a path after "${constants[index]}"`;
    if (value === "" || value === "." || value === "..") throw new RangeError(`"${value}" ${place}`);
    // JSON writes what cannot be shown by its number.
    if (LONE_SURROGATE.test(value))
      throw new RangeError(`${JSON.stringify(value)} holds half of a character, and ${place}`);
    return encodeURIComponent(value);
  });
  return new Path(String.raw({ raw: constants }, ...encoded));
}
