import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { previewOf } from "./previews";

const root = resolve(__dirname, "../../..");

const job = z
  .object({
    jobs: z.object({
      review: z.object({
        if: z.string(),
        "timeout-minutes": z.number(),
        env: z.record(z.string(), z.string()),
        steps: z.array(
          z.looseObject({
            name: z.string().optional(),
            id: z.string().optional(),
            uses: z.string().optional(),
            with: z.record(z.string(), z.unknown()).optional(),
            if: z.string().optional(),
            run: z.string().optional(),
            env: z.record(z.string(), z.string()).optional(),
          }),
        ),
      }),
    }),
  })
  .parse(parse(readFileSync(join(root, "examples/review/github-actions.yml"), "utf8"))).jobs.review;

function stepNamed(step: string) {
  return job.steps.find(({ name }) => name === step) ?? assert.fail(step);
}

function scriptOf(step: string): string {
  return stepNamed(step).run ?? assert.fail(step);
}

const RUN = "https://github.example/acme/payments/actions/runs/1";
const PAGE = `${RUN}/artifacts/2`;

describe("review job", function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-review-job-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "");

  const play = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/bash\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };

  /** Runs a step as the service does. */
  const bash = (step: string, env = {}) =>
    spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", scriptOf(step)], {
      cwd: folder,
      env: {
        PATH: `${folder}:${process.env.PATH}`,
        STACKS: "acme/payments/dev acme/payments/prod",
        COMMENTS: "repos/acme/payments/issues",
        NUMBER: "7",
        RUN,
        GITHUB_OUTPUT: join(folder, "output"),
        ...env,
      },
      encoding: "utf8",
    });

  const failed = () => /^failed=(.*)$/m.exec(read("output"))?.[1] ?? "";

  const tells = (page: string, comment = "") => {
    play("gh", `if [[ "$*" == *--paginate* ]]; then echo "${comment}"; else echo "$@" >> gh.called; fi`);
    const told = bash("Tell it in a comment", { PAGE: page });
    assert.equal(told.status, 0, told.stderr);
    return read("gh.called").trim();
  };

  /** Runs the job where previews and the review end so, the page is uploaded or not, and a comment is there or not. */
  function runs({ preview = 0, review = 0, writes = true, page = PAGE, comment = "" }) {
    play("pulumi", `echo "$@" >> pulumi.called; echo '{}'; exit ${preview}`);
    play("npx", `echo "$@" >> npx.called; ${writes ? "echo '### Flows' > review.md" : ""}; exit ${review}`);
    const reviewed = bash("Preview and review");
    assert.equal(reviewed.status, 0, reviewed.stderr);
    const told = tells(page, comment);
    return { ok: bash("Fail where a preview has failed", { FAILED: failed() }).status === 0, told };
  }

  it("review job: previews every stack, reviews all of them as one page, and comments", () => {
    const { ok, told } = runs({});
    assert.ok(ok);
    assert.deepEqual(read("pulumi.called").trim().split("\n"), [
      "preview --stack acme/payments/dev --refresh --show-sames --json",
      "preview --stack acme/payments/prod --refresh --show-sames --json",
    ]);
    assert.equal(
      read("npx.called").trim(),
      "--no-install pulumi-flows review --preview preview-acme+payments+dev.json --preview preview-acme+payments+prod.json --out review.html --summary review.md --force",
    );
    assert.equal(told, "api --silent repos/acme/payments/issues/7/comments --field body=@body.md");
    assert.equal(
      read("body.md"),
      `<!-- review of flows -->\n### Flows\n\n[The page with graphs and texts](${PAGE}) is an artifact of [this run](${RUN}).\n`,
    );
  });

  it("review job: keeps the comment that it has, and no other", () => {
    assert.equal(
      runs({ comment: "4711" }).told,
      "api --silent --method PATCH repos/acme/payments/issues/comments/4711 --field body=@body.md",
    );
    assert.match(scriptOf("Tell it in a comment"), /startswith\(\\"\$mark\\"\)/);
  });

  it("review job: where a preview or the review fails it comments all the same, and fails", () => {
    assert.equal(runs({ preview: 1 }).ok, false);
    // Also where the page cannot tell it, as of what a policy forbids.
    assert.equal(
      read("body.md").split("\n\n[")[0],
      "<!-- review of flows -->\n**The preview of `acme/payments/dev` has failed.**\n\n**The preview of `acme/payments/prod` has failed.**\n\n### Flows",
    );
    rmSync(join(folder, "failed.md"));
    assert.equal(runs({ review: 1 }).ok, false);
    assert.match(read("body.md"), /^<!-- review of flows -->\n### Flows/);
    rmSync(join(folder, "review.md"));
    assert.equal(runs({ review: 1, writes: false, page: "" }).ok, false);
    assert.equal(
      read("body.md"),
      `<!-- review of flows -->\nThe flows of this pull request could not be reviewed.\n\nThere is no page: see [this run](${RUN}).\n`,
    );
  });

  it("review job: names the page only where it was uploaded", () => {
    const upload = job.steps.find(({ uses }) => uses?.startsWith("actions/upload-artifact@"));
    assert.equal(stepNamed("Tell it in a comment").env?.PAGE, `\${{ steps.${upload?.id}.outputs.artifact-url }}`);
    runs({ page: "" });
    assert.equal(read("body.md"), `<!-- review of flows -->\n### Flows\n\nThere is no page: see [this run](${RUN}).\n`);
  });

  it("review job: comments and fails also where any step before has failed", () => {
    for (const name of ["Tell it in a comment", "Fail where a preview has failed"])
      assert.equal(stepNamed(name).if, `\${{ !cancelled() }}`);
    tells("");
    assert.match(read("body.md"), /could not be reviewed/);
    assert.notEqual(bash("Fail where a preview has failed", { FAILED: "" }).status, 0);
  });

  it("review job: a stack that cannot be previewed at all is named, and the others are reviewed", () => {
    const preview = previewOf([
      { token: "kosli:Flow", name: "web", after: { name: "web", org: "acme", description: "Ships the shop" } },
    ]);
    writeFileSync(join(folder, "dev.json"), preview);
    play(
      "pulumi",
      `if [[ "$*" == *"--stack acme/payments/dev "* ]]; then cat dev.json; else echo "error: no stack named 'prod' found" >&2; exit 6; fi`,
    );
    play(
      "npx",
      `shift 2; exec ${JSON.stringify(process.execPath)} ${JSON.stringify(join(root, "dist/cli/bin.js"))} "$@"`,
    );
    const reviewed = bash("Preview and review");
    assert.equal(reviewed.status, 0, reviewed.stderr);
    assert.equal(failed(), "1");
    for (const file of ["review.html", "review.md"]) {
      assert.match(read(file), /Ships the shop/, `${file}: ${reviewed.stderr}`);
      assert.match(read(file), /preview-acme\+payments\+prod\.json/);
      assert.match(read(file), /The preview failed/);
    }
  });

  it("review job: stacks with alike names have files of their own", () => {
    play("pulumi", `echo '{}'`);
    play("npx", `echo "$@" >> npx.called`);
    bash("Preview and review", { STACKS: "acme/shop-eu/dev acme/shop/eu-dev" });
    assert.match(
      read("npx.called"),
      /--preview preview-acme\+shop-eu\+dev\.json --preview preview-acme\+shop\+eu-dev\.json/,
    );
  });

  it("review job: no step has a token that it does not need, and none tells what another run has left", () => {
    const holds = (env: Record<string, string> = {}) =>
      Object.values(env).some((each) => /secrets\.|github\.token/.test(each));
    assert.ok(!holds(job.env));
    assert.deepEqual(
      job.steps.filter(({ env }) => holds(env)).map(({ name }) => name),
      ["Preview and review", "Tell it in a comment"],
    );
    const [checkout, clean] = job.steps;
    assert.equal(checkout?.with?.["persist-credentials"], false);
    const written = [
      ...job.steps
        .map(({ run = "" }) => run)
        .join("\n")
        .matchAll(/(?:>>? |--out |--summary )(\w+\.\w+)/g),
    ].map(([, file]) => file);
    const read = [...scriptOf("Tell it in a comment").matchAll(/cat (\S+\.md)/g)].map(([, file = ""]) => file);
    assert.deepEqual(read, ["failed.md", "review.md"]);
    for (const file of read) assert.ok(written.includes(file) && clean?.run?.split(" ").includes(file), file);
  });

  it("review job: gives forks and Dependabot nothing, and ends in time", () => {
    assert.equal(
      job.if,
      "github.event.pull_request.head.repo.full_name == github.repository && github.event.pull_request.user.login != 'dependabot[bot]'",
    );
    assert.ok(job["timeout-minutes"] <= 60);
  });
});
