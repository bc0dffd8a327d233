import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { z } from "zod";
import { type PublishedName, published } from "../../scripts/supply-chain/lock-file";

const root = resolve(__dirname, "../..");

/** What a tarball holds beside what its sources are compiled to. */
const BESIDE: Readonly<Record<PublishedName, { sources: string; files: readonly string[] }>> = {
  "pulumi-flows": {
    sources: "provider",
    files: ["CHANGELOG.md", "LICENSE", "README.md", "dist/cli/export/builder-parameters.json", "package.json"],
  },
  "pulumi-flows-testing": {
    sources: "testing/src",
    files: [
      "LICENSE",
      "README.md",
      "package.json",
      ...["humanloop", "kapso", "kosli", "runtype"].map((vendor) => `spec/${vendor}.openapi.yaml`),
    ],
  },
};

const manifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  peerDependencies: z.record(z.string(), z.string()),
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

describe("packed packages", function () {
  this.timeout(60_000);
  /** A program's folder, in which both packages are installed from their tarballs, with nothing but what they declare. */
  let folder: string;
  const installed = (name: string) => join(folder, "node_modules", name);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-packed-"));
    for (const [name, from] of Object.entries(published)) {
      const args = ["pack", "--ignore-scripts", "--pack-destination", folder];
      execFileSync("npm", args, { cwd: join(root, from), stdio: "ignore" });
      mkdirSync(installed(name), { recursive: true });
      const tarball = readdirSync(folder).find((file) => new RegExp(`^${name}-\\d.*\\.tgz$`).test(file)) ?? "";
      execFileSync("tar", ["-xzf", join(folder, tarball), "-C", installed(name), "--strip-components=1"]);
      const { dependencies, peerDependencies } = manifest.parse(
        JSON.parse(readFileSync(join(installed(name), "package.json"), "utf8")),
      );
      for (const each of Object.keys({ ...dependencies, ...peerDependencies })) {
        const link = join(installed(name), "node_modules", each);
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(join(root, "node_modules", each), link);
      }
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What a tarball holds, without what is linked in for the tests. */
  const packed = (name: string) => filesUnder(installed(name)).filter((file) => !file.startsWith("node_modules/"));

  for (const [name, { sources, files }] of Object.entries(BESIDE)) {
    it(`packed: ${name} holds what its sources are compiled to, and nothing else`, () => {
      const compiled = filesUnder(join(root, sources))
        .filter((file) => file.endsWith(".ts"))
        .flatMap((file) => [".js", ".d.ts"].map((end) => `dist/${file.slice(0, -3)}${end}`));
      assert.deepEqual(
        packed(name),
        [...compiled, ...files].sort(),
        "the build is not that of these sources: npm run clean && npm run build",
      );
    });

    it(`packed: ${name} names no place of the machine that it was built on, and no source map`, () => {
      const machine = new RegExp(
        `${root}|/(?:home|Users|tmp|var|opt)/\\w|[A-Z]:\\\\\\\\|sourceMappingURL=|file:///\\w`,
      );
      const found = packed(name).filter(
        (file) => file !== "README.md" && machine.test(readFileSync(join(installed(name), file), "utf8")),
      );
      assert.deepEqual(found, []);
    });

    it(`packed: every module of ${name} loads with nothing but what the package declares`, () => {
      const modules = packed(name).filter((file) => file.endsWith(".js") && !/\/(bin|cli)\.js$/.test(file));
      assert.ok(modules.length > 50);
      const load = `for (const each of ${JSON.stringify(modules)}) require("./node_modules/${name}/" + each)`;
      const { status, stderr } = spawnSync(process.execPath, ["-e", load], { cwd: folder, encoding: "utf8" });
      assert.equal(status, 0, stderr);
    });
  }

  it("packed: the modules that old states load are there", () => {
    assert.ok(existsSync(join(installed("pulumi-flows"), "dist/runtime/v1.js")));
    const load = 'console.log(typeof require("pulumi-flows/runtime/v1")("kosli:Flow").check)';
    assert.equal(execFileSync(process.execPath, ["-e", load], { cwd: folder, encoding: "utf8" }), "function\n");
  });

  it("packed: the commands run", () => {
    for (const command of ["pulumi-flows/dist/cli/bin.js", "pulumi-flows-testing/dist/cli.js"]) {
      const told = execFileSync(process.execPath, [installed(command), "--help"], { encoding: "utf8" });
      assert.match(told, /usage/i);
    }
  });

  it("packed: these tests would notice a dependency that is not declared", () => {
    rmSync(join(installed("pulumi-flows"), "node_modules/zod"));
    const { status, stderr } = spawnSync(process.execPath, ["-e", 'require("pulumi-flows/runtime/v1")("kosli:Flow")'], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.notEqual(status, 0);
    assert.match(stderr, /Cannot find module 'zod'/);
  });
});
