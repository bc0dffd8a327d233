import assert from "node:assert/strict";
import type { KapsoAccount } from "../../../provider/vendors/kapso/account";
import { findFlow, findFunction, findWorkflow } from "../../../provider/vendors/kapso/lookups";
import { type Emulator, startEmulator } from "../../../testing/src/emulator";
import { Bench } from "../../harness/bench";
import { Stack } from "../../harness/stack";
import { benched } from "./graph-world";

describe("lookups of Kapso", () => {
  let emulator: Emulator;
  let account: KapsoAccount;
  before(async () => {
    emulator = await startEmulator();
  });
  beforeEach(() => {
    emulator.edit({ vendor: "kapso", action: "createWorkflow", set: { name: "Order bot", slug: "orders" } });
    emulator.edit({ vendor: "kapso", action: "createFunction", set: { name: "Look up", slug: "look-up", code: "x" } });
    account = new Bench(benched, emulator).run().account as KapsoAccount;
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  it("find by name and by slug", async () => {
    assert.equal((await findWorkflow(account, { name: "Order bot" })).slug, "orders");
    assert.equal((await findWorkflow(account, { slug: "orders" })).name, "Order bot");
    assert.equal((await findFunction(account, { name: "Look up" })).slug, "look-up");
    assert.equal((await findFunction(account, { slug: "look-up" })).name, "Look up");
    assert.equal((await findFlow(account, "Order bot")).description, "");
  });

  it("by a slug: never find another one that has the name", async () => {
    await assert.rejects(
      findWorkflow(account, { name: "Order bot", slug: "other" }),
      /no Kapso workflow with the slug "other"/,
    );
    await assert.rejects(
      findFunction(account, { name: "Look up", slug: "other" }),
      /no Kapso function with the slug "other"/,
    );
  });

  it("without a name and a slug: say what is missing", async () => {
    await assert.rejects(findWorkflow(account, {}), /Say the `name` or the `slug`/);
  });

  it("of a graph whose nodes have no place yet: can be written down", async () => {
    const nodes = [
      { id: "start", position: null, data: { node_type: "start", config: {} } },
      { id: "bye", position: null, data: { node_type: "handoff", config: {} } },
    ];
    const program = { name: "placed", definition: { nodes, edges: [{ source: "start", target: "bye", label: null }] } };
    const stack = new Stack(new Bench(benched, emulator));
    await stack.up(program);
    await stack.refresh();
    emulator.clearJournal();
    await stack.up(program);
    assert.deepEqual(emulator.journal(), []);
  });
});
