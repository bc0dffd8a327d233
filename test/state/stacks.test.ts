import assert from "node:assert/strict";
import only from "lodash/pick";
import { pulumiVersion } from "../../scripts/engines";
import { OldStack, type Shape, shapesByStack } from "./old-stack";

const version = pulumiVersion();

/** What the state keeps of each flow that an update must not change. */
const identities = async (stack: OldStack) =>
  Object.fromEntries((await stack.flows()).map(({ urn, id }): [string, unknown] => [urn, id]).sort());

async function live(shapes: readonly Shape[], cli: string | undefined): Promise<void> {
  const stack = await OldStack.open(shapes, cli);
  try {
    const before = await identities(stack);
    assert.equal(Object.keys(before).length, shapes.flatMap(({ of }) => Object.keys(of.programs)).length);

    await stack.run("preview", { expectNoChanges: true });
    assert.deepEqual(await stack.run("refresh"), [], "a refresh wrote to a vendor");
    assert.deepEqual(await identities(stack), before);

    stack.declare((args, { change }) => ({ ...args, ...change }));
    await stack.run("up");
    assert.deepEqual(await identities(stack), before, "an update replaced something");
    for (const { urn, inputs, of } of await stack.flows()) {
      // What the program hides is hidden in the state.
      const shown = Object.keys(of.change).filter((field) => !urn.endsWith("::secret") || field !== of.secret?.[0]);
      assert.deepEqual(only(inputs, shown), only(of.change, shown), urn);
    }

    await stack.run("destroy");
    assert.deepEqual(await stack.flows(), []);
    assert.deepEqual(stack.alive(), []);
  } finally {
    await stack.close();
  }
}

describe("old stacks", function () {
  this.timeout(180_000);

  before(() => {
    if (!version)
      console.log(
        "    !!! There is no Pulumi CLI on PATH: old stacks live on the rehearsal only, NOT on the real engine.",
      );
  });

  for (const shapes of shapesByStack()) {
    const titles = shapes.map((shape) => `${shape.name}.v${shape.version}`).join(", ");

    it(`rehearsal: a stack with ${titles} shows no change, is refreshed, updated and destroyed`, () =>
      live(shapes, undefined));

    it(`pulumi: a stack with ${titles} shows no change, is refreshed, updated and destroyed`, function () {
      if (!version) this.skip();
      return live(shapes, version);
    });
  }
});
