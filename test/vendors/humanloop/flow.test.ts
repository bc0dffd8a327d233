import assert from "node:assert/strict";
import fc from "fast-check";
import type { Values } from "../../../provider/lifecycle/values";
import { type Emulator, type Switches, startEmulator } from "../../../testing/src/emulator";
import { deploymentStack, flowStack, operations } from "./world";

describe("humanloop:Flow", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  const program = (more: Values = {}): Values => ({ path: "support/answers", attributes: { model: "small" }, ...more });
  const file = () => {
    const found = emulator.state().humanloop.files.find(({ type }) => type === "flow");
    assert.ok(found);
    return found;
  };
  const versions = () =>
    file().versions.map(({ version_id, version_name, attributes }) => ({ version_id, version_name, attributes }));

  /** Somebody else makes a version, and deploys it to production. */
  const deployTheirs = () => {
    emulator.edit({
      vendor: "humanloop",
      action: "upsertFlow",
      set: { path: "support/answers", attributes: { model: "theirs" } },
    });
    const theirs = versions().at(-1)?.version_id ?? "";
    emulator.edit({
      vendor: "humanloop",
      action: "deploy",
      file: "support/answers",
      environment: "production",
      version: theirs,
    });
  };

  it("creation says that the first version is live in the default environment at once", async () => {
    const stack = flowStack(emulator);
    const run = stack.bench.run();
    await stack.up(program(), { run });
    assert.match(run.log.at("info").join(), /support\/answers".*first version is live in the default environment/);
  });

  it("a path that holds a file of another type is an error, also with `adopt`", async () => {
    emulator.edit({ vendor: "humanloop", action: "createFile", type: "prompt", path: "support/answers" });
    await assert.rejects(
      flowStack(emulator).up(program({ adopt: true })),
      /file of another type \(prompt\).*Nothing was changed/,
    );
  });

  it("other attributes make a version, equal ones none, and the deployed one stays", async () => {
    const stack = flowStack(emulator);
    await stack.up(program());
    const [first] = versions();
    await stack.up(program({ attributes: { model: "large", note: null } }));
    assert.deepEqual(
      versions().map(({ attributes }) => attributes),
      [{ model: "small" }, { model: "large", note: null }],
    );
    assert.deepEqual(Object.values(file().deployments), [first?.version_id]);
    await stack.up(program());
    assert.equal(versions().length, 2, "the first one again");
    assert.equal(stack.resource.state.versionId, first?.version_id);
  });

  it("versions that others make, and deployments of them, are no difference", async () => {
    const stack = flowStack(emulator);
    await stack.up(program());
    deployTheirs();
    await stack.refresh();
    emulator.clearJournal();
    await stack.up(program());
    assert.deepEqual(emulator.journal(), []);
  });

  it("a version's name and description change in place", async () => {
    const stack = flowStack(emulator);
    await stack.up(program({ versionName: "one" }));
    emulator.clearJournal();
    await stack.up(program({ versionName: "two", versionDescription: "more" }));
    assert.deepEqual(operations(emulator), ["getFlow", "updateFlowVersion"]);
    assert.deepEqual(
      versions().map(({ version_name }) => version_name),
      ["two"],
    );
  });

  it("a name that another version holds is refused with that version's id, and the next run goes on", async () => {
    const stack = flowStack(emulator);
    await stack.up(program({ versionName: "one" }));
    const [first] = versions();
    await assert.rejects(stack.up(program({ attributes: { model: "large" }, versionName: "one" })), (error: Error) => {
      assert.ok(error.message.includes(`${first?.version_id} is named "one": choose another`), error.message);
      assert.match(error.message, /Part of the change was made and is recorded; run `pulumi up` again/);
      return true;
    });
    assert.equal(stack.resource.state.versionId, versions()[1]?.version_id);
    await stack.up(program({ attributes: { model: "large" }, versionName: "two" }));
    assert.deepEqual(
      versions().map(({ version_name }) => version_name),
      ["one", "two"],
    );
  });

  it("a move keeps id, versions and deployments", async () => {
    const stack = flowStack(emulator);
    await stack.up(program());
    const { id, deployments } = file();
    await stack.up(program({ path: "elsewhere/answers" }));
    assert.deepEqual([file().id, file().path, file().deployments], [id, "elsewhere/answers", deployments]);
  });

  it("a move whose answer was lost, and whose second try is refused, is not said to have changed nothing, and the next run goes on", async () => {
    const stack = flowStack(emulator);
    await stack.up(program());
    const match = { method: "PATCH" } as const;
    emulator.faults([
      { match, when: "after", then: { truncate: true } },
      { match, skip: 1, when: "before", then: { status: 409 } },
    ]);
    const wanted = program({ path: "elsewhere/answers" });
    await assert.rejects(stack.up(wanted), ({ message }: Error) => {
      assert.match(message, /may have been carried out/);
      assert.doesNotMatch(message, /Nothing was changed/);
      return true;
    });
    emulator.faults([]);
    await stack.up(wanted);
    assert.equal(file().path, "elsewhere/answers");
  });

  it("deleting is refused while there are logs or other versions, unless forceDestroy says otherwise", async () => {
    const stack = flowStack(emulator);
    await stack.up(program());
    emulator.edit({ vendor: "humanloop", action: "log", file: "support/answers", times: 2 });
    await assert.rejects(stack.destroy(), /0 other versions and 2 logs.*forceDestroy: true/);
    await stack.up(program({ forceDestroy: true }));
    await stack.destroy();
    assert.deepEqual(emulator.state().humanloop.files, []);
  });

  it("deleting is refused where only other people's versions are left", async () => {
    const stack = flowStack(emulator);
    await stack.up(program());
    const [own] = versions();
    deployTheirs();
    emulator.edit({
      vendor: "humanloop",
      action: "deleteVersion",
      file: "support/answers",
      version: own?.version_id ?? "",
    });
    await assert.rejects(stack.destroy(), /1 other versions and 0 logs/);
  });

  it("a name that is taken after a move says that the flow was moved, and the next run goes on", async () => {
    const stack = flowStack(emulator);
    await stack.up(program({ versionName: "one" }));
    const wanted = program({ path: "elsewhere", attributes: { model: "large" }, versionName: "one" });
    await assert.rejects(
      stack.up(wanted),
      /is named "one": choose another `versionName`\. Part of the change was made and is recorded/,
    );
    assert.equal(stack.resource.state.path, "elsewhere");
    await stack.up({ ...wanted, versionName: "two" });
    assert.equal(versions().length, 2);
  });

  it("a look-up of a version that is not there finds nothing", async () => {
    const stack = flowStack(emulator);
    await stack.up(program());
    const { lifecycle } = stack.bench.run();
    await assert.rejects(lifecycle.read(stack.resource.id, { versionId: "flv_typo" }), /There is no version flv_typo/);
    assert.ok(await lifecycle.read(stack.resource.id, {}));
  });

  it("what would make a version at every run is doubted in the preview", () => {
    const { warnings, failures } = flowStack(emulator)
      .bench.run()
      .lifecycle.check(
        program({
          attributes: {
            version_name: "x",
            built: "2026-01-02T03:04:05Z",
            times: ["20260102T030405Z", "Fri, 02 Jan 2026 03:04:05 GMT", 1767323045000, "1767323045000"],
            commit: "A".repeat(40),
            fine: ["2026-01-02", 1767323045, "gpt-4-2024-05-13", "toString"],
          },
        }),
      );
    assert.deepEqual(failures, []);
    assert.deepEqual(
      warnings.map(({ property }) => property),
      [
        "attributes.version_name",
        "attributes.built",
        ...[0, 1, 2, 3].map((index) => `attributes.times[${index}]`),
        "attributes.commit",
      ],
    );
  });

  it("attributes of 1 MB survive, and differ in less than 50 ms", async () => {
    const large = { texts: Array.from({ length: 1000 }, (_, index) => `${index} ${"x".repeat(1000)}`) };
    const stack = flowStack(emulator);
    await stack.up(program({ attributes: large }), { maxResponse: 10_000_000 });
    assert.deepEqual(versions()[0]?.attributes, large);
    const { lifecycle } = stack.bench.run();
    const { inputs } = lifecycle.check(program({ attributes: { ...large, more: 1 } }));
    const begun = performance.now();
    assert.deepEqual(lifecycle.diff(stack.resource.state, inputs).changed, ["attributes"]);
    assert.ok(performance.now() - begun < 50);
  });

  it("whatever the attributes and the server's ways, a refresh finds no difference, and every change is one version", async () => {
    const attributes = fc
      .dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true, maxKeys: 4 })
      // JSON has no negative zero.
      .map((value): Values => JSON.parse(JSON.stringify(value)));
    const names = fc.constantFrom(undefined, "one", "two");
    const switches: fc.Arbitrary<Partial<Switches>> = fc.record({
      humanloopVersionIds: fc.constantFrom("byContent", "counted"),
      humanloopOtherName: fc.constantFrom("ignored", "renames", "refused"),
      humanloopNameOmitted: fc.constantFrom("kept", "cleared"),
      humanloopEmptyName: fc.constantFrom("nulled", "kept"),
      humanloopVersionOrder: fc.constantFrom("newest", "oldest", "lastUsed"),
      humanloopNoValue: fc.constantFrom("null", "absent"),
    });
    await fc.assert(
      fc.asyncProperty(attributes, attributes, names, switches, async (first, second, versionName, set) => {
        fc.pre(![first, second].some((each) => Object.hasOwn(each, "__proto__")));
        emulator.reset();
        emulator.switches(set);
        const stack = flowStack(emulator);
        await stack.up(program({ attributes: first }));
        const run = stack.bench.run();
        await stack.up(program({ attributes: second, versionName }), { run });
        assert.deepEqual(run.log.at("warn"), []);
        await stack.refresh();
        emulator.clearJournal();
        await stack.up(program({ attributes: second, versionName }));
        assert.deepEqual(emulator.journal(), []);
        assert.ok(versions().length <= 2);
      }),
      { numRuns: 150 },
    );
  });
});

describe("humanloop:FlowDeployment", () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  afterEach(() => emulator.reset());
  after(() => emulator.close());

  it("deploys by an environment's name, rolls back, repairs what others deploy, and leaves the default environment as it is", async () => {
    const flow = flowStack(emulator);
    const first = await flow.up({ path: "answers", attributes: { model: "small" } });
    const second = await flow.up({ path: "answers", attributes: { model: "large" } });
    const deployed = () => Object.values(emulator.state().humanloop.files[0]?.deployments ?? {});
    const stack = deploymentStack(emulator);
    const args = { flow: flow.resource.id, environment: "production" };
    await stack.up({ ...args, version: second.versionId });
    assert.deepEqual(deployed(), [second.versionId]);
    await stack.up({ ...args, version: first.versionId });
    assert.deepEqual(deployed(), [first.versionId]);
    const version = String(second.versionId);
    emulator.edit({ vendor: "humanloop", action: "deploy", file: "answers", environment: "production", version });
    await assert.rejects(
      stack.up({ ...args, version: first.versionId, deletionPolicy: "remove" }).then(() => stack.up(args)),
    );
    await stack.up({ ...args, version: first.versionId }, { refresh: true });
    assert.deepEqual(deployed(), [first.versionId]);
    const run = stack.bench.run();
    await stack.destroy({ run });
    assert.deepEqual(deployed(), [first.versionId]);
    assert.match(run.log.at("info").join(), /stays deployed to production/);
  });

  it("an environment that does not exist is named, with those that do", async () => {
    const flow = flowStack(emulator);
    const { versionId } = await flow.up({ path: "answers", attributes: {} });
    const wrong = { flow: flow.resource.id, environment: "staging", version: versionId };
    await assert.rejects(deploymentStack(emulator).up(wrong), /no environment "staging".*"production"/);
  });
});
