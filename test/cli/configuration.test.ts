import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findConfiguration, type WantedStack } from "../../provider/cli/configuration";
import { failureOf } from "../harness/failure-of";

/** What a Pulumi CLI that is played by a script does. */
interface PlayedCli {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
}

describe("configuration of commands", () => {
  const path = process.env.PATH;
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-configuration-"));
    process.env.PATH = join(folder, "bin");
  });
  afterEach(() => {
    process.env.PATH = path;
    delete process.env.PULUMI_STACK;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Puts a CLI on the path that writes down how it was called. */
  function playCli({ stdout = "", stderr = "", code = 0 }: PlayedCli): void {
    mkdirSync(join(folder, "bin"), { recursive: true });
    const script = `#!${process.execPath}
require("node:fs").writeFileSync(${JSON.stringify(join(folder, "called"))}, process.argv.slice(2).join(" "));
process.stdout.write(${JSON.stringify(stdout)});
process.stderr.write(${JSON.stringify(stderr)});
process.exitCode = ${code};
`;
    writeFileSync(join(folder, "bin/pulumi"), script);
    chmodSync(join(folder, "bin/pulumi"), 0o755);
  }

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

  it("configuration: a CLI that fails is quoted in one line, and the file is used", async () => {
    project({ "Pulumi.dev.yaml": "config:\n  kosli:org: acme\n" });
    playCli({ code: 1, stderr: "error: incorrect passphrase\n" });
    process.env.PULUMI_STACK = "dev";
    const found = await find();
    assert.equal(found.read("kosli", "org"), "acme");
    assert.match(found.notes.join(), /`pulumi config` failed \(incorrect passphrase\)/);
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
    const found = await find({ stack: "dev" });
    assert.equal(found.read("kosli", "org"), "acme");
    assert.match(found.notes.join(), /answered something that is not understood/);
    assert.doesNotMatch(found.notes.join(), /hush-hush/);
  });

  it("configuration: a file that is no YAML is an error that names file and line, and quotes nothing", async () => {
    project({ "Pulumi.dev.yaml": "config:\n  kosli:apiToken: [hush-hush\n" });
    const error = await failureOf(find({ stack: "dev" }));
    assert.match(error.message, /Pulumi\.dev\.yaml cannot be read: line \d+ is no YAML/);
    assert.doesNotMatch(error.message, /hush-hush/);
  });
});
