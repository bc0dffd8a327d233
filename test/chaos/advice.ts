/** What messages told a user to do. */
export interface Advice {
  /** What to name in `PULUMI_FLOWS_ADOPT`. */
  readonly adopts: readonly string[];
  /** Those of them of which it is not known whether a creation has made them. */
  readonly madePerhaps: readonly string[];
  /** Messages with no other way on than another name. */
  readonly renames: readonly string[];
  /** Messages about what is to be forgotten, if it is really gone. */
  readonly forgets: readonly string[];
  readonly refreshes: boolean;
  readonly overwrites: boolean;
}

/** Reads the commands in messages, as a user copies them. */
export function adviceOf(messages: readonly string[]): Advice {
  const adopts = (message: string) =>
    [...message.matchAll(/`PULUMI_FLOWS_ADOPT=('(?:[^']|'\\'')*'|[^\s']+) pulumi up`/g)].map(([, word = ""]) =>
      word.replace(/^'(.*)'$/, "$1").replaceAll("'\\''", "'"),
    );
  return {
    adopts: messages.flatMap(adopts),
    madePerhaps: messages.filter((message) => /It is not known whether/.test(message)).flatMap(adopts),
    renames: messages.filter(
      (message) => /another name|choose another/i.test(message) && !/PULUMI_FLOWS_|--refresh/.test(message),
    ),
    forgets: messages.filter((message) => /really gone, .*`pulumi state delete`/.test(message)),
    refreshes: messages.some((message) => message.includes("pulumi up --refresh`")),
    overwrites: messages.some((message) => message.includes("`PULUMI_FLOWS_ON_CONFLICT=overwrite pulumi up`")),
  };
}
