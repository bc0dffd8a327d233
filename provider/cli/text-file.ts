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
