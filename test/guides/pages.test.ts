import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { vendors } from "../../provider/vendors";
import { type EmulatorOptions, type EmulatorState, startEmulator } from "../../testing/src";
import { DOCUMENTS, firstBlock, textOf } from "../harness/documents";
import { findPulumi } from "../rehearsal/cli";
import { type CommandStep, projectOf, readGuide } from "./guide";
import { NOT_PLAYED } from "./not-played";
import { commandsOf, presupposed } from "./pages";
import { type Player, play } from "./player";
import { twoAtOnce } from "./two-at-once";

const root = resolve(__dirname, "../..");
const FIRST = "docs/guides/getting-started.md";

/** Commands of pages, in a folder that has what the pages presuppose. */
interface Story {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly steps: readonly CommandStep[];
  /** The vendors whose addresses are in the environment. */
  readonly vendors: readonly string[];
  /** What else is in the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is at the vendors before, and how they are. */
  readonly emulator?: EmulatorOptions;
  /** What must have come of it at the vendors. */
  then?(state: EmulatorState): void;
}

/** The files of a folder of the repository, by their paths in it. */
function filesIn(folder: string, under = ""): Record<string, string> {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(join(root, folder).length + 1));
  return Object.fromEntries(
    paths
      .filter((path) => !/(^|\/)(node_modules|\.rehearsal)\//.test(path))
      .map((path) => [join(under, path), readFileSync(join(root, folder, path), "utf8")]),
  );
}

const project = projectOf(readGuide(join(root, FIRST)));
const withProgram = (page: string, more: Record<string, string> = {}) => ({
  ...project,
  ...more,
  "index.ts": firstBlock(page, "ts"),
});

const KOSLI_KEY = { KOSLI_API_TOKEN: "any-key", KOSLI_ORG: "acme" };
const { noEmit: _, ...usual } = JSON.parse(project["tsconfig.json"] ?? "").compilerOptions;
const unchecked = JSON.parse(firstBlock("docs/performance.md", "json"));
const inStack = presupposed("pulumi stack init dev");

const isListed = (page: string, { command }: CommandStep) =>
  NOT_PLAYED.some((each) => each.page === page && each.command === command);

/** The commands to be played, by page. */
const commands = new Map(DOCUMENTS.map((page) => [page, commandsOf(page).filter((each) => !isListed(page, each))]));
const of = (page: string) => commands.get(page) ?? [];

const [adopt, overwrite] = of("docs/how-it-works.md");
const [limit, ...compile] = of("docs/performance.md");
const [exported, ...imported] = of("docs/guides/export.md");

const BUILD = { org: "acme", name: "payments-build-dev" };
const EDIT = JSON.stringify({ vendor: "kosli", action: "update", ...BUILD, set: { description: "Mine" } });

/** The longest first. */
const STORIES: readonly Story[] = [
  {
    title: "an account, drawn and taken over",
    files: filesIn("examples/kapso"),
    vendors: ["kapso"],
    // Deployments are waited for in the tests of functions.
    emulator: { switches: { kapsoDeployReads: 0 } },
    steps: [
      inStack,
      ...["pulumi config set --secret kapso:apiKey", "pulumi config set --secret shopToken", "pulumi up"].map(
        presupposed,
      ),
      ...[...of("docs/guides/graph.md"), presupposed("grep -q 'What is its number' order-status.svg")],
      ...(exported ? [exported] : []),
      ...[presupposed("cd kapso-flows"), ...imported],
    ],
  },
  {
    title: "a program that is compiled before",
    files: withProgram(FIRST, {
      "Pulumi.yaml": firstBlock("docs/performance.md", "yaml"),
      "tsconfig.json": JSON.stringify({ compilerOptions: { ...usual, outDir: "bin", ...unchecked.compilerOptions } }),
    }),
    vendors: ["kosli"],
    env: KOSLI_KEY,
    steps: [inStack, ...compile],
  },
  {
    title: "the first flow of the README, limited, looked at and compared",
    files: withProgram("README.md"),
    vendors: ["kosli"],
    steps: [
      ...[inStack, ...of("README.md"), ...(limit ? [limit] : [])],
      ...[...of("docs/troubleshooting.md"), ...of("docs/guides/drift.md")],
    ],
  },
  ...["kosli", "kapso", "runtype", "humanloop"].map((vendor) => {
    const page = `docs/vendors/${vendor}.md`;
    return {
      title: page,
      files: withProgram(page, vendor === "kosli" ? filesIn("examples/kosli/templates", "templates") : {}),
      // Humanloop's page sets the address itself.
      vendors: vendor === "humanloop" ? [] : [vendor],
      emulator: { seed: { humanloop: { environments: [{ id: "env_staging", name: "staging" }] } } },
      steps: [inStack, ...of(page)],
    };
  }),
  {
    title: "decisions for one run, where a flow exists and where it was changed",
    files: withProgram(FIRST),
    vendors: ["kosli"],
    env: KOSLI_KEY,
    emulator: { seed: { kosli: { flows: [BUILD] } } },
    steps: [
      ...[inStack, ...(adopt ? [adopt] : [])],
      presupposed("sed -i.before 's/Builds/Builds and tests/' index.ts"),
      presupposed(`curl -sf $KOSLI_API_URL/__emulator/edit --json '${EDIT}'`),
      ...(overwrite ? [overwrite] : []),
    ],
    then({ kosli }) {
      const flows = kosli.flows.map(({ name, description }) => ({ name, description }));
      assert.deepEqual(flows, [{ name: BUILD.name, description: "Builds and tests the payments service" }]);
    },
  },
  {
    title: "a clone, without a vendor",
    files: filesIn("examples/kosli", "examples/kosli"),
    vendors: [],
    steps: [presupposed("ln -s $CLONE/testing testing"), ...of("docs/guides/without-a-vendor.md")],
  },
  {
    title: "the testing package",
    files: withProgram(FIRST, { "Pulumi.dev.yaml": "config:\n  kosli:org: acme\n" }),
    vendors: [],
    steps: of("testing/README.md"),
  },
];

function placeOf(step: CommandStep): string {
  const [page] = [...commands].find(([, steps]) => steps.includes(step)) ?? [];
  return page ? `${page}:${step.line}` : "what a page presupposes,";
}

/** The variables that lead a program to the emulator. */
function addressesOf(names: readonly string[], url: string): Record<string, string> {
  const variables = names.flatMap((name) => Object.values(vendors[name]?.().settings ?? {}));
  const addresses = variables.flatMap(({ variable }) => (variable?.endsWith("_API_URL") ? [variable] : []));
  return Object.fromEntries(addresses.map((variable) => [variable, url]));
}

async function told(story: Story, player: Player): Promise<void> {
  const { title, files, steps, env = {}, then } = story;
  const emulator = await startEmulator(story.emulator);
  try {
    const [mismatch] = await play({ path: "", name: title, title, steps }, player, {
      files,
      // The reader says yes where Pulumi asks whether to go on.
      env: { ...addressesOf(story.vendors, emulator.url), ...env, PULUMI_SKIP_CONFIRMATIONS: "true", CLONE: root },
      answer: "any-key",
      addresses: { "https://humanloop.example.com": emulator.url },
    });
    assert.ok(
      !mismatch,
      mismatch && `${placeOf(mismatch.step)} on ${player}: $ ${mismatch.step.command}\n${mismatch.what}`,
    );
    then?.(emulator.state());
  } finally {
    await emulator.close();
  }
}

for (const player of ["the rehearsal", "the Pulumi CLI"] as const) {
  describe(`commands of pages on ${player}`, function () {
    this.timeout(600_000);
    let plays: Promise<void>[];

    before(function () {
      if (player === "the Pulumi CLI" && !findPulumi()) {
        console.log("    !!! There is no Pulumi CLI on PATH: the commands of pages were NOT tried with it.");
        this.skip();
      }
      plays = twoAtOnce(STORIES.map((story) => () => told(story, player)));
    });

    for (const [index, { title }] of STORIES.entries()) {
      it(`pages: every command works as it is written: ${title}`, async () => {
        await plays[index];
      });
    }
  });
}

describe("commands of pages", () => {
  it("pages: every command is played, or listed with the reason and with what runs it", () => {
    const played = new Set(STORIES.flatMap(({ steps }) => steps));
    const left = [...commands].flatMap(([page, steps]) =>
      steps.filter((step) => !played.has(step)).map(({ line, command }) => `${page}:${line} ${command}`),
    );
    assert.deepEqual(left, []);
  });

  it("pages: what is listed as not played stands in its page, and what runs it exists", () => {
    for (const { page, command, runBy } of NOT_PLAYED) {
      assert.ok(
        commandsOf(page).some((step) => step.command === command),
        `${page} has no command \`${command}\``,
      );
      assert.ok(existsSync(join(root, runBy)), `${page}: ${command} is run by ${runBy}, which is not there`);
    }
  });

  it("pages: the tests that are named in commands exist", () => {
    const tests = Object.entries(filesIn("test")).filter(([path]) => path.endsWith(".test.ts"));
    for (const { page, command } of NOT_PLAYED) {
      const [file] = /\S+\.test\.ts/.exec(command) ?? [];
      if (file) assert.ok(existsSync(join(root, file)), `${page}: there is no ${file}`);
      const [, words] = / -g "?([^"]+)"?$/.exec(command) ?? [];
      if (words)
        assert.ok(
          tests.some(([, text]) => text.includes(words)),
          `${page}: no test says ${words}`,
        );
    }
  });

  it("pages: no command stands in a block where it is not looked for", () => {
    const strange = DOCUMENTS.flatMap((page) =>
      [...textOf(page).matchAll(/^(?:[ \t]+```bash|[ \t]*```(?:sh|shell|zsh|powershell)\b).*$/gm)].map(
        ([block]) => `${page}: ${block.trim()}`,
      ),
    );
    assert.deepEqual(strange, []);
  });

  it("pages: every setting of a vendor that a page says to set is one", () => {
    const named = DOCUMENTS.flatMap((page) =>
      [...textOf(page).matchAll(/pulumi config set (?:--secret )?(\w+):(\w+)/g)].map(([, vendor = "", name = ""]) => ({
        page,
        vendor,
        name,
      })),
    );
    assert.ok(named.length > 0);
    for (const { page, vendor, name } of named) {
      const settings = vendors[vendor]?.().settings ?? {};
      assert.ok(name in settings, `${page}: ${vendor}:${name} is no setting`);
    }
  });
});
