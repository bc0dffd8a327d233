import assert from "node:assert/strict";
import type { Values } from "../../provider/lifecycle/values";
import type { Subject } from "../conformance/subject";
import { played } from "./case";
import { type Declared, type Outcome, Stack, urnOf } from "./engine";
import { Arena } from "./play";
import { Witness } from "./witness";

/** A type whose resource is there or not, and does not only point at something. */
const owning = played.filter(({ type }) => type.onDuplicate !== "settles");

describe("stacks in one process", () => {
  let arena: Arena;
  let stack: Stack;
  let witness: Witness;

  before(async () => {
    arena = await Arena.open();
  });
  after(() => arena.close());

  beforeEach(() => {
    arena.emulator.reset();
    stack = new Stack();
    witness = new Witness(stack, arena.emulator, {});
  });

  const up = (...program: Declared[]) => stack.run(program, { operation: "up", url: arena.emulator.url });
  const declared = (subject: Subject, name: string, more: Values = {}): Declared => {
    return { subject, name, args: { ...subject.least, ...more } };
  };
  const demandDone = ({ failures }: Outcome) => assert.deepEqual(failures, []);
  const count = (subject: Subject) => witness.people(subject).objects().length;

  for (const subject of owning) {
    const { token } = subject.type;

    it(`hand-over: ${token}: nothing is deleted where the run that took it over was broken off before it ended`, async () => {
      const [first, second] = [declared(subject, "first"), declared(subject, "second", { adopt: true })];
      demandDone(await up(first));
      const before = count(subject);
      const wrong = declared(subject, "wrong", { unheardOf: true });
      const { failures } = await up(second, wrong);
      assert.equal(failures.length, 1);
      assert.deepEqual(stack.resources.map(({ urn }) => urn).sort(), [first, second].map(urnOf).sort());
      const done = await up(second);
      demandDone(done);
      assert.equal(done.warnings.filter((each) => each.includes("so it was not deleted")).length, 1);
      assert.equal(count(subject), before);
      assert.deepEqual(
        stack.resources.map(({ urn }) => urn),
        [urnOf(second)],
      );
      demandDone(await up());
      assert.equal(count(subject), before - 1);
    });

    it(`replacement: ${token}: what is replaced by force is deleted, although the program declares it`, async () => {
      const first = declared(subject, "first");
      demandDone(await up(first));
      const [before] = witness.people(subject).objects();
      const { url } = arena.emulator;
      const outcome = await stack.run([first], { operation: "up", url, targetReplace: [urnOf(first)] });
      const [after] = witness.people(subject).objects();
      // What only ends keeps its name, and is in the way.
      if (outcome.failures.length === 0) assert.notEqual(after?.identity, before?.identity);
      else assert.equal(after, undefined);
    });
  }

  it("repeat: a deployment whose first try got no answer and whose second was refused is in the state", async () => {
    const subject = played.find(({ type }) => type.token === "humanloop:FlowDeployment");
    assert.ok(subject);
    const match = { operation: "setFlowDeployment" };
    arena.emulator.faults([
      { match, when: "after", then: { truncate: true } },
      { match, when: "after", then: { status: 403 } },
    ]);
    demandDone(await up(declared(subject, "first")));
    assert.equal(count(subject), 1);
    assert.equal(stack.resources.length, 1);
    demandDone(await up());
    assert.equal(count(subject), 0);
  });
});
