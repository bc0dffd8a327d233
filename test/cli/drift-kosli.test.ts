import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Scene } from "../conformance/scene";
import { kosliFlow } from "../conformance/subjects/kosli-flow";
import { secretArguments } from "../harness/secret-arguments";
import { drift, flowOf, listOf, providerOf, within } from "./drifting";
import { type ExportedFlow, exported, jsonOf, nowhere, run } from "./exported-state";

describe("drift: Kosli", function () {
  this.timeout(60_000);

  describe("of Kosli", () => {
    const open = (test: (scene: Scene) => Promise<void>) => () => within(kosliFlow, test);
    const stateOf = (scene: Scene, flows: readonly ExportedFlow[], options?: { showSecrets?: boolean }) =>
      exported([providerOf(kosliFlow, scene.world)], flows, options);

    it(
      "drift: the answer as JSON has this shape",
      open(async (scene) => {
        const stack = await scene.created({ name: "web", description: "Ours", tags: { team: "shop" } });
        scene.world.edit(scene.only.identity, "description", "Theirs");
        scene.world.edit(scene.only.identity, "tags", { others: "tag" });
        const told = await drift(scene, stateOf(scene, [flowOf(kosliFlow, stack)]), "--json");
        assert.deepEqual(jsonOf(told), {
          version: 1,
          result: "drift",
          states: [{ source: "standard input", project: "shop", stack: "dev" }],
          compared: 1,
          drifted: [
            {
              urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/kosli:Flow::it",
              type: "kosli:Flow",
              id: "acme/web",
              name: 'Kosli flow "acme/web"',
              gone: false,
              differences: [{ path: "description", expected: "Ours", found: "Theirs" }],
            },
          ],
          failed: [],
          notCompared: [],
          notes: [],
        });
      }),
    );

    it(
      "drift: people read a table, in which long values begin where they differ",
      open(async (scene) => {
        const long = "The same beginning of a description, much too long for one line of a table: ";
        const stack = await scene.created({ name: "web", description: `${long}ours` });
        scene.world.edit(scene.only.identity, "description", `${long}theirs`);
        const told = await drift(scene, stateOf(scene, [flowOf(kosliFlow, stack)]));
        assert.equal(
          told.stdout,
          [
            'Kosli flow "acme/web"  (kosli:Flow it)',
            "               expected                    found",
            '  description  …ne line of a table: ours"  …ne line of a table: theirs"',
            "",
            "1 flow compared: 1 drifted.",
            "",
          ].join("\n"),
        );
      }),
    );

    it(
      "drift: what is gone is drift, and does not keep anything else from being told",
      open(async (scene) => {
        const gone = await scene.created({ name: "gone" });
        scene.world.remove(scene.only.identity);
        const stack = await scene.created({ name: "web" });
        const flows = [flowOf(kosliFlow, stack), flowOf(kosliFlow, gone, { name: "a" })];
        const told = await drift(scene, stateOf(scene, flows));
        assert.equal(told.code, 2);
        assert.equal(
          told.stdout,
          'Kosli flow "acme/gone"  (kosli:Flow a)\n  is gone\n\n2 flows compared: 1 drifted.\n',
        );
      }),
    );

    it(
      "drift: an error is more than drift, and what drifted is told beside it",
      open(async (scene) => {
        const stack = await scene.created({ name: "web", description: "Ours" });
        scene.world.edit(scene.only.identity, "description", "Theirs");
        const newer = { ...stack.resource.state, __declared: JSON.stringify({ version: 99, fields: [] }) };
        const flows = [
          flowOf(kosliFlow, stack),
          flowOf(kosliFlow, stack, { name: "newer", kept: { id: "acme/newer", state: newer } }),
          flowOf(kosliFlow, stack, { name: "unknown", token: "kosli:Pipeline" }),
        ];
        const told = await drift(scene, stateOf(scene, flows), "--json");
        assert.equal(told.code, 1);
        assert.equal(listOf(jsonOf(told), "drifted").length, 1);
        const messages = listOf(jsonOf(told), "failed").map(({ message }) => String(message));
        assert.match(messages[0] ?? "", /written by a newer version of pulumi-flows \(state version 99\)/);
        assert.match(messages[1] ?? "", /knows no resource "kosli:Pipeline": install a newer one/);
        assert.match((await drift(scene, stateOf(scene, flows))).stdout, /1 drifted, 2 COULD NOT BE CHECKED\.\n$/);
      }),
    );

    it(
      "drift: what others' providers made, what is only looked up, and halves of a replacement are not compared",
      open(async (scene) => {
        const stack = await scene.created({ name: "web" });
        scene.world.remove(scene.only.identity);
        const others = { outputs: { __provider: "exports.handler=()=>require('./mine')" } };
        const flows = [
          flowOf(kosliFlow, stack, { name: "others", more: others }),
          flowOf(kosliFlow, stack, { name: "looked-up", more: { external: true } }),
          flowOf(kosliFlow, stack, { name: "half", more: { delete: true } }),
          flowOf(kosliFlow, stack, { name: "other-half", more: { pendingReplacement: true } }),
        ];
        const told = await drift(scene, stateOf(scene, flows), "--json");
        assert.equal(told.code, 0);
        assert.equal(jsonOf(told).compared, 0);
        assert.match(JSON.stringify(jsonOf(told).notes), /::half: .* did not finish.*::other-half: .* did not finish/);
      }),
    );

    it(
      "drift: a vendor that does not answer is an error that names flow and address",
      open(async (scene) => {
        const stack = await scene.created({ name: "web" });
        const provider = providerOf(kosliFlow, scene.world, { settings: { apiUrl: "http://127.0.0.1:1" } });
        const told = await run(["drift"], { stdin: exported([provider], [flowOf(kosliFlow, stack)]) });
        assert.equal(told.code, 1);
        assert.match(told.stdout, /Kosli flow "acme\/web".*could not be reached.*ECONNREFUSED/s);
      }),
    );

    it(
      "drift: a setting that is missing is an error that says what to set",
      open(async (scene) => {
        const stack = await scene.created({ name: "web" });
        const told = await run(["drift"], { stdin: exported([], [flowOf(kosliFlow, stack)]) });
        assert.equal(told.code, 1);
        assert.match(told.stdout, /No Kosli API token is set: use `pulumi config set --secret kosli:apiToken`/);
      }),
    );

    const secretProgram = secretArguments({ name: "web", description: "hush-hush", tags: { team: "shop" } }, [
      "description",
    ]);
    const secrets = [["description"]];

    it(
      "drift: with a state that shows its secrets they are compared, and never told",
      open(async (scene) => {
        const stack = await scene.created(secretProgram);
        const state = () => stateOf(scene, [flowOf(kosliFlow, stack, { secrets })]);
        assert.equal((await drift(scene, state())).code, 0);
        scene.world.edit(scene.only.identity, "description", "another secret");
        for (const args of [[], ["--json"]]) {
          const told = await drift(scene, state(), ...args);
          assert.equal(told.code, 2);
          assert.match(told.stdout, /description\W+.*\[secret\].*\[secret\]/s);
          assert.doesNotMatch(told.stdout + told.stderr, /hush-hush|another secret|token-of-acme/);
        }
      }),
    );

    it(
      "drift: a name that is a secret is shown nowhere, and is not needed where the vendor's id leads to the flow",
      open(async (scene) => {
        const program = { name: "hush-hush", org: "acme", description: "Ours" };
        const stack = await scene.created(secretArguments(program, ["name"]));
        scene.world.edit(scene.only.identity, "description", "Theirs");
        const provider = providerOf(kosliFlow, scene.world);
        process.env.KOSLI_API_TOKEN = provider.settings.apiToken;
        const flow = flowOf(kosliFlow, stack, { secrets: [["name"]] });
        try {
          for (const showSecrets of [true, false])
            for (const args of [[], ["--json"]]) {
              const told = await drift(scene, exported([provider], [flow], { showSecrets }), ...args);
              assert.equal(told.code, 2, told.stdout);
              assert.match(told.stdout, /acme\/\[secret\].*"Ours".*"Theirs"/s);
              // Ids stand in clear in every state: that a hidden name is in one cannot be known.
              const unshown = showSecrets ? told.stdout : told.stdout.replaceAll(stack.resource.id, "");
              assert.doesNotMatch(unshown + told.stderr, /hush-hush/);
            }
          const { vendorId: _, ...state } = stack.resource.state;
          const idless = { ...flow, kept: { id: stack.resource.id, state } };
          const nowhereElse = flowOf(kosliFlow, stack, { secrets: [["org"]] });
          for (const lost of [idless, nowhereElse]) {
            const told = await drift(scene, exported([provider], [lost], { showSecrets: false }));
            assert.equal(told.code, 1);
            assert.match(told.stdout, /What leads to it is a secret that this state does not show/);
          }
        } finally {
          delete process.env.KOSLI_API_TOKEN;
        }
      }),
    );

    it(
      "drift: with a state that does not show its secrets everything else is compared, and what is not is said loudly",
      open(async (scene) => {
        const stack = await scene.created(secretProgram);
        scene.world.edit(scene.only.identity, "description", "another secret");
        // The key is a secret of the state as well.
        const provider = providerOf(kosliFlow, scene.world);
        process.env.KOSLI_API_TOKEN = provider.settings.apiToken;
        try {
          const state = () => exported([provider], [flowOf(kosliFlow, stack, { secrets })], { showSecrets: false });
          const same = await drift(scene, state(), "--json");
          assert.equal(same.code, 0);
          assert.deepEqual(listOf(jsonOf(same), "notCompared")[0]?.paths, ["description"]);
          assert.match(same.stderr, /secrets.* were NOT compared/);
          scene.world.edit(scene.only.identity, "tags", { team: "others" });
          const told = await drift(scene, state());
          assert.equal(told.code, 2);
          assert.match(told.stdout, /tags\.team\s+"shop"\s+"others"/);
          assert.match(told.stdout, /NOT COMPARED.*description/);
          assert.match(told.stdout, /1 drifted, 1 NOT WHOLLY COMPARED\.\n$/);
          assert.doesNotMatch(told.stdout + told.stderr, /hush-hush|another secret/);
        } finally {
          delete process.env.KOSLI_API_TOKEN;
        }
      }),
    );

    it(
      "drift: what a rehearsal exports in place of a secret is not compared either",
      open(async (scene) => {
        const stack = await scene.created(secretProgram);
        const kept = { id: stack.resource.id, state: { ...stack.resource.state, description: "[secret]" } };
        const told = await drift(scene, stateOf(scene, [flowOf(kosliFlow, stack, { kept })]), "--json");
        assert.equal(told.code, 0);
        assert.deepEqual(listOf(jsonOf(told), "notCompared")[0]?.paths, ["description"]);
      }),
    );

    it(
      "drift: an explicit provider's own settings are used where the state shows them, and otherwise its flows count as not checked",
      open(async (scene) => {
        const stack = await scene.created({ name: "web" });
        const wrong = providerOf(kosliFlow, scene.world, { settings: { apiUrl: "http://127.0.0.1:1" } });
        const auditors = providerOf(kosliFlow, scene.world, { name: "auditors", isExplicit: true });
        const flows = [flowOf(kosliFlow, stack, { provider: "auditors" })];
        const shown = await drift(scene, exported([wrong, auditors], flows));
        assert.deepEqual([shown.code, shown.stdout], [0, "1 flow compared: no drift.\n"]);
        const sealed = await drift(scene, exported([wrong, auditors], flows, { showSecrets: false }));
        assert.equal(sealed.code, 1);
        assert.match(
          sealed.stdout,
          /does not show apiToken of the explicit provider "auditors": use `pulumi stack export --show-secrets`/,
        );
      }),
    );

    it(
      "drift: of a provider that was replaced, only the one that is in its place is used",
      open(async (scene) => {
        const stack = await scene.created({ name: "web" });
        const replaced = { settings: { apiUrl: "http://127.0.0.1:1" }, more: { id: "01d", delete: true } };
        for (const own of [{}, { name: "auditors", isExplicit: true }]) {
          const providers = [{ ...own, ...replaced }, own].map((more) => providerOf(kosliFlow, scene.world, more));
          const told = await drift(scene, exported(providers, [flowOf(kosliFlow, stack)]), "--unmanaged");
          assert.deepEqual([told.code, told.stdout], [0, "1 flow compared: no drift, 0 in no given state.\n"]);
        }
      }),
    );

    it(
      "drift: --unmanaged lists by account: also those of explicit providers, and organizations that only flows name",
      open(async (scene) => {
        const stack = await scene.created({ name: "web", org: "globex" });
        scene.world.add("stray");
        scene.world.edit(
          scene.world.objects().find(({ key }) => key === "globex/web")?.identity ?? "",
          "name",
          "renamed",
        );
        const auditors = providerOf(kosliFlow, scene.world, {
          name: "auditors",
          isExplicit: true,
          settings: { org: "audit" },
        });
        await scene.bench.run().lifecycle.create(scene.bench.inputs({ name: "yearly", org: "audit" }));
        const told = await drift(
          scene,
          exported([providerOf(kosliFlow, scene.world), auditors], [flowOf(kosliFlow, stack)]),
          "--unmanaged",
          "--json",
        );
        assert.equal(told.code, 2);
        const host = scene.world.emulator.url;
        assert.deepEqual(jsonOf(told).unmanaged, [
          { type: "kosli:Flow", label: "acme/stray", id: "acme/stray", host },
          { type: "kosli:Flow", label: "audit/yearly", id: "audit/yearly", host },
        ]);
        assert.deepEqual(jsonOf(told).notListed, []);
      }),
    );

    it(
      "drift: --unmanaged lists nothing that a state is still to delete, and no renamed flow that could not be checked",
      open(async (scene) => {
        const doomed = await scene.created({ name: "doomed" });
        const web = await scene.created({ name: "web" });
        const { identity = "" } = scene.world.objects().find(({ key }) => key === "acme/web") ?? {};
        scene.world.edit(identity, "name", "renamed");
        const newer = { ...web.resource.state, __declared: JSON.stringify({ version: 99, fields: [] }) };
        const flows = [
          flowOf(kosliFlow, doomed, { name: "doomed", more: { delete: true } }),
          flowOf(kosliFlow, web, { kept: { id: web.resource.id, state: newer } }),
        ];
        const told = await drift(scene, stateOf(scene, flows), "--unmanaged", "--json");
        assert.deepEqual([told.code, jsonOf(told).compared, jsonOf(told).unmanaged], [1, 0, []]);
        scene.world.add("stray");
        const strays = listOf(jsonOf(await drift(scene, stateOf(scene, flows), "--unmanaged", "--json")), "unmanaged");
        assert.deepEqual(
          strays.map(({ id }) => id),
          ["acme/stray"],
        );
      }),
    );

    it(
      "drift: --unmanaged takes several states together, from files and standard input",
      open(async (scene) => {
        const [one, two] = [await scene.created({ name: "one" }), await scene.created({ name: "two" })];
        const file = join(nowhere, "one.json");
        writeFileSync(file, stateOf(scene, [flowOf(kosliFlow, one)]));
        const second = stateOf(scene, [flowOf(kosliFlow, two)]);
        const both = await drift(scene, second, "--unmanaged", "--state", "one.json", "--state", "-");
        assert.deepEqual([both.code, both.stdout], [0, "2 flows compared: no drift, 0 in no given state.\n"]);
        const alone = await drift(scene, "", "--unmanaged", "--state", file);
        assert.equal(alone.code, 2);
        assert.match(alone.stdout, /kosli:Flow {2}acme\/two/);
      }),
    );

    it(
      "drift: --unmanaged without a key is an error, and a list that fails is one too",
      open(async (scene) => {
        const none = await run(["drift", "--unmanaged", "--json"], { stdin: exported([], []) });
        assert.deepEqual([none.code, jsonOf(none).notListed], [1, ["No key of any vendor is configured."]]);
        const named = await run(["drift", "--unmanaged", "--json", "--vendor", "kapso"], { stdin: exported([], []) });
        assert.deepEqual([named.code, jsonOf(named).notListed], [1, ["No key of kapso is configured."]]);
        const stack = await scene.created({ name: "web" });
        scene.world.emulator.faults([{ match: {}, when: "before", then: { status: 403, body: {} }, times: 0 }]);
        const refused = await drift(scene, stateOf(scene, [flowOf(kosliFlow, stack)]), "--unmanaged", "--json");
        assert.equal(refused.code, 1);
        assert.match(JSON.stringify(jsonOf(refused).notListed), /Listing every Kosli flow.*role/);
      }),
    );

    it(
      "drift: --vendor looks at the flows of that vendor alone",
      open(async (scene) => {
        const stack = await scene.created({ name: "web" });
        scene.world.remove(scene.only.identity);
        const told = await drift(scene, stateOf(scene, [flowOf(kosliFlow, stack)]), "--vendor", "kapso");
        assert.deepEqual([told.code, told.stdout], [0, "0 flows compared: no drift.\n"]);
      }),
    );

    it(
      "drift: nothing that a terminal would obey is printed for people",
      open(async (scene) => {
        const stack = await scene.created({ name: "web", description: "Ours" });
        scene.world.edit(scene.only.identity, "description", "\u001b[31mred\u009b2J\u202e");
        const told = await drift(scene, stateOf(scene, [flowOf(kosliFlow, stack)]));
        assert.equal(told.code, 2);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        assert.doesNotMatch(told.stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      }),
    );
  });
});
