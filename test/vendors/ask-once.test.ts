import assert from "node:assert/strict";
import { askOnce } from "../../provider/vendors/ask-once";

describe("ask once", () => {
  it("ask once: all who ask, at once or later, share one answer", async () => {
    let asked = 0;
    const ask = askOnce(async () => ++asked);
    assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1]);
    assert.equal(await ask(), 1);
  });

  it("ask once: a failure reaches those who waited for it, and the next one asks again", async () => {
    let asked = 0;
    const ask = askOnce(async () => {
      asked += 1;
      if (asked === 1) throw new Error("busy");
      return asked;
    });
    const [one, other] = await Promise.allSettled([ask(), ask()]);
    assert.deepEqual([one?.status, other?.status], ["rejected", "rejected"]);
    assert.equal(await ask(), 2);
  });
});
