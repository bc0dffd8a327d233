import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import type { RehearsalResult } from "../../testing/src";
import { compiled, QUICK_START } from "../harness/compiled";
import { type CommandStep, changed, type Guide } from "./guide";
import { Shell } from "./shell";
import { fits } from "./shown";
import { untold } from "./told";

const root = resolve(__dirname, "../..");

/** Who runs `pulumi`. */
export type Player = "the rehearsal" | "the Pulumi CLI";

/** A command whose output is not what the guide shows. */
export interface Mismatch {
  readonly step: CommandStep;
  readonly what: string;
  /** What the guide would show. */
  readonly printed: readonly string[];
  /** Whether what is printed is what a guide shows: of a rehearsal it is not. */
  readonly isShowable: boolean;
}

/** How a guide is played. */
export interface PlayOptions {
  /** The files that are there before the guide begins. */
  readonly files: Readonly<Record<string, string>>;
  /** Go on after a mismatch. */
  readonly all?: boolean;
  /** What the reader's environment has as well. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the reader types where a command asks. */
  readonly answer?: string;
  /** Addresses that the guide shows, each with the one that is there instead. */
  readonly addresses?: Readonly<Record<string, string>>;
}

/** Where the emulator listens in the guides. */
const SHOWN_ADDRESS = "127.0.0.1:4010";

/** The folder that the guides are at home in. */
const FOLDER = "payments";

/** Goes through a guide in a folder of its own, as its reader does. Answers with the first mismatch, unless all are asked for. */
export async function play(
  guide: Guide,
  player: Player,
  { files, all = false, env = {}, answer = "", addresses = {} }: PlayOptions,
): Promise<Mismatch[]> {
  const home = mkdtempSync(join(tmpdir(), "pulumi-flows-guide-"));
  const folder = join(home, FOLDER);
  const bin = join(home, ".bin");
  const result = join(home, ".result");
  // The emulator listens where there is room, so that no other program can be in its way, and says where.
  let address = SHOWN_ADDRESS;
  mkdirSync(folder);
  mkdirSync(bin);
  // Where the played commands find the packages, and where a guide does that begins after `npm install`.
  installPackages(join(bin, "node_modules"));
  if (Object.keys(files).length > 0) symlinkSync(join(bin, "node_modules"), join(folder, "node_modules"), "dir");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  writeCommand(bin, "npm", "played-npm.ts");
  if (player === "the rehearsal") writeCommand(bin, "pulumi", "played-pulumi.ts");
  const shell = new Shell(folder, { ...environmentOf(home, bin, result), ...env }, { scratch: home, answer });
  const here = (text: string) =>
    Object.entries(addresses).reduce(
      (told, [shown, actual]) => told.replaceAll(shown, actual),
      text.replaceAll("--port 4010", "--port 0").replaceAll(SHOWN_ADDRESS, address),
    );
  const there = (text: string) => text.replaceAll(address, SHOWN_ADDRESS).replaceAll(home, "/home/you");
  const mismatches: Mismatch[] = [];
  try {
    for (const step of guide.steps) {
      if (step.kind !== "command") {
        const path = join(folder, step.path);
        const text = step.kind === "file" ? here(step.text) : changed(readFileSync(path, "utf8"), step);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
        continue;
      }
      rmSync(result, { force: true });
      const { code, output } = await shell.run(here(step.command));
      if (/ emulator\b.*&$/.test(step.command)) address = /(?<=^http:\/\/).+$/m.exec(output)?.[0] ?? address;
      const printed = there(output).trimEnd();
      const lines = printed === "" ? [] : printed.split("\n");
      const rehearsed: RehearsalResult | undefined = existsSync(result)
        ? JSON.parse(there(readFileSync(result, "utf8")))
        : undefined;
      const what = departure(step, code, lines, rehearsed);
      if (what === undefined) continue;
      mismatches.push({ step, what, printed: lines, isShowable: rehearsed === undefined });
      if (!all) break;
    }
    return mismatches;
  } finally {
    shell.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What is not as the guide shows it. A command fails where the guide shows an error, and nowhere else. */
function departure(
  { shown }: CommandStep,
  code: number,
  printed: readonly string[],
  rehearsed: RehearsalResult | undefined,
): string | undefined {
  const fails = shown.some((line) => /^\s*error: /.test(line));
  const all = printed.join("\n");
  if (fails !== (code !== 0)) return `it ended with ${code}, and printed:\n${all}`;
  if (rehearsed) {
    if (shown.length === 0) return `the guide shows nothing of what it prints:\n${all}`;
    const missing = untold(shown, rehearsed);
    return missing.length === 0
      ? undefined
      : `the rehearsal does not tell:\n${missing.join("\n")}\nIt printed:\n${all}`;
  }
  return fits(shown, printed) ? undefined : `the guide shows:\n${shown.join("\n")}\nIt printed:\n${all}`;
}

/**
 * What `npm install` leaves in a project. In this repository itself npm links no commands of its packages where they were not
 * built before it ran.
 */
function installPackages(folder: string): void {
  const link = (from: string, path: string) => symlinkSync(join(root, from), join(folder, path));
  mkdirSync(join(folder, ".bin"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules")))
    if (!name.startsWith(".")) link(join("node_modules", name), name);
  const own = ["", "testing"].flatMap((place) => {
    const { bin }: { bin: Record<string, string> } = JSON.parse(
      readFileSync(join(root, place, "package.json"), "utf8"),
    );
    return Object.entries(bin).map(([name, file]) => [name, join(place, file)] as const);
  });
  const others = readdirSync(join(root, "node_modules/.bin")).map(
    (name) => [name, join("node_modules/.bin", name)] as const,
  );
  for (const [name, file] of new Map([...others, ...own])) link(file, join(".bin", name));
}

function writeCommand(bin: string, name: string, source: string): void {
  writeFileSync(join(bin, `${name}.js`), compiled(join(__dirname, source)));
  writeFileSync(join(bin, name), `#!/bin/sh\nexec "${process.execPath}" "${join(bin, name)}.js" "$@"\n`, {
    mode: 0o755,
  });
}

function environmentOf(home: string, bin: string, result: string): NodeJS.ProcessEnv {
  const { PATH = "" } = process.env;
  return {
    PATH: [bin, dirname(process.execPath), PATH].join(delimiter),
    HOME: home,
    PULUMI_HOME: join(home, ".pulumi"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_BACKEND_URL: `file://${home}`,
    PULUMI_CONFIG_PASSPHRASE: "guide",
    // Types are checked by the tests, once.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    TS_NODE_TRANSPILE_ONLY: "true",
    ...QUICK_START,
    GIT_AUTHOR_NAME: "You",
    GIT_AUTHOR_EMAIL: "you@example.com",
    GIT_COMMITTER_NAME: "You",
    GIT_COMMITTER_EMAIL: "you@example.com",
    NPM_CONFIG_UPDATE_NOTIFIER: "false",
    NPM_CONFIG_OFFLINE: "true",
    GUIDE_RESULT: result,
    GUIDE_PACKAGES: join(bin, "node_modules"),
  };
}
