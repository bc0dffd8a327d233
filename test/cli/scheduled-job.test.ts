import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const job = z
  .object({
    jobs: z.object({
      drift: z.object({
        "timeout-minutes": z.number(),
        steps: z.array(z.looseObject({ name: z.string().optional(), run: z.string().optional() })),
      }),
    }),
  })
  .parse(parse(readFileSync(resolve(__dirname, "../../examples/drift/github-actions.yml"), "utf8")));

/** The script of a step. */
function scriptOf(step: string): string {
  const script = job.jobs.drift.steps.find(({ name }) => name === step)?.run;
  assert.ok(script, step);
  return script;
}

describe("scheduled job", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-job-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the job where drift and the export end so, and an issue is open or not. */
  function runs(code: number, openIssue: string, exportCode = 0): { issue: string; ok: boolean } {
    const play = (name: string, script: string) => {
      writeFileSync(join(folder, name), `#!/bin/bash\n${script}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    play("pulumi", `echo "$@" > pulumi.called; echo "{}"; exit ${exportCode}`);
    play("npx", `echo "$@" > npx.called; cat > /dev/null; echo 'what was found'; exit ${code}`);
    play("gh", `if [ "$2" = list ]; then echo "${openIssue}"; else echo "$@" > gh.called; fi`);
    const environment = {
      PATH: `${folder}:${process.env.PATH}`,
      STACK: "acme/payments/prod",
      GITHUB_OUTPUT: join(folder, "output"),
    };
    // As the service runs them.
    const bash = (script: string, env = {}) =>
      spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
        cwd: folder,
        env: { ...environment, ...env },
        encoding: "utf8",
      });
    const look = bash(scriptOf("Look for drift"));
    assert.equal(look.status, 0, look.stderr);
    assert.match(look.stdout, /what was found/);
    const [, told = ""] = /^code=(\d+)$/m.exec(readFileSync(join(folder, "output"), "utf8")) ?? [];
    const tell = bash(scriptOf("Tell it in an issue"), { CODE: told });
    const called = join(folder, "gh.called");
    return { issue: existsSync(called) ? readFileSync(called, "utf8").trim() : "", ok: tell.status === 0 };
  }

  const told: [code: number, openIssue: string, issue: RegExp, ok: boolean, exportCode?: number][] = [
    [0, "", /^$/, true],
    [0, "7", /^issue close 7 /, true],
    [2, "", /^issue create .*have drifted --label drift --body-file body\.md$/, true],
    [2, "7", /^issue edit 7 --body-file body\.md$/, true],
    [1, "7", /^$/, false],
    // Not installed, killed, and without the whole state.
    [127, "7", /^$/, false],
    [137, "", /^$/, false],
    [0, "7", /^$/, false, 255],
  ];
  for (const [code, openIssue, issue, ok, exportCode = 0] of told)
    it(`scheduled job: an export that ends with ${exportCode} and drift with ${code} while ${openIssue ? "an" : "no"} issue is open`, () => {
      const found = runs(code, openIssue, exportCode);
      assert.match(found.issue, issue);
      assert.equal(found.ok, ok);
    });

  it("scheduled job: a vendor that hangs does not keep it", () => {
    assert.ok(job.jobs.drift["timeout-minutes"] <= 60);
  });

  it("scheduled job: the commands are called with options that they have", () => {
    runs(0, "");
    const [, called = ""] = readFileSync(join(folder, "npx.called"), "utf8").split("pulumi-flows");
    const options = called.match(/--[a-z-]+/g) ?? [];
    const help = readFileSync(resolve(__dirname, "../../provider/cli/drift.ts"), "utf8");
    assert.ok(options.length > 0);
    for (const option of options) assert.ok(help.includes(`  ${option} `), option);
    assert.match(readFileSync(join(folder, "pulumi.called"), "utf8"), /stack export .*--show-secrets/);
  });
});
