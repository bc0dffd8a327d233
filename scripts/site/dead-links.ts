import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** Every link of the HTML pages in a folder that leads to no file of it, or to no place in its page. */
export function deadLinksIn(folder: string): string[] {
  const pages = new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".html"))
      .map((file) => [resolve(folder, file), readFileSync(join(folder, file), "utf8")]),
  );
  const anchors = new Map([...pages].map(([file, html]) => [file, new Set(attributes(html, "id"))]));
  return [...pages].flatMap(([file, html]) =>
    [...new Set([...attributes(html, "href"), ...attributes(html, "src")])]
      .filter((link) => !/^[a-z]+:/.test(link) && !leads(link, file, anchors))
      .map((link) => `${relative(folder, file)}: ${link}`),
  );
}

function leads(link: string, from: string, anchors: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? from : resolve(dirname(from), decodeURIComponent(path));
  if (!existsSync(file) || !statSync(file).isFile()) return false;
  // The pieces of a picture, and the top of a page.
  if (!anchor || !file.endsWith(".html")) return true;
  return anchors.get(file)?.has(decodeURIComponent(anchor)) ?? false;
}

function attributes(html: string, name: string): string[] {
  return [...html.matchAll(new RegExp(` ${name}="([^"]*)"`, "g"))].map(([, value = ""]) =>
    value.replaceAll("&amp;", "&").replaceAll("&quot;", '"'),
  );
}
