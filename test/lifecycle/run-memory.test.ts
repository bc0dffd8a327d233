import assert from "node:assert/strict";
import { RunMemory } from "../../provider/lifecycle/run-memory";

/** A promise that is resolved from outside. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("run memory", () => {
  it("memory: holds what was told, and nothing else", () => {
    const memory = new RunMemory();
    memory.hold("kosli:Flow 1", "kosli:Flow acme/web");
    assert.equal(memory.holds("kosli:Flow 1"), true);
    assert.equal(memory.holds("kosli:Flow 2"), false);
  });

  it("memory: a key is held while what has it is known by it", () => {
    const memory = new RunMemory();
    memory.hold("kosli:Flow 1", "kosli:Flow acme/web");
    assert.equal(memory.holdsKey("kosli:Flow acme/web"), true);
    memory.hold("kosli:Flow 1", "kosli:Flow acme/shop");
    assert.deepEqual(
      ["web", "shop"].map((name) => memory.holdsKey(`kosli:Flow acme/${name}`)),
      [false, true],
    );
  });

  it("memory: what is gone holds nothing", () => {
    const memory = new RunMemory();
    memory.hold("kosli:Flow 1", "kosli:Flow acme/web");
    memory.release("kosli:Flow 1");
    assert.equal(memory.holds("kosli:Flow 1"), false);
    assert.equal(memory.holdsKey("kosli:Flow acme/web"), false);
  });

  it("memory: what a declared resource has since an earlier run is kept, and its key is nobody's", () => {
    const memory = new RunMemory();
    memory.declare("kosli:Flow acme/web");
    memory.keep("kosli:Flow 1", "kosli:Flow acme/web");
    assert.equal(memory.keeps("kosli:Flow 1"), true);
    assert.equal(memory.holds("kosli:Flow 1"), false);
    assert.equal(memory.holdsKey("kosli:Flow acme/web"), false);
    memory.release("kosli:Flow 1");
    assert.equal(memory.keeps("kosli:Flow 1"), false);
  });

  it("memory: what the program does not declare is not kept", () => {
    const memory = new RunMemory();
    memory.keep("kosli:Flow 1", "kosli:Flow acme/web");
    assert.equal(memory.keeps("kosli:Flow 1"), false);
  });

  it("memory: one run knows nothing of another", () => {
    new RunMemory().hold("kosli:Flow 1", "kosli:Flow acme/web");
    assert.equal(new RunMemory().holds("kosli:Flow 1"), false);
  });

  it("exclusively: what concerns one key runs one at a time, in the order of the calls", async () => {
    const memory = new RunMemory();
    const first = gate();
    const events: string[] = [];
    const a = memory.exclusively(["web"], async () => {
      events.push("a begins");
      await first.opened;
      events.push("a ends");
    });
    const b = memory.exclusively(["web"], async () => events.push("b"));
    const c = memory.exclusively(["web"], async () => events.push("c"));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(events, ["a begins"]);
    first.open();
    await Promise.all([a, b, c]);
    assert.deepEqual(events, ["a begins", "a ends", "b", "c"]);
  });

  it("exclusively: other keys do not wait", async () => {
    const memory = new RunMemory();
    const first = gate();
    const a = memory.exclusively(["web"], () => first.opened);
    assert.equal(await memory.exclusively(["api"], async () => "done"), "done");
    first.open();
    await a;
  });

  it("exclusively: a failure is the caller's own, and the next one runs", async () => {
    const memory = new RunMemory();
    const failing = memory.exclusively(["web"], async () => {
      throw new Error("no");
    });
    const next = memory.exclusively(["web"], async () => "done");
    await assert.rejects(failing, /^Error: no$/);
    assert.equal(await next, "done");
  });

  it("exclusively: what is called after all have ended runs at once", async () => {
    const memory = new RunMemory();
    await memory.exclusively(["web"], async () => undefined);
    assert.equal(await memory.exclusively(["web"], async () => "again"), "again");
  });
});
