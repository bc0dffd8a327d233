import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { keyings } from "../../provider/lifecycle/flow-type";
import { fromRegistered, toRegistered } from "../../provider/lifecycle/keyed";
import { keyedInOrder } from "../../provider/lifecycle/keyed-in-order";
import { isObject, UNKNOWN, type Values } from "../../provider/lifecycle/values";

const keying = keyedInOrder({ id: "id", name: "name", order: "order" });
const steps = z.array(z.looseObject({ name: z.string() })).register(keyings, keying);

interface Item {
  id?: string;
  name: string;
  text?: string;
}

/** Few names, so that they meet; among them those that look like numbered ones. */
const name = fc.constantFrom("Ask", "Ask #2", "Ask #2 #2", "Tell", "__proto__", "constructor");
const id = fc.constantFrom("Ask", "s1", "s2", "constructor");
const item: fc.Arbitrary<Item> = fc.record(
  { id, name, text: fc.string() },
  { requiredKeys: ["name"], noNullPrototype: true },
);
const items = fc
  .array(item, { maxLength: 8 })
  .filter((list) => new Set(list.flatMap((each) => each.id ?? [])).size === list.filter((each) => each.id).length);

function registered(list: unknown): Values {
  const map = toRegistered(steps, list);
  assert.ok(isObject(map), `not keyed: ${JSON.stringify(map)}`);
  return map;
}

describe("lists in order", () => {
  it("keyed in order: a list loses nothing on the way to a map and back, not even its order", () => {
    fc.assert(
      fc.property(items, (list) => {
        assert.deepEqual(fromRegistered(steps, registered(list)), list);
      }),
    );
  });

  it("keyed in order: the order of the map's keys has no meaning", () => {
    fc.assert(
      fc.property(items, (list) => {
        const shuffled = Object.fromEntries(Object.entries(registered(list)).reverse());
        assert.deepEqual(fromRegistered(steps, shuffled), list);
      }),
    );
  });

  it("keyed in order: an inserted item is one addition, and only its successor changes", () => {
    fc.assert(
      fc.property(items, fc.nat(8), (list, at) => {
        const longer = list.toSpliced(at, 0, { name: "Inserted" });
        const [before, after] = [registered(list), registered(longer)];
        const { Inserted: added, ...others } = after;
        assert.ok(isObject(added));
        assert.deepEqual(Object.keys(others).sort(), Object.keys(before).sort());
        const changed = Object.keys(others).filter((key) => !isSame(others[key], before[key]));
        assert.ok(changed.length <= 1, `changed: ${changed.join(", ")}`);
      }),
    );
  });

  it("keyed in order: an item with an id keeps its key when it is renamed, one without has its name as key", () => {
    const before = registered([{ id: "s1", name: "Ask" }, { name: "Tell" }]);
    assert.deepEqual(before, { s1: { name: "Ask" }, Tell: { after: "s1" } });
    const after = registered([{ id: "s1", name: "Inquire" }, { name: "Tell" }]);
    assert.deepEqual(after, { s1: { name: "Inquire" }, Tell: { after: "s1" } });
  });

  it("keyed in order: a second item of a name gets a number", () => {
    assert.deepEqual(registered([{ name: "Ask" }, { name: "Ask" }]), {
      Ask: {},
      "Ask #2": { name: "Ask", after: "Ask" },
    });
  });

  it("keyed in order: order numbers that agree with the list are left out", () => {
    const list = [
      { name: "Ask", order: 1 },
      { name: "Tell", order: 4 },
    ];
    assert.deepEqual(registered(list), { Ask: {}, Tell: { after: "Ask" } });
  });

  for (const [what, list] of [
    [
      "order numbers that disagree with the list",
      [
        { name: "Ask", order: 2 },
        { name: "Tell", order: 1 },
      ],
    ],
    [
      "an order number twice",
      [
        { name: "Ask", order: 1 },
        { name: "Tell", order: 1 },
      ],
    ],
    [
      "one id twice",
      [
        { id: "s", name: "Ask" },
        { id: "s", name: "Tell" },
      ],
    ],
    ["an id that is not known yet", [{ id: UNKNOWN, name: "Ask" }]],
    ["a name that is not known yet", [{ name: UNKNOWN }]],
    ["an item without a name", [{ id: "s" }]],
    ["an item that has a member called after", [{ name: "Ask", after: "Tell" }]],
    ["an id that looks like a numbered name", [{ id: "Ask #2", name: "Ask" }]],
    ["something that is no object", [{ name: "Ask" }, "Tell"]],
  ] as const) {
    it(`keyed in order: a list with ${what} is registered as written`, () => {
      assert.deepEqual(toRegistered(steps, list), list);
    });
  }

  for (const [what, map] of [
    ["two items at one place", { Ask: {}, Tell: { after: "Ask" }, Write: { after: "Ask" } }],
    ["an item after one that is gone", { Ask: {}, Tell: { after: "Write" } }],
    ["no first item", { Ask: { after: "Tell" }, Tell: { after: "Ask" } }],
  ] as const) {
    it(`keyed in order: a map with ${what} is no list`, () => {
      assert.deepEqual(fromRegistered(steps, map), map);
    });
  }
});

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
