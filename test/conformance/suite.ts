import assert from "node:assert/strict";
import { accountRules } from "./rules/accounts";
import { keyRules } from "./rules/keys";
import { lifeRules } from "./rules/lives";
import { offlineRules } from "./rules/offline";
import { outsideRules } from "./rules/outside";
import { raceRules } from "./rules/races";
import { secretRules } from "./rules/secrets";
import { takingRules } from "./rules/taking";
import { Scene } from "./scene";
import { type Nature, type RuleName, ruleNames, type Subject, type Waiver, type World } from "./subject";

/** Declares one test of a rule: a sentence, and what must hold. `field` is what it is about, if it is about one. */
export type Declare = (
  rule: RuleName,
  sentence: string,
  body: (scene: Scene) => void | Promise<void>,
  field?: string,
) => void;

/** Declares the whole suite for one subject under one nature of its vendor. */
export function conform(subject: Subject, nature: string, { open, type = subject.type }: Nature): void {
  const used = new Set<Waiver>();
  const stated = new Set<RuleName>();
  const testedBefore = new Set<RuleName>();
  let world: World;

  before(async () => {
    world = await open();
  });
  afterEach(() => world.emulator.reset());
  after(() => world.emulator.close());

  const declare: Declare = (rule, sentence, body, field) => {
    stated.add(rule);
    const waiver = subject.waivers.find(
      (each) =>
        each.rule === rule &&
        (each.field === undefined || each.field === field) &&
        (each.nature === undefined || each.nature === nature),
    );
    const test = async () => body(new Scene(subject, type, world));
    if (waiver) used.add(waiver);
    else it(`${rule}: ${sentence}`, test);
  };
  // A preview asks no vendor: what it does is the same under each nature.
  const [first] = Object.keys(subject.natures);
  offlineRules(subject, nature === first ? declare : (rule) => testedBefore.add(rule));
  for (const rules of [lifeRules, keyRules, outsideRules, raceRules, accountRules, secretRules, takingRules]) {
    rules(subject, declare);
  }

  it("rules: each is tested, or waived where there is nothing to test", () => {
    const waived = subject.waivers.map(({ rule }) => rule);
    assert.deepEqual(
      ruleNames.filter((rule) => !stated.has(rule) && !testedBefore.has(rule) && !waived.includes(rule)),
      [],
    );
  });

  it("waivers: each waives something", () => {
    const idle = subject.waivers.filter(
      (each) => (each.nature ?? nature) === nature && stated.has(each.rule) && !used.has(each),
    );
    assert.deepEqual(idle, []);
  });
}
