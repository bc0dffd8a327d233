import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findConfiguration, type WantedStack } from "../../provider/cli/configuration";
import { failureOf } from "../harness/failure-of";
import { type PlayedCli, writeCli } from "./played-cli";

describe("configuration of commands", () => {
  const path = process.env.PATH;
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-configuration-"));
    process.env.PATH = folder;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true, force: true });
  });

  const playCli = (cli: PlayedCli) => writeCli(folder, cli);

  function project(files: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries({ "Pulumi.yaml": "name: shop\nruntime: nodejs\n", ...files }))
      writeFileSync(join(folder, file), text);
  }

  const find = (wanted: WantedStack = {}, cwd = folder) => findConfiguration(wanted, cwd);

  it("configuration: what Pulumi's CLI tells is used whole, from any folder of the project", async () => {
    project({});
    mkdirSync(join(folder, "inside"));
    playCli({
      stdout: JSON.stringify({ "kosli:apiToken": { value: "k3y", secret: true }, "kosli:org": { value: "acme" } }),
    });
    const found = await find({ stack: "acme/shop/dev", project: "shop" }, join(folder, "inside"));
    assert.deepEqual(
      [found.read("kosli", "apiToken"), found.read("kosli", "org"), found.read("kosli", "region")],
      ["k3y", "acme", undefined],
    );
    assert.deepEqual([found.isWhole, found.notes], [true, []]);
    const { readFileSync } = await import("node:fs");
    assert.equal(
      readFileSync(join(folder, "called"), "utf8"),
      "config --json --show-secrets --stack acme/shop/dev --non-interactive --color never",
    );
  });

  it("configuration: of another project than the state's nothing is used, and that is said", async () => {
    project({ "Pulumi.dev.yaml": "config:\n  kosli:org: acme\n" });
    const found = await find({ stack: "dev", project: "other" });
    assert.equal(found.read("kosli", "org"), undefined);
    assert.match(found.notes.join(), /project in this folder is "shop", not "other"/);
  });

  it("configuration: without a CLI the file's plain values are used, and its secrets are named as not readable", async () => {
    project({
      "Pulumi.yaml": "name: shop\nconfig:\n  kosli:region:\n    value: us\n  kosli:org:\n    default: nobody\n",
      "Pulumi.dev.yaml":
        "config:\n  kosli:org: acme\n  kosli:maxInFlight: 3\n  kosli:apiToken:\n    secure: v1:abc\n  shop:list: [1]\n",
    });
    const found = await find({ stack: "acme/shop/dev" });
    const read = (name: string) => found.read("kosli", name);
    assert.deepEqual(
      [read("org"), read("region"), read("maxInFlight"), read("apiToken")],
      ["acme", "us", "3", undefined],
    );
    assert.deepEqual([found.source, found.sealed, found.isWhole], ["Pulumi.dev.yaml", ["kosli:apiToken"], false]);
    assert.match(found.notes.join(), /no Pulumi CLI on the PATH: only plain values of Pulumi\.dev\.yaml are used/);
  });

  it("configuration: a CLI that fails is an error that quotes it in one line, and the file is not used", async () => {
    project({ "Pulumi.dev.yaml": "config:\n  kosli:org: acme\n" });
    playCli({ code: 1, stderr: "error: incorrect passphrase\n" });
    for (const [wanted, which] of [
      [{ stack: "dev" }, "the stack dev"],
      [{}, "the stack that is selected"],
    ] as const) {
      const { message } = await failureOf(find(wanted));
      assert.ok(
        message.includes(`of ${which} cannot be read: \`pulumi config\` failed (incorrect passphrase)`),
        message,
      );
    }
  });

  it("configuration: where no stack is known that is said, and where there is no project nothing is", async () => {
    project({});
    const unknown = await find();
    assert.match(unknown.notes.join(), /name the stack with --stack/);
    rmSync(join(folder, "Pulumi.yaml"));
    assert.deepEqual((await find()).notes, []);
  });

  it("configuration: an answer of the CLI that cannot be read is not quoted", async () => {
    project({ "Pulumi.dev.yaml": "config:\n  kosli:org: acme\n" });
    playCli({ stdout: '{ "kosli:apiToken": hush-hush }' });
    const { message } = await failureOf(find({ stack: "dev" }));
    assert.match(message, /answered something that is not understood/);
    assert.doesNotMatch(message, /hush-hush/);
  });

  it("configuration: a file that is no YAML is an error that names file and line, and quotes nothing", async () => {
    project({ "Pulumi.dev.yaml": "config:\n  kosli:apiToken: [hush-hush\n" });
    const error = await failureOf(find({ stack: "dev" }));
    assert.match(error.message, /Pulumi\.dev\.yaml cannot be read: line \d+ is no YAML/);
    assert.doesNotMatch(error.message, /hush-hush/);
  });
});
