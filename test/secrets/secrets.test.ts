import assert from "node:assert/strict";
import { toRegistered } from "../../provider/lifecycle/keyed";
import { valueAt } from "../../provider/lifecycle/paths";
import { secretPaths } from "../../provider/lifecycle/secrets";
import { allVendors } from "../../provider/vendors";
import { pulumiVersion } from "../../scripts/engines";
import { canaryOf, Search } from "./canaries";
import { isIn, secretPlacesOf, secretSettingsOf } from "./places";
import { canaryFlows, KEY_SOURCES, keys, nameOf, namesIn, REFUSED } from "./programs";
import { Stage } from "./stage";
import { echoes, live, PERSONS } from "./story";

/** Where secrets stand in clear, beside the program's own text, and why nothing can be done about it. */
const IN_CLEAR: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.values(keys()).map(({ variable }) => [
      `environment ${variable}`,
      "The user gives the key to the engine so.",
    ]),
  ),
  "environment PULUMI_CONFIG": "Pulumi hands a program its configuration in the environment of its process.",
  "file exported-kapso/import.json": "`pulumi import` encrypts what it reads; the file is its owner's alone.",
  "file exported-runtype/import.json": "As above.",
  "file exported-kapso/secrets.json":
    "`pulumi config set-all --json` encrypts what it reads; the file is its owner's alone.",
  "file exported-runtype/secrets.json": "As above.",
};

/**
 * What Pulumi's own log tells in clear with `--debug`, or with -v=9, also of what the program marks as secret and of the keys
 * of explicit providers: whatever goes between its processes.
 */
const PULUMIS_LOG = ["Marshaling property for RPC", "RegisterResource RPC finished", "Unmarshaling property for RPC"];

const search = new Search([...namesIn(1), ...namesIn(2), ...PERSONS, ...Object.keys(keys())]);

/** What an export cannot know to be secret: it reads the vendor alone, which is told of no program's marks. */
const unmarked = new Search([
  ...[...namesIn(1), ...namesIn(2)].filter((name) => name.includes(":")),
  ...Object.keys(keys()),
]);

/** Everything that may not be in what a command printed, or in a file. */
function searchFor(what: string): Search {
  return /\bexport(ed)?\b/.test(what) ? unmarked : search;
}

describe("secrets", function () {
  this.timeout(400_000);

  for (const vendor of allVendors()) {
    it(`secrets: every secret setting of ${vendor.name} has a canary from each source`, () => {
      for (const setting of secretSettingsOf(vendor))
        for (const source of KEY_SOURCES) assert.ok(keys()[`${vendor.name}:${setting} of the ${source}`]);
    });

    for (const type of vendor.flowTypes) {
      it(`secrets: every place of ${type.token} that is secret has a canary, or is refused by the vendor`, () => {
        const programs = canaryFlows(1).filter(({ token }) => token === type.token);
        assert.ok(programs.length > 0);
        const found = programs.flatMap(({ args }) => {
          const registered = Object.fromEntries(
            Object.entries(args).map(([field, value]) => {
              const schema = type.fields.shape[field];
              return [field, schema ? toRegistered(schema, value) : value];
            }),
          );
          const paths = secretPaths({ fields: type.fields } as never, registered, []);
          return paths.map((path) => ({ path, value: valueAt(registered, path) }));
        });
        const places = secretPlacesOf(type).filter((place) => !REFUSED.includes(place));
        for (const place of places) {
          const canary = canaryOf(nameOf(`${type.token} ${place}`, 1)).slice(0, 12);
          const isThere = found.some(
            ({ path, value }) => isIn(place, path, value) && JSON.stringify(value).includes(canary),
          );
          assert.ok(isThere, `${place} has no canary`);
        }
      });
    }
  }

  it("search: finds a canary as it is, by its beginning, quoted, in an address and in base64 wherever it stands in it", () => {
    const canary = canaryOf("kosli.tag v1");
    const forms = [canary, canary.slice(0, 12), JSON.stringify(JSON.stringify(canary)), encodeURIComponent(canary)];
    for (const before of ["", "a", "ab", "abc"]) forms.push(Buffer.from(`${before}${canary}`).toString("base64"));
    for (const form of [...forms, ...echoes(canary)])
      assert.deepEqual(search.in(`so ${form} is`), ["kosli.tag v1"], form);
    assert.deepEqual(search.in("so it is"), []);
  });

  it("search: finds what is left of a canary whose beginning was taken out, in whatever form it was quoted", () => {
    const canary = canaryOf("kosli.tag v1");
    const [beginning, rest] = [canary.slice(0, 24), canary.slice(24)];
    const base64 = ["", "a", "ab"].map((before) => Buffer.from(`${before}${rest}`).toString("base64"));
    const hex = Buffer.from(rest).toString("hex");
    for (const form of [...echoes(rest).filter((each) => each.length >= rest.length), ...base64, hex])
      assert.deepEqual(search.in(`so [secret]${form} is`), ["kosli.tag v1"], form);
    assert.ok(search.in(beginning).length > 0);
  });

  it("search: canaries hold what is escaped between their ends, and echoes escape it in every way", () => {
    const middle = canaryOf("kosli.tag v1").slice(12, -12);
    for (const character of ["&", "/", '"', "%"]) assert.ok(middle.includes(character), character);
    const quoted = echoes(canaryOf("kosli.tag v1")).join(" ");
    for (const form of ["\\u0026", "\\/", "&amp;", "%2f", "%2F"]) assert.ok(quoted.includes(form), form);
  });

  for (const isCli of [false, true]) {
    const engine = isCli ? "Pulumi's CLI" : "the rehearsal";
    it(`secrets: from the first preview to the end they are nowhere in clear but where they must be (${engine})`, async function () {
      if (isCli && !pulumiVersion()) {
        console.log("    !!! There is no Pulumi CLI on PATH: secrets were looked for on the rehearsal only.");
        this.skip();
      }
      const stage = await Stage.open(isCli);
      try {
        await live(stage);
        demandControl(stage);
        const own = new Set<string>();
        const printed = stage.printed.flatMap(({ what, text }) =>
          searchFor(what)
            .linesOf(text)
            .filter((line) => {
              const log = PULUMIS_LOG.find((each) => line.includes(each));
              if (isCli && log) own.add(log);
              return !(isCli && log);
            })
            .map((line) => `${what}: ${line.slice(0, 300)}`),
        );
        assert.deepEqual(printed, [], "printed in clear");
        assert.deepEqual([...own].sort(), isCli ? PULUMIS_LOG : []);
        const files = stage.files().filter(({ path, text }) => searchFor(path).in(text).length > 0);
        const seen = [...stage.seen].map((each) => each.replace(/^environment: (\w+)=.*/s, "environment $1"));
        const found = new Set([...files.map(({ path }) => `file ${path}`), ...seen]);
        assert.deepEqual([...found].sort(), Object.keys(IN_CLEAR).sort());
      } finally {
        await stage.close();
      }
    });
  }
});

/** Fails where a canary was not sent at all, or a key is in the journal: then finding none elsewhere would prove nothing. */
function demandControl({ emulator }: Stage): void {
  const journal = emulator.journal();
  const sent = search.in(JSON.stringify(journal.map(({ request }) => request.body)));
  // A trigger is told to nobody: it only makes something happen.
  const expected = [...namesIn(1), ...namesIn(2)].filter((name) => !name.startsWith("runtype.trigger"));
  assert.deepEqual(
    expected.filter((name) => !sent.includes(name)),
    [],
    "never sent",
  );
  const headers = JSON.stringify(journal.map(({ request, path }) => [request.headers, path]));
  assert.deepEqual(search.in(headers), [], "in the journal's headers and paths");
}
