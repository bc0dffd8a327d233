/** A command of a page that is not played there. */
interface NotPlayed {
  readonly page: string;
  readonly command: string;
  readonly reason: string;
  /** The file that runs it, or what it runs, instead. */
  readonly runBy: string;
}

const CLONE = "it is the repository's own";
const SLOW = "it takes minutes";
const SERVER = "it takes a database server";

const listed = (page: string, reason: string, runBy: string, ...commands: string[]): NotPlayed[] =>
  commands.map((command) => ({ page, command, reason, runBy }));

/** All commands of pages that are not played. Every other one is. */
export const NOT_PLAYED: readonly NotPlayed[] = [
  ...listed("README.md", CLONE, "test/demo.test.ts", "npm ci && npm run demo"),
  ...listed("README.md", CLONE, ".ci/run", "npm ci && npm test"),
  ...listed("docs/guides/without-a-vendor.md", CLONE, ".ci/run", "npm run build"),
  ...listed(
    "docs/performance.md",
    SLOW,
    "test/bench.test.ts",
    "npm run bench",
    "npm run bench -- --check",
    "npm run bench --silent -- --json",
    "npm run bench -- --write",
  ),
  ...listed(
    "docs/many-machines.md",
    SERVER,
    "test/many-machines/postgres.test.ts",
    "export PULUMI_BACKEND_URL=postgres://pulumi@db.internal/pulumi PULUMI_CONFIG_PASSPHRASE=…",
    "export KAPSO_API_KEY=… KOSLI_API_TOKEN=… KOSLI_ORG=acme RUNTYPE_API_KEY=…",
    "npx ts-node index.ts preview",
    "npx ts-node index.ts up --at-once 4",
  ),
  ...listed("CONTRIBUTING.md", CLONE, ".ci/run", "npm ci", "npm test", "npm run check"),
  ...listed("CONTRIBUTING.md", CLONE, "test/demo.test.ts", "npm run demo"),
  ...listed("CONTRIBUTING.md", SLOW, "test/bench.test.ts", "npm run bench"),
  ...listed("CONTRIBUTING.md", CLONE, "test/site/site.test.ts", "npm run docs:site"),
  ...listed(
    "CONTRIBUTING.md",
    "it runs tests",
    ".mocharc.json",
    'npx mocha -g "rename:"',
    "npx mocha --no-config -r ts-node/register/transpile-only --extension ts test/types.test.ts",
    "npx mocha -g engines",
  ),
  ...listed(
    "CONTRIBUTING.md",
    SLOW,
    "test/chaos/chaos.test.ts",
    "npm run test:chaos -- --seed 7 --runs 200",
    "npm run test:chaos -- --seed 7 --path 14:0:6",
  ),
  ...listed("CONTRIBUTING.md", SLOW, "test/engine/engine.test.ts", "npm run test:engine -- --record"),
  ...listed(
    "CONTRIBUTING.md",
    SLOW,
    "test/crash/crash.test.ts",
    "npm run test:crash",
    "npm run test:crash -- --engine pulumi --sample 40",
    "npm run test:crash -- --at create/12",
  ),
  ...listed(
    "CONTRIBUTING.md",
    SLOW,
    "test/matrix.test.ts",
    "npm run test:matrix",
    "npm run test:matrix -- --node 24 --sdk latest --all",
    "npm run test:matrix -- --record",
  ),
  ...listed("CONTRIBUTING.md", "it asks npm's registry", "test/supply-chain/audit.test.ts", "npm run audit"),
  ...listed("CONTRIBUTING.md", CLONE, "test/supply-chain/bill-of-materials.test.ts", "npm run sbom"),
];
