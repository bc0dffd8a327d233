import assert from "node:assert/strict";
import { Collection } from "../../testing/src/emulator/store";

describe("emulator: store", () => {
  it("store: the keys of a deleted row lead nowhere, also when its id comes back with others", () => {
    const rows = new Collection<{ id: string; name: string }>(({ name }) => [name]);
    rows.put({ id: "1", name: "old" });
    rows.delete("1");
    rows.put({ id: "1", name: "new" });
    assert.equal(rows.find("old"), undefined);
    assert.equal(rows.find("new")?.id, "1");
  });

  it("store: deleting counts as a change only where there was a row", () => {
    const rows = new Collection<{ id: string }>(({ id }) => [id]);
    rows.put({ id: "1" });
    rows.delete("2");
    assert.equal(rows.revision, 1);
    rows.delete("1");
    assert.equal(rows.revision, 2);
    assert.deepEqual(rows.all(), []);
  });
});
