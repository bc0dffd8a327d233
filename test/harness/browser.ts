import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** What a test says that is skipped for want of a browser. */
export const NO_BROWSER = `none of ${NAMES.join(", ")} is on the PATH: pages are not looked at in a browser`;

/**
 * The Chromium on the `PATH`, without a window; `undefined` where there is none. Whoever opens it closes it. Its pages
 * reach nothing but files and this machine.
 */
export async function openBrowser(): Promise<Browser | undefined> {
  const executablePath = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
  if (!executablePath) return undefined;
  // A container mostly lets no process make namespaces, which Chromium's sandbox needs; the pages are our own.
  const args = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"];
  return chromium.launch({ executablePath, args });
}

/**
 * What keeps people from using a page, each with the rule and the places. The page must be of a context of its own.
 *
 * @param rules axe's ids of the rules to look at; default: all that axe looks at by itself
 */
export async function barriersOn(page: Page, rules?: readonly string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (rules ? axe.withRules([...rules]) : axe).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help}, at ${target.join(" ")}`),
  );
}
