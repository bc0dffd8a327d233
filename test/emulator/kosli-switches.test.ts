import assert from "node:assert/strict";
import { defaultSwitches, type Emulator, type Switches, startEmulator } from "../../testing/src/emulator";
import { errorsOf, type KosliClient, kosliClient, messageOf } from "./kosli-client";

const nothingRequired = "version: 1";
const duplicate = "trail: {attestations: [{name: a, type: jira}, {name: a, type: snyk}]}";
const sameNameInTwoLists =
  "trail: {attestations: [{name: a, type: jira}], artifacts: [{name: x, attestations: [{name: a, type: snyk}]}]}";

describe("emulator: switches of kosli", () => {
  let emulator: Emulator;
  let kosli: KosliClient;

  before(async () => {
    emulator = await startEmulator();
    kosli = kosliClient(emulator);
  });
  beforeEach(() => emulator.reset());
  after(() => emulator.close());

  const statusWith = async (switches: Partial<Switches>, call: () => Promise<{ status: number }>) => {
    emulator.switches(switches);
    return (await call()).status;
  };

  it("switches: every default is a value that the switch accepts", () => {
    emulator.switches(defaultSwitches);
  });

  it("switches: orgs limits which organizations exist, on every operation", async () => {
    emulator.switches({ orgs: ["acme"] });
    const stranger = kosliClient(emulator, "nowhere");
    for (const answer of [
      await stranger.list(),
      await stranger.get("a"),
      await stranger.put({ name: "a" }, nothingRequired),
      await stranger.archive("a"),
      await stranger.rename("a", "b"),
      await stranger.tags("a", {}),
    ]) {
      assert.equal(answer.status, 404);
      assert.match(String(messageOf(answer)), /'nowhere'/);
    }
    assert.equal((await kosli.list()).status, 200);
  });

  it("switches: keys give accounts; an unknown key is 401, an invisible organization 404", async () => {
    emulator.switches({ keys: { "key-a": { orgs: ["acme"], role: "member" } } });
    assert.equal((await kosliClient(emulator, "acme", "Bearer key-a").list()).status, 200);
    assert.equal((await kosliClient(emulator, "acme", "Bearer key-b").list()).status, 401);
    assert.equal((await kosliClient(emulator, "acme", "Bearer constructor").list()).status, 401);
    assert.equal((await kosliClient(emulator, "other", "Bearer key-a").list()).status, 404);
    emulator.switches({ invisibleOrg: 403 });
    assert.equal((await kosliClient(emulator, "other", "Bearer key-a").list()).status, 403);
  });

  for (const role of ["admin", "member", "snapshotter", "reader"] as const) {
    const mayWrite = role === "admin" || role === "member";
    it(`switches: a key of role ${role} may read and ${mayWrite ? "may" : "may not"} write`, async () => {
      await kosli.put({ name: "build" }, nothingRequired);
      emulator.switches({ keys: { k: { orgs: ["acme"], role } } });
      const holder = kosliClient(emulator, "acme", "Bearer k");
      assert.equal((await holder.get("build")).status, 200);
      const writes = [
        await holder.put({ name: "build" }, nothingRequired),
        await holder.tags("build", { set_tags: { a: "1" } }),
        await holder.rename("build", "built"),
        await holder.archive("built"),
      ];
      assert.deepEqual(
        writes.map((answer) => answer.status),
        writes.map(() => (mayWrite ? 200 : 403)),
      );
    });
  }

  it("switches: a template left out of an update resets or keeps the stored one", async () => {
    await kosli.put({ name: "build" }, nothingRequired);
    emulator.switches({ templateOmittedOnUpdate: "keeps" });
    await kosli.put({ name: "build" });
    assert.equal((await kosli.flow("build")).template, nothingRequired);
    emulator.switches({ templateOmittedOnUpdate: "resets", defaultTemplate: "version: 1 # default\n" });
    await kosli.put({ name: "build" });
    assert.equal((await kosli.flow("build")).template, "version: 1 # default\n");
  });

  it("switches: a sent visibility may be ignored, and may be absent from replies", async () => {
    emulator.switches({ visibilitySent: "ignored" });
    await kosli.put({ name: "build", visibility: "public" }, nothingRequired);
    assert.equal((await kosli.flow("build")).visibility, "private");
    emulator.switches({ visibilityInReply: "absent" });
    assert.ok(!("visibility" in (await kosli.flow("build"))));
  });

  it("switches: a PUT with a former name makes a new flow or updates the renamed one", async () => {
    await kosli.put({ name: "old" }, nothingRequired);
    await kosli.rename("old", "new");
    emulator.switches({ putOnAlias: "updatesRenamed" });
    assert.equal((await kosli.put({ name: "old", description: "via alias" }, nothingRequired)).status, 200);
    assert.equal((await kosli.flow("new")).description, "via alias");
    emulator.switches({ putOnAlias: "creates" });
    assert.equal((await kosli.put({ name: "old" }, nothingRequired)).status, 201);
    assert.deepEqual(await kosli.names(), ["new", "old"]);
  });

  it("switches: a rename onto an existing flow is refused with 409 or 400, and changes nothing", async () => {
    await kosli.put({ name: "a" }, nothingRequired);
    await kosli.put({ name: "b" }, nothingRequired);
    assert.equal(await statusWith({ renameOntoExisting: 409 }, () => kosli.rename("a", "b")), 409);
    assert.equal(await statusWith({ renameOntoExisting: 400 }, () => kosli.rename("a", "b")), 400);
    assert.deepEqual(await kosli.names(), ["a", "b"]);
  });

  it("switches: attestation names must be unique in their list, unless switched off", async () => {
    const put = (template: string) => () => kosli.put({ name: "build" }, template);
    assert.equal(await statusWith({ duplicateAttestationNames: "refused" }, put(duplicate)), 400);
    assert.equal(await statusWith({}, put(sameNameInTwoLists)), 201);
    assert.equal(await statusWith({ duplicateAttestationNames: "accepted" }, put(duplicate)), 200);
  });

  it("switches: an empty artifact name, a custom type and an empty file each have theirs", async () => {
    const put = (template: string) => () => kosli.put({ name: "build" }, template);
    const unnamed = 'trail: {artifacts: [{name: ""}]}';
    assert.equal(await statusWith({}, put(unnamed)), 400);
    assert.equal(await statusWith({ emptyArtifactName: "accepted" }, put(unnamed)), 201);
    const custom = 'trail: {attestations: [{name: a, type: "custom:sbom"}]}';
    assert.equal(await statusWith({}, put(custom)), 200);
    assert.equal(await statusWith({ customTypes: ["coverage"] }, put(custom)), 400);
    assert.equal(await statusWith({ customTypes: ["sbom"] }, put(custom)), 200);
    assert.equal(await statusWith({}, put("")), 400);
    assert.equal(await statusWith({ emptyTemplateFile: "asAbsent" }, put("")), 200);
  });

  it("switches: line ends and byte order mark of a template may be changed by the server", async () => {
    emulator.switches({ templateLineEnds: "lf", templateByteOrderMark: "dropped" });
    await kosli.put({ name: "build" }, "\uFEFFversion: 1\r\n");
    assert.equal((await kosli.flow("build")).template, "version: 1\n");
  });

  it("switches: with YAML 1.2 on and yes are names like any other", async () => {
    const put = () => kosli.put({ name: "build" }, "trail: {attestations: [{name: on, type: jira}]}");
    assert.equal(await statusWith({ yamlVersion: "1.1" }, put), 400);
    assert.equal(await statusWith({ yamlVersion: "1.2" }, put), 201);
  });

  it("switches: names and the data_json part may have limits", async () => {
    await kosli.put({ name: "abc" }, nothingRequired);
    emulator.switches({ nameLimit: 3, fieldLimitBytes: 200 });
    assert.equal((await kosli.put({ name: "abcd" }, nothingRequired)).status, 400);
    assert.equal((await kosli.rename("abc", "abcd")).status, 400);
    assert.equal((await kosli.put({ name: "abc", description: "x".repeat(300) }, nothingRequired)).status, 400);
  });

  it("switches: an older server has no ids and no activity", async () => {
    emulator.switches({ ids: "absent", listActivity: "absent" });
    await kosli.put({ name: "build" }, nothingRequired);
    assert.ok(!("id" in (await kosli.flow("build"))));
    const { body } = await kosli.list();
    assert.deepEqual(Object.keys(Object(body)[0]), [
      "name",
      "description",
      "visibility",
      "org",
      "template",
      "repo_url",
      "tags",
    ]);
  });

  it("switches: no tags and no repo_url may be null", async () => {
    emulator.switches({ tagsNull: true, repoUrlUnknown: null });
    await kosli.put({ name: "build" }, nothingRequired);
    const { tags, repo_url } = await kosli.flow("build");
    assert.deepEqual([tags, repo_url], [null, null]);
  });

  it("switches: a key that is set and removed at once is refused, removed or set", async () => {
    await kosli.put({ name: "build" }, nothingRequired);
    const patch = () => kosli.tags("build", { set_tags: { a: "1" }, remove_tags: ["a"] });
    assert.equal(await statusWith({ tagInBoth: "refused" }, patch), 400);
    assert.equal(await statusWith({ tagInBoth: "set" }, patch), 200);
    assert.deepEqual((await kosli.flow("build")).tags, { a: "1" });
    assert.equal(await statusWith({ tagInBoth: "removed" }, patch), 200);
    assert.deepEqual((await kosli.flow("build")).tags, {});
  });

  it("switches: the tags endpoint's 404 may come without the extra quotes", async () => {
    emulator.switches({ tags404Quoted: false });
    assert.match(String(messageOf(await kosli.tags("nobody", {}))), /^Flow/);
  });

  it("switches: several tag filters match any or all", async () => {
    await kosli.put({ name: "a" }, nothingRequired);
    await kosli.tags("a", { set_tags: { x: "1" } });
    assert.deepEqual(await kosli.names("?tag=x&tag=y"), ["a"]);
    emulator.switches({ repeatedTag: "all" });
    assert.deepEqual(await kosli.names("?tag=x&tag=y"), []);
  });

  it("switches: archived flows may be unreadable, or changeable without coming back", async () => {
    await kosli.put({ name: "build" }, nothingRequired);
    await kosli.archive("build");
    const [archived] = emulator.state().kosli.flows;
    assert.ok(archived);
    emulator.switches({ archivedByItsNewName: "notFound" });
    assert.equal((await kosli.get(archived.name)).status, 404);
    emulator.switches({ archivedByItsNewName: "readable", archivedWrites: "accepted" });
    assert.equal((await kosli.rename(archived.name, "build")).status, 200);
    assert.deepEqual(await kosli.names(), []);
    assert.equal(emulator.state().kosli.flows[0]?.archived, true);
  });

  it("switches: the sabotage archiveIgnored answers 200 and archives nothing, except for an outside edit", async () => {
    await kosli.put({ name: "build" }, nothingRequired);
    emulator.switches({ archiveIgnored: true });
    assert.deepEqual((await kosli.archive("build")).body, "OK");
    assert.equal((await kosli.get("build")).status, 200);
    emulator.edit({ vendor: "kosli", action: "archive", org: "acme", name: "build" });
    assert.equal((await kosli.get("build")).status, 404);
  });

  it("switches: over the rate limit comes 429, with or without Retry-After, counted for each key", async () => {
    let seconds = 1000;
    const clocked = await startEmulator({ now: () => seconds * 1000 });
    try {
      clocked.switches({ rateLimit: { requests: 2, windowSeconds: 10, retryAfter: true } });
      const client = kosliClient(clocked);
      await client.list();
      seconds += 4;
      await client.list();
      const refused = await client.list();
      assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "6"]);
      assert.equal((await kosliClient(clocked, "acme", "Bearer other-key").list()).status, 200);
      seconds += 6;
      assert.equal((await client.list()).status, 200);
      clocked.switches({ rateLimit: { requests: 1, windowSeconds: 10, retryAfter: false } });
      assert.equal((await client.list()).headers.get("retry-after"), null);
    } finally {
      await clocked.close();
    }
  });

  it("switches: of two creates of one name at once the later one gets 409, two updates both get through", async () => {
    const slow = await startEmulator({ latency: 150 });
    try {
      const client = kosliClient(slow);
      const put = (name: string) => client.put({ name }, nothingRequired).then(({ status }) => status);
      assert.deepEqual((await Promise.all([put("build"), put("build"), put("other")])).sort(), [201, 201, 409]);
      assert.deepEqual(await Promise.all([put("build"), put("build")]), [200, 200]);
      slow.switches({ conflictOnConcurrentPut: false });
      assert.deepEqual((await Promise.all([put("free"), put("free")])).sort(), [200, 201]);
    } finally {
      await slow.close();
    }
  });

  it("switches: an unknown switch or value is refused and changes nothing", () => {
    assert.throws(() => emulator.switches(JSON.parse('{"idz":"absent"}')), /Wrong switches: idz/);
    assert.throws(() => emulator.switches(JSON.parse('{"ids":"gone"}')), /ids: must be one of present, absent/);
  });

  it("switches: a reset brings back the defaults, or what the emulator was started with", async () => {
    const started = await startEmulator({ switches: { ids: "absent" }, seed: { switches: { tagsNull: true } } });
    try {
      started.switches({ ids: "present", tagsNull: false });
      started.reset();
      await kosliClient(started).put({ name: "build" }, nothingRequired);
      const flow = await kosliClient(started).flow("build");
      assert.deepEqual([flow.id, flow.tags], [undefined, null]);
    } finally {
      await started.close();
    }
  });

  it("switches: errors keep to the vendor's dialect", async () => {
    const answer = await kosli.put({ name: "build" }, duplicate);
    assert.deepEqual(errorsOf(answer), {
      "template_file.trail.attestations[1].name": "attestation names must be unique [a]",
    });
  });
});
