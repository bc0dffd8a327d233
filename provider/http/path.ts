/** A request path: constant parts as written, values encoded so that each stays one segment. */
export class Path {
  constructor(
    /** The encoded path, beginning with a slash. */
    readonly text: string,
  ) {}
}

/**
 * Builds a path: `` path`/flows/${org}/${name}` ``.
 *
 * @throws RangeError for a value that would change the path's shape: empty, `.` or `..`
 */
export function path(constants: TemplateStringsArray, ...values: readonly string[]): Path {
  const encoded = values.map((value) => {
    if (value === "" || value === "." || value === "..") {
      throw new RangeError(`"${value}" cannot stand in a path after "${constants[0]}"`);
    }
    return encodeURIComponent(value);
  });
  return new Path(String.raw({ raw: constants }, ...encoded));
}
