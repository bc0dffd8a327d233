import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Scene } from "../conformance/scene";
import type { Subject } from "../conformance/subject";
import { subjects } from "../conformance/subjects";
import { assertGolden } from "../harness/golden";
import { type Duel, duelsOf } from "./duels";
import { alone, interleavings } from "./interleaving";
import { demandSeen, demandTold, isSilent, OUTCOMES, type Outcome, outcomeOf } from "./judge";

/** Fields of which a vendor does not tell what is there, so that nobody can see who changed them. */
const NEVER_TOLD: Readonly<Record<string, string>> = {
  "kosli:Flow.repoUrl": "Kosli changes it by itself: it is sent, and never compared.",
  "kapso:Function.secrets": "Kapso tells the names of a function's secrets, and never their values.",
};

/** Fields whose every value is a version of its own, which stays at the vendor. */
const VERSIONED: Readonly<Record<string, string>> = {
  "humanloop:Flow.attributes": "Other attributes are another version, and each stack has its own.",
};

/** Flow types whose writes the vendor refuses where somebody was there since the last look. */
const LOCKED = ["kapso:Workflow", "kapso:Function"];

const LONGEST = "longest window, in calls";

/** One meeting. */
interface Meeting {
  readonly duel: Duel;
  readonly before: string;
  readonly outcome: Outcome;
}

describe("two at once", function () {
  this.timeout(120_000);
  const totals: Record<string, Record<string, number>> = {};

  for (const subject of subjects.filter(({ vendor }) => vendor.name !== "toy")) {
    const { token } = subject.type;
    it(`two at once: ${token}: what somebody did before our first look, or after our last write, is never overwritten in silence`, async () => {
      const meetings = await meetingsOf(subject);
      const duels = [...new Set(meetings.map(({ duel }) => duel))];
      const of = (duel: Duel) => meetings.filter((each) => each.duel === duel);
      assertGolden(
        join(__dirname, "golden", `${token.replace(":", "-")}.json`),
        Object.fromEntries(
          duels.map((duel) => [duel.name, of(duel).map(({ before, outcome }) => `${before}: ${outcome}`)]),
        ),
      );
      for (const duel of duels) {
        const outcomes = of(duel).map(({ outcome }) => outcome);
        const [first, last] = [outcomes[0], outcomes.at(-1)];
        assert.ok(first && !isSilent(first), `${duel.name}: before our first look: ${first}`);
        assert.ok(last && !isSilent(last), `${duel.name}: after our last call: ${last}`);
      }
      const longest = Math.max(...duels.map((duel) => longestRun(of(duel).map(({ outcome }) => isSilent(outcome)))));
      if (LOCKED.includes(token)) assert.equal(longest, 0, "a lock leaves no window");
      const counts = Object.keys(OUTCOMES).map((each) => [
        each,
        meetings.filter(({ outcome }) => outcome === each).length,
      ]);
      totals[token] = { meetings: meetings.length, ...Object.fromEntries(counts), [LONGEST]: longest };
    });
  }

  it("the judge: sees what is overwritten, and who says so", async () => {
    const [subject] = subjects;
    assert.ok(subject);
    const meetings = await meetingsOf(subject, async (scene) =>
      (await duelsOf(scene))
        .filter(({ name }) => name === "description: two stacks")
        .map((duel) => ({
          ...duel,
          ours: { ...duel.ours, to: { ...("to" in duel.ours ? duel.ours.to : {}), onConflict: "overwrite" } },
        })),
    );
    assert.deepEqual(
      meetings.map(({ outcome }) => outcome),
      ["overwritten and told", "OVERWRITTEN", "theirs is refused", "theirs is refused"],
    );
  });

  it("two at once: so many meetings, and these windows", () => {
    const [first = {}] = Object.values(totals);
    const rows = Object.keys(first).map((row) => [
      row,
      ...Object.values(totals).map((each) => String(each[row] || "·")),
    ]);
    const heads = ["", ...Object.keys(totals)];
    const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
    for (const row of [heads, ...rows])
      console.log(
        `  ${row.map((cell, column) => (column ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[0] ?? 0))).join("  ")}`,
      );
    const total = Object.values(totals).reduce((sum, each) => sum + (each.meetings ?? 0), 0);
    console.log(`  ${total} meetings in total\n`);
    assertGolden(join(__dirname, "golden", "totals.json"), { ...totals, total });
    const lines = readFileSync(join(__dirname, "../../docs/how-it-works.md"), "utf8").split("\n");
    for (const [token, { [LONGEST]: longest }] of Object.entries(totals)) {
      const name = `\`${token.replace(":", ".")}\``;
      const told = lines.find(
        (line) =>
          line.startsWith("|") && line.split("|")[1]?.includes(name) && /^ \d+ $/.test(line.split("|")[2] ?? ""),
      );
      assert.equal(told?.split("|")[2]?.trim(), String(longest), `docs/how-it-works.md tells the window of ${token}`);
    }
  });
});

async function meetingsOf(subject: Subject, duelling = duelsOf): Promise<Meeting[]> {
  const [nature] = Object.values(subject.natures);
  assert.ok(nature);
  const world = await nature.open();
  const meetings: Meeting[] = [];
  try {
    const scene = new Scene(subject, nature.type ?? subject.type, world);
    for (const duel of await duelling(scene)) {
      const ours = await alone(scene, duel);
      for await (const played of interleavings(scene, duel)) {
        const outcome = excused(subject, duel, outcomeOf(duel, ours, played));
        meetings.push({ duel, before: played.before, outcome });
        try {
          demandTold(scene, duel, outcome, played);
          if (outcome === "OVERWRITTEN") await demandSeen(scene, duel, played);
        } catch (error) {
          throw new Error(`${duel.name}, before ${played.before}: ${String(error)}`, { cause: error });
        }
      }
    }
  } finally {
    await world.emulator.close();
  }
  return meetings;
}

/** What is no silent loss, since the vendor tells nothing, or keeps both. */
function excused({ type }: Subject, { about }: Duel, outcome: Outcome): Outcome {
  const field = `${type.token}.${about?.field}`;
  if (field in NEVER_TOLD && isSilent(outcome)) return "never told";
  return field in VERSIONED && (isSilent(outcome) || outcome === "theirs came last") ? "a version each" : outcome;
}

function longestRun(flags: readonly boolean[]): number {
  let longest = 0;
  let run = 0;
  for (const flag of flags) {
    run = flag ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
