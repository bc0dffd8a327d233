import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { documentedRows } from "../../scripts/supply-chain/documented";
import {
  nameIn,
  type PublishedName,
  productionTree,
  published,
  readLockFile,
} from "../../scripts/supply-chain/lock-file";

const root = resolve(__dirname, "../..");
const packages = readLockFile();

const manifest = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  scripts: z.record(z.string(), z.string()).default({}),
});

const manifests = Object.entries(published).map(([name, folder]) => ({
  name: name as PublishedName,
  folder,
  ...manifest.parse(JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))),
}));

/** The packages that come with one, without itself. */
function broughtBy(folder: string, options = {}): string[] {
  return [...productionTree(packages, folder, options).keys()].filter((path) => path !== folder);
}

describe("dependencies", () => {
  const listed = (kind: "dependencies" | "peerDependencies") =>
    manifests.flatMap((each) => Object.keys(each[kind]).map((dependency) => `${dependency} of ${each.name}`));
  const explained = (heading: string) =>
    documentedRows(heading).map(([dependency, of, why]) => {
      assert.ok(why && why.length > 10, `docs/dependencies.md gives no reason for ${dependency}`);
      return `${dependency} of ${of}`;
    });

  it("dependencies: each that users install is justified in docs/dependencies.md, and nothing else is", () => {
    assert.deepEqual(explained("Installed by users").sort(), listed("dependencies").sort());
  });

  it("dependencies: each peer is justified", () => {
    assert.deepEqual(explained("Peers").sort(), listed("peerDependencies").sort());
  });

  it("dependencies: each of development is justified", () => {
    const rows = documentedRows("In development");
    for (const [name, why] of rows)
      assert.ok(why && why.length > 10, `docs/dependencies.md gives no reason for ${name}`);
    assert.deepEqual(
      rows.map(([name]) => name).sort(),
      manifests.flatMap(({ devDependencies }) => Object.keys(devDependencies)).sort(),
    );
  });

  it("dependencies: there are no optional ones", () => {
    assert.deepEqual(
      manifests.flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies)),
      [],
    );
  });

  it("dependencies: so many packages are installed as docs/dependencies.md says", () => {
    const text = readFileSync(join(root, "docs/dependencies.md"), "utf8").replaceAll("\n", " ");
    const of = (folder: string) => broughtBy(folder).length;
    assert.match(
      text,
      new RegExp(`\`pulumi-flows\` brings ${of("")} packages, and \`pulumi-flows-testing\` ${of("testing")} `),
    );
    assert.match(text, new RegExp(`${of("node_modules/axios")} of the ${of("")} packages come with it`));
    for (const name of ["lodash", "yaml", "zod"]) assert.deepEqual(broughtBy(`node_modules/${name}`), [], name);
  });

  it("licences: all that users install is under a permissive one", () => {
    const permissive = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD"];
    const others = Object.values(published).flatMap((folder) =>
      broughtBy(folder)
        .map((path) => `${nameIn(path)}: ${packages[path]?.license}`)
        .filter((each) => !permissive.some((licence) => each.endsWith(`: ${licence}`))),
    );
    assert.deepEqual(others, []);
  });
});

describe("installation", () => {
  it("installation: the packages run nothing when they are installed", () => {
    // npm runs `prepare` also where a package is installed from a repository.
    const onInstall = ["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare"];
    for (const { name, scripts } of manifests)
      assert.deepEqual(
        Object.keys(scripts).filter((script) => onInstall.includes(script)),
        [],
        name,
      );
  });

  it("installation: nothing that comes with them runs anything either; with Pulumi's SDK, one script that only warns", () => {
    const running = (folder: string, options = {}) =>
      broughtBy(folder, options).filter((path) => packages[path]?.hasInstallScript);
    for (const { folder } of manifests) {
      assert.deepEqual(running(folder), []);
      assert.deepEqual(running(folder, { peers: true }), ["node_modules/protobufjs"]);
    }
  });

  it("installation: in development nothing else runs anything", () => {
    assert.deepEqual(
      Object.keys(packages).filter((path) => packages[path]?.hasInstallScript),
      ["node_modules/protobufjs"],
    );
  });

  it("lock file: every package is locked by hash, but for binaries of other systems that only development may use", () => {
    const own = ["", ...Object.values(published), ...Object.keys(published).map((name) => `node_modules/${name}`)];
    const loose = Object.keys(packages).filter(
      (path) => !own.includes(path) && !packages[path]?.integrity?.startsWith("sha512-"),
    );
    assert.deepEqual(
      loose.filter((path) => {
        const { dev, optional, os } = packages[path] ?? {};
        return !(dev && optional && os);
      }),
      [],
    );
    assert.match(
      readFileSync(join(root, "docs/dependencies.md"), "utf8"),
      new RegExp(`^${loose.length} binaries`, "m"),
    );
  });

  it("lock file: nothing comes from elsewhere than a registry", () => {
    const elsewhere = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
    assert.deepEqual(Object.fromEntries(elsewhere.map(([path, { resolved }]) => [path, resolved])), {
      "node_modules/pulumi-flows": "",
      "node_modules/pulumi-flows-testing": "testing",
    });
  });

  it("lock file: says of both packages what their package.json says", () => {
    for (const { folder, dependencies, devDependencies, peerDependencies } of manifests) {
      const { dependencies: locked = {}, peerDependencies: peers = {} } = packages[folder] ?? {};
      assert.deepEqual({ locked, peers }, { locked: dependencies, peers: peerDependencies });
      for (const name of Object.keys(devDependencies)) assert.ok(packages[`node_modules/${name}`], name);
    }
  });
});
