import assert from "node:assert/strict";
import fc from "fast-check";
import { diff } from "../../../provider/lifecycle/diff";
import type { FlowType } from "../../../provider/lifecycle/flow-type";
import { differingPaths, showPath } from "../../../provider/lifecycle/paths";
import { canonicalDefinition } from "../../../provider/vendors/kapso/definition/meaning";
import { workflow } from "../../../provider/vendors/kapso/workflow";
import { type Emulator, type KapsoSwitches, startEmulator } from "../../../testing/src/emulator";
import { Bench } from "../../harness/bench";
import { Stack } from "../../harness/stack";
import { type AnyGraph, answeredGraph, benched, graph } from "./graph-world";

/** What is unknown of Kapso's rewriting, each way. */
const NATURES: Readonly<Record<string, Partial<KapsoSwitches>>> = {
  "as documented": {},
  "merging configs, and filling in what nobody knows": { kapsoConfigWrite: "merged", kapsoFilled: "grown" },
  "filling in little, in the order sent": { kapsoFilled: "few", kapsoOrder: "sent", kapsoHeadersAsText: false },
  "keeping ids and names": { kapsoForeignIds: "kept", kapsoDisplayNames: "sent", kapsoCompulsoryTools: [] },
};

describe("Kapso graphs", () => {
  for (const [nature, switches] of Object.entries(NATURES)) {
    describe(nature, () => {
      let emulator: Emulator;
      before(async () => {
        emulator = await startEmulator({ switches });
      });
      after(() => emulator.close());

      it("any graph: what Kapso makes of it has no difference with what was sent", async () => {
        await fc.assert(
          fc.asyncProperty(graph, async (definition) => {
            emulator.reset();
            const stack = await upWith(emulator, definition);
            await stack.refresh();
            demandNone(stack, definition);
          }),
          { numRuns: 120 },
        );
      });

      it("any change of a graph: settles in one update, and leaves no difference", async () => {
        await fc.assert(
          fc.asyncProperty(graph, graph, async (first, second) => {
            emulator.reset();
            const stack = await upWith(emulator, first);
            const run = stack.bench.run();
            await stack.up({ name: "bot", definition: second }, { run });
            assert.deepEqual(run.log.at("warn"), []);
            await stack.refresh();
            demandNone(stack, second);
          }),
          { numRuns: 120 },
        );
      });

      it("a graph exported from the editor, in place of the one that was written: changes nothing at Kapso", async () => {
        await fc.assert(
          fc.asyncProperty(graph, async (definition) => {
            emulator.reset();
            const stack = await upWith(emulator, definition);
            const exported = await answeredGraph(emulator);
            emulator.clearJournal();
            await stack.up({ name: "bot", definition: exported });
            assert.deepEqual(
              emulator.journal().filter(({ wrote }) => wrote),
              [],
            );
            await stack.refresh();
            demandNone(stack, exported);
          }),
          { numRuns: 60 },
        );
      });
    });
  }
});

/** A stack that has brought this graph up, without a warning. */
async function upWith(emulator: Emulator, definition: AnyGraph): Promise<Stack> {
  const stack = new Stack(new Bench(benched, emulator));
  const run = stack.bench.run();
  await stack.up({ name: "bot", definition }, { run });
  assert.deepEqual(run.log.at("warn"), []);
  return stack;
}

function demandNone(stack: Stack, definition: AnyGraph): void {
  assert.deepEqual(different(stack, definition), []);
}

/** Where Pulumi would show a difference. */
function different(stack: Stack, definition: AnyGraph): string[] {
  const { inputs } = stack.bench.run().lifecycle.check({ name: "bot", definition, validate: "off" });
  const { definition: wanted, name } = inputs;
  const { changed } = diff(workflow as unknown as FlowType, stack.resource.state, { name, definition: wanted });
  const paths = differingPaths(canonicalDefinition(stack.resource.state.definition), canonicalDefinition(wanted), [
    "definition",
  ]);
  return [...changed, ...paths.map((path) => showPath(path, {}))];
}
