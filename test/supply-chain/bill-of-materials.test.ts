import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { billOfMaterials } from "../../scripts/supply-chain/bill-of-materials";
import { type LockedPackages, productionTree } from "../../scripts/supply-chain/lock-file";

const root = resolve(__dirname, "../..");
const integrity = `sha512-${Buffer.from("hash").toString("base64")}`;
const locked = { version: "1.0.0", license: "MIT", integrity };

/** `a` needs `b`, of which it has one of its own, and a peer that is beside it; `c` is there for development only. */
const small: LockedPackages = {
  "": { version: "2.0.0", license: "Apache-2.0", dependencies: { a: "^1" }, peerDependencies: { sdk: "*" } },
  "node_modules/a": { ...locked, dependencies: { b: "^2" }, peerDependencies: { "@of/peer": "*" } },
  "node_modules/a/node_modules/b": { ...locked, version: "2.1.0" },
  "node_modules/b": locked,
  "node_modules/c": { ...locked, dependencies: { b: "^1" } },
  "node_modules/@of/peer": { ...locked, license: "(MIT OR ISC)" },
  "node_modules/sdk": { ...locked, hasInstallScript: true },
};

describe("bill of materials", () => {
  it("bill: lists what is installed with a package, in the place that Node finds it, and no more", () => {
    assert.deepEqual(Object.fromEntries(productionTree(small, "")), {
      "": ["node_modules/a"],
      "node_modules/a": ["node_modules/@of/peer", "node_modules/a/node_modules/b"],
      "node_modules/@of/peer": [],
      "node_modules/a/node_modules/b": [],
    });
    assert.ok(productionTree(small, "", { peers: true }).has("node_modules/sdk"));
  });

  it("bill: tells version, hash, licence and address of each, and what needs what", () => {
    const { components, dependencies, metadata } = billOfMaterials(small, "pulumi-flows");
    assert.equal(metadata.component.purl, "pkg:npm/pulumi-flows@2.0.0");
    const hashes = [{ alg: "SHA-512", content: Buffer.from("hash").toString("hex") }];
    assert.deepEqual(components, [
      {
        type: "library",
        "bom-ref": "@of/peer@1.0.0",
        group: "@of",
        name: "peer",
        version: "1.0.0",
        licenses: [{ expression: "(MIT OR ISC)" }],
        purl: "pkg:npm/%40of/peer@1.0.0",
        scope: "required",
        hashes,
      },
      ...["a@1.0.0", "b@2.1.0"].map((ref) => ({
        type: "library",
        "bom-ref": ref,
        name: ref[0],
        version: ref.slice(2),
        licenses: [{ license: { id: "MIT" } }],
        purl: `pkg:npm/${ref}`,
        scope: "required",
        hashes,
      })),
    ]);
    assert.deepEqual(dependencies, [
      { ref: "pulumi-flows@2.0.0", dependsOn: ["a@1.0.0"] },
      { ref: "@of/peer@1.0.0", dependsOn: [] },
      { ref: "a@1.0.0", dependsOn: ["@of/peer@1.0.0", "b@2.1.0"] },
      { ref: "b@2.1.0", dependsOn: [] },
    ]);
  });

  it("bill: what is locked without a hash stops it", () => {
    const loose = { ...small, "node_modules/a": { ...small["node_modules/a"], integrity: undefined } };
    assert.throws(() => billOfMaterials(loose, "pulumi-flows"), /node_modules\/a is locked without a hash/);
  });

  it("bill: another version gives another serial number", () => {
    const serial = (packages: LockedPackages) => billOfMaterials(packages, "pulumi-flows").serialNumber;
    assert.match(serial(small), /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(serial(small), serial({ ...small, "node_modules/@of/peer": locked }));
  });

  it("bill: the script writes both packages' bills, each time the same", () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-sbom-"));
    try {
      const script = join(root, "scripts/supply-chain/write-bills.ts");
      const written = ["one", "two"].map((to) => {
        const args = ["-r", "ts-node/register/transpile-only", script, "--to", join(folder, to)];
        execFileSync(process.execPath, args, { cwd: root });
        return ["pulumi-flows", "pulumi-flows-testing"].map((name) =>
          readFileSync(join(folder, to, `${name}.cdx.json`), "utf8"),
        );
      });
      assert.deepEqual(written[0], written[1]);
      assert.doesNotMatch(String(written), new RegExp(`timestamp|${root}`));
      const names = JSON.parse(written[0]?.[0] ?? "").components.map(({ name }: { name: string }) => name);
      // `npm sbom --omit=dev` leaves out what development needs too.
      for (const direct of ["axios", "lodash", "yaml", "zod"]) assert.ok(names.includes(direct), direct);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
