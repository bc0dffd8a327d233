import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf } from "../lifecycle/errors";
import { CommandError, type Io } from "./io";

/**
 * The text of a file that the user names.
 *
 * @param what begins the message where it cannot be read: `The state`
 */
export function readText(file: string, what: string, { cwd }: Io): string {
  try {
    return readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    throw new CommandError(`${what} ${file} cannot be read: ${messageOf(error)}`);
  }
}

/**
 * The whole of standard input.
 *
 * @param missing what the message says where it is a terminal, from which nothing will come
 */
export async function pipedText(io: Io, missing: string): Promise<string> {
  const text = await io.stdin();
  if (text === undefined) throw new CommandError(missing);
  return text;
}

/**
 * What a text of JSON says that another program has written.
 *
 * @param source where the text is from
 * @param needed what it should have been, as a sentence
 * @param utf8 how Windows PowerShell, which writes UTF-16, can be made to write it
 */
export function jsonIn(text: string, source: string, needed: string, utf8: string): unknown {
  try {
    // Windows PowerShell marks the beginning of what it writes.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    // The parser's own words quote what it read, which may be a secret.
    const why = text.includes("\0")
      ? `this is UTF-16, as Windows PowerShell writes it: use ${utf8}`
      : text.trim() === ""
        ? "this is empty"
        : "this is no JSON";
    throw new CommandError(`${source}: ${why}. ${needed}`);
  }
}
