import assert from "node:assert/strict";
import { join } from "node:path";
import { allVendors } from "../../provider/vendors";
import { assertGolden } from "../harness/golden";
import { keyFieldOf } from "./subject";
import { subjects } from "./subjects";
import { conform } from "./suite";

describe("conformance", () => {
  for (const subject of subjects) {
    for (const [name, nature] of Object.entries(subject.natures)) {
      describe(`${subject.type.token} (${name})`, () => conform(subject, name, nature));
    }

    it(`subject: ${subject.type.token} says something of each of its fields`, () => {
      assert.deepEqual(Object.keys(subject.fields).sort(), Object.keys(subject.type.fields.shape).sort());
    });

    it(`subject: programs of ${subject.type.token} all have the name of the least one`, () => {
      const keyField = keyFieldOf(subject);
      for (const program of Object.values(subject.programs)) assert.equal(program[keyField], subject.least[keyField]);
    });
  }

  it("subject: every flow type has one", () => {
    const covered = subjects.map(({ type }) => type.token);
    const tokens = allVendors().flatMap(({ flowTypes }) => flowTypes.map(({ token }) => token));
    assert.deepEqual(
      tokens.filter((token) => !covered.includes(token)),
      [],
    );
  });

  it("waivers: these and no others", () => {
    assertGolden(
      join(__dirname, "waivers.golden.json"),
      Object.fromEntries(subjects.map(({ type, waivers }) => [type.token, waivers])),
    );
  });
});
