import assert from "node:assert/strict";
import { listedTypes } from "../../provider/cli/unmanaged";
import type { Values } from "../../provider/lifecycle/values";
import { allVendors } from "../../provider/vendors";
import { fieldsOf, programsOf } from "../conformance/scene";
import { subjects } from "../conformance/subjects";
import { drift, flowOf, listOf, providerOf, within } from "./drifting";
import { exported, jsonOf, run } from "./exported-state";

const shipped = subjects.filter(({ vendor }) => vendor.name !== "toy");

describe("drift", function () {
  this.timeout(60_000);

  for (const subject of shipped) {
    const { token } = subject.type;

    it(`drift: ${token}: nothing is told of what nobody touched, and the exit code is 0`, () =>
      within(subject, async (scene) => {
        for (const [what, program] of programsOf(subject)) {
          const stack = await scene.created(program);
          const told = await drift(scene, exported([providerOf(subject, scene.world)], [flowOf(subject, stack)]));
          assert.deepEqual(told, { code: 0, stdout: "1 flow compared: no drift.\n", stderr: told.stderr }, what);
          scene.world.emulator.reset();
        }
      }));

    it(`drift: ${token}: what somebody changed is told with its place and both values, and the exit code is 2`, () =>
      within(subject, async (scene) => {
        for (const { name, program, rules, neverSent, theirs } of fieldsOf(subject)) {
          const isUntouchable = subject.waivers.some((each) => each.rule === "changed outside" && each.field === name);
          if (neverSent || rules.writeOnly || theirs === undefined || isUntouchable) continue;
          const stack = await scene.created(program);
          scene.world.edit(scene.only.identity, name, theirs);
          const state = () => exported([providerOf(subject, scene.world)], [flowOf(subject, stack)]);
          const told = await drift(scene, state(), "--json");
          assert.equal(told.code, 2, told.stdout + told.stderr);
          const [drifted] = listOf(jsonOf(told), "drifted");
          const [first = {}] = listOf(drifted ?? {}, "differences");
          assert.ok(String(first.path).startsWith(name), told.stdout);
          assert.ok("expected" in first || "found" in first);
          const text = await drift(scene, state());
          assert.equal(text.code, 2);
          assert.ok(text.stdout.includes(String(first.path).slice(0, 190)), text.stdout);
          scene.world.emulator.reset();
        }
      }));

    it(`drift: ${token}: with the key of another account it is an error, never a flow that is gone`, () =>
      within(subject, async (scene) => {
        const stack = await scene.created(subject.least);
        for (const [what, other] of Object.entries(scene.world.otherAccounts)) {
          const provider = providerOf(subject, scene.world, { settings: other() });
          const told = await drift(scene, exported([provider], [flowOf(subject, stack)]), "--json");
          assert.equal(told.code, 1, `${what}: ${told.stdout}`);
          assert.equal(jsonOf(told).result, "error");
          assert.deepEqual(jsonOf(told).drifted, []);
          assert.equal(listOf(jsonOf(told), "failed").length, 1);
        }
      }));

    it(`drift: ${token}: --unmanaged lists what no state declares, and nothing that one declares`, () =>
      within(subject, async (scene) => {
        const stack = await scene.created(subject.least);
        const provider = providerOf(subject, scene.world);
        const none = await drift(scene, exported([provider], []), "--unmanaged", "--json");
        const isIt = ({ type, id }: Values) =>
          id === stack.resource.id && String(type).split(":")[0] === subject.vendor.name;
        // A setting of a flow is none, and its flow is there.
        const isSetting = subject.type.onDuplicate === "settles";
        assert.equal(
          listOf(jsonOf(none), "unmanaged").some(({ type }) => type === token),
          !isSetting && !subject.type.records,
        );
        if (!isSetting) assert.ok(listOf(jsonOf(none), "unmanaged").some(isIt), none.stdout);
        assert.equal(none.code, 2, none.stdout);
        const all = await drift(scene, exported([provider], [flowOf(subject, stack)]), "--unmanaged", "--json");
        const records = subject.type.records ?? token;
        assert.deepEqual(
          listOf(jsonOf(all), "unmanaged").filter((each) => isIt(each) && each.type === records),
          [],
        );
      }));
  }

  const malformed: [what: string, stdin: string, told: RegExp][] = [
    ["empty input", " \n", /Standard input is empty/],
    ["no JSON", "hush-hush: 1", /this is no JSON/],
    ["UTF-16, as Windows PowerShell writes it", "\ufffd\ufffd{\0", /this is UTF-16.*`pulumi stack export --file /],
    ["another JSON", '{"steps":[]}', /this is no exported state/],
    ["a checkpoint of a backend", '{"version":3,"checkpoint":{}}', /no exported state.*`pulumi stack export`/],
    ["a newer version", '{"version":5,"deployment":{}}', /version 5.*install a newer one/],
    ["an older version", '{"version":2,"deployment":{}}', /version 2: export it with a newer Pulumi CLI/],
    [
      "resources of another shape",
      '{"version":3,"deployment":{"resources":[{"urn":1}]}}',
      /malformed at deployment\.resources\.0\.urn/,
    ],
  ];
  for (const [what, stdin, words] of malformed)
    it(`drift: ${what} is an error that says what is needed, and quotes nothing`, async () => {
      const told = await run(["drift"], { stdin });
      assert.deepEqual([told.code, told.stdout], [1, ""]);
      assert.match(told.stderr, words);
      assert.doesNotMatch(told.stderr, /hush-hush/);
    });

  it("drift: a stack without resources has no drift", async () => {
    for (const deployment of ["{}", '{"resources":null}', "null"])
      assert.equal((await run(["drift"], { stdin: `{"version":3,"deployment":${deployment}}` })).code, 0);
  });

  it("drift: a mark at the beginning of a state, as Windows PowerShell writes it, is no part of it", async () => {
    assert.equal((await run(["drift"], { stdin: `\ufeff${exported([], [])}` })).code, 0);
  });

  it("drift: a terminal is not waited for, and a file that is not there is named", async () => {
    const waiting = await run(["drift"]);
    assert.deepEqual([waiting.code, waiting.stdout], [1, ""]);
    assert.match(waiting.stderr, /pulumi stack export \| pulumi-flows drift/);
    assert.match((await run(["drift", "--state", "none.json"])).stderr, /The state none\.json cannot be read/);
  });

  it("drift: records that two flow types act on are listed once", () => {
    const listed = allVendors().flatMap((vendor) => listedTypes(vendor).map(({ token }) => token));
    const all = allVendors().flatMap(({ flowTypes }) => flowTypes.map(({ token }) => token));
    assert.deepEqual(
      all.filter((token) => !listed.includes(token)),
      ["kapso:Flow"],
    );
  });
});
