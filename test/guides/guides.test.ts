import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { TypedModules } from "../harness/typed-modules";
import { findPulumi } from "../rehearsal/cli";
import { type CommandStep, changedModules, projectOf, readGuide, withOutputs } from "./guide";
import { type Player, play } from "./player";
import { twoAtOnce } from "./two-at-once";

const folder = resolve(__dirname, "../../docs/guides");

/** The guides that show commands. All that they show is tried; other pages beside them show none with their output. */
const TRIED = readdirSync(folder)
  .filter((file) => file.endsWith(".md") && /^```console$/m.test(readFileSync(join(folder, file), "utf8")))
  .sort();

/** The guide whose project all others begin with. */
const FIRST = "getting-started.md";

const project = projectOf(readGuide(join(folder, FIRST)));
const hasPulumi = findPulumi();

for (const player of ["the rehearsal", "the Pulumi CLI"] as const) {
  describe(`guides on ${player}`, function () {
    this.timeout(600_000);
    const guides = TRIED.map((file) => ({ file, path: join(folder, file), files: file === FIRST ? {} : project }));
    let plays: Promise<void>[];

    before(function () {
      if (player === "the Pulumi CLI" && !hasPulumi) {
        console.log(
          "    !!! There is no Pulumi CLI on PATH: what the guides show of its output was NOT compared with it.",
        );
        this.skip();
      }
      plays = twoAtOnce(
        guides.map(
          ({ path, files }) =>
            () =>
              tried(path, files, player),
        ),
      );
    });

    for (const [index, { file }] of guides.entries()) {
      it(`guides: every command of ${file} does what it shows`, async () => {
        await plays[index];
      });
    }
  });
}

describe("guides", function () {
  this.timeout(60_000);
  const texts = Object.assign({}, ...TRIED.map((file) => changedModules(readGuide(join(folder, file)))));
  let modules: TypedModules;

  before(() => {
    modules = new TypedModules(texts);
  });

  for (const module of Object.keys(texts)) {
    it(`guides: the program compiles after the change in ${module}`, () => {
      assert.deepEqual(modules.problems(module), []);
    });
  }
});

/** Plays a guide; with `UPDATE_GOLDEN=1` writes into it what was printed, where this player may. */
async function tried(path: string, files: Record<string, string>, player: Player): Promise<void> {
  const guide = readGuide(path);
  // The CLI's words are shown; without it only what other commands print can be written.
  const mayWrite = player === "the Pulumi CLI" || !hasPulumi;
  const all = mayWrite && Boolean(process.env.UPDATE_GOLDEN);
  const mismatches = await play(guide, player, { files, all });
  if (all) {
    const outputs = mismatches.filter(({ isShowable }) => isShowable);
    const written = new Map<CommandStep, readonly string[]>(outputs.map(({ step, printed }) => [step, printed]));
    writeFileSync(path, withOutputs(readFileSync(path, "utf8"), written));
  }
  const [first] = mismatches.filter(({ isShowable }) => !all || !isShowable);
  assert.ok(
    !first,
    first && `${guide.name}.md:${first.step.line} on ${player}: $ ${first.step.command}\n${first.what}`,
  );
}
