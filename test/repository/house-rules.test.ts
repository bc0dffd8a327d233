import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { allVendors } from "../../provider/vendors";

const root = resolve(__dirname, "../..");

function sources(...folders: string[]): { file: string; text: string; imports: string[] }[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.parentPath.includes("/dist"))
      .map((entry) => {
        const file = relative(root, join(entry.parentPath, entry.name));
        const text = readFileSync(join(root, file), "utf8");
        const imports = [...text.matchAll(/(?<!")(?:from|import|require\()\s*"([^"]+)"/g)].map(
          (match) => match[1] ?? "",
        );
        return { file, text, imports };
      }),
  );
}

/** Fails with the list of files that break a rule. */
function none(files: { file: string }[]): void {
  assert.deepEqual(
    files.map(({ file }) => file),
    [],
  );
}

const provider = sources("provider");

describe("house rules", () => {
  it("the lifecycle knows no vendor, no Pulumi and no HTTP", () => {
    const allowed = /^(\.\/|lodash\/|zod$|node:(crypto|util)$)/;
    none(sources("provider/lifecycle").filter(({ imports }) => imports.some((each) => !allowed.test(each))));
  });

  it("axios is imported by one file", () => {
    const files = provider.filter(({ imports }) => imports.includes("axios")).map(({ file }) => file);
    assert.deepEqual(files, ["provider/http/axios-transport.ts"]);
  });

  it("Pulumi's SDK is imported only where Pulumi is met", () => {
    const met = /^provider\/(sdk|hosts)\//;
    none(
      provider.filter(({ file, imports }) => !met.test(file) && imports.some((each) => each.startsWith("@pulumi/"))),
    );
  });

  it("vendors never import each other", () => {
    none(
      provider.filter(({ file, imports }) => {
        const vendor = /^provider\/vendors\/([^/]+)\//.exec(file)?.[1];
        return (
          vendor &&
          allVendors().some(({ name }) => name !== vendor && imports.some((each) => each.includes(`/${name}/`)))
        );
      }),
    );
  });

  it("the testing package never imports the provider, and the provider never the testing package", () => {
    none(
      sources("testing/src").filter(({ imports }) =>
        imports.some((each) => /provider\/|^pulumi-flows(\/|$)/.test(each) && !each.startsWith("./")),
      ),
    );
    none(provider.filter(({ imports }) => imports.some((each) => each.includes("testing"))));
  });

  it("clock, randomness, environment and console stay in the runtime and the commands", () => {
    const impure = /\bDate\.now\(|new Date\(\)|Math\.random|process\.env|\bconsole\.|setTimeout\(/;
    none(provider.filter(({ file, text }) => !/^provider\/(runtime|cli)\//.test(file) && impure.test(text)));
  });

  it("what a program loads never loads the commands", () => {
    none(
      provider.filter(
        ({ file, imports }) => !file.startsWith("provider/cli/") && imports.some((each) => each.includes("/cli/")),
      ),
    );
  });

  it("pictures know drawings alone, and only commands make them: what places their boxes is in one file, loaded when it is needed", () => {
    const allowed = /^(\.\/|\.\.\/lifecycle\/drawing$|@dagrejs\/dagre$)/;
    none(sources("provider/picture").filter(({ imports }) => imports.some((each) => !allowed.test(each))));
    const made = /^provider\/(cli|picture)\//;
    none(
      provider.filter(({ file, imports }) => !made.test(file) && imports.some((each) => each.includes("/picture/"))),
    );
    const placing = provider.filter(({ text }) => text.includes("@dagrejs/dagre"));
    assert.deepEqual(
      placing.map(({ file }) => file),
      ["provider/picture/layout.ts"],
    );
    assert.doesNotMatch(placing[0]?.text ?? "", /^import .*dagre/m);
  });

  it("only the commands touch files and other programs; the runtime reads the package's version", () => {
    const touches = /^node:(fs|child_process|readline|tty)(\/|$)/;
    const allowed = /^provider\/(cli\/|runtime\/version\.ts$)/;
    none(provider.filter(({ file, imports }) => !allowed.test(file) && imports.some((each) => touches.test(each))));
  });

  it("the processes of the commands are met in one file: everything else speaks through what it is given", () => {
    const spoken = /\bconsole\.|process\.(stdout|stderr|stdin|argv|exit)/;
    const files = provider.filter(({ text }) => spoken.test(text)).map(({ file }) => file);
    assert.deepEqual(files, ["provider/cli/bin.ts"]);
  });

  it("files are named in kebab-case, and none is a helper or a manager of something", () => {
    const files = [...provider, ...sources("testing/src", "scripts", "bench")];
    none(files.filter(({ file }) => !/^[a-z0-9/.-]+$/.test(file) || /(util|helper|manager)s?\b/.test(file)));
  });

  it("every file can be read in one sitting: 520 lines at most", () => {
    none(
      [...provider, ...sources("testing/src", "test", "scripts", "bench")].filter(
        ({ file, text }) => !file.endsWith("/api.ts") && text.split("\n").length > 520,
      ),
    );
  });

  it("every vendor has a description, an emulator, an example, a page and a reference", () => {
    const files = new Set(
      execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
        cwd: root,
        encoding: "utf8",
      }).split("\n"),
    );
    for (const { name } of allVendors()) {
      for (const file of [
        `spec/${name}.openapi.yaml`,
        `testing/src/emulator/${name}.ts`,
        `examples/${name}/Pulumi.yaml`,
        `docs/vendors/${name}.md`,
        `docs/reference/${name}.md`,
      ]) {
        assert.ok(files.has(file), `${file} is missing`);
      }
    }
  });

  it("tokens, which stand in every URN, are never renamed", () => {
    assert.deepEqual(
      allVendors().flatMap(({ flowTypes }) => flowTypes.map(({ token }) => token)),
      [
        "humanloop:Flow",
        "humanloop:FlowDeployment",
        "humanloop:FlowMonitoring",
        "kapso:Workflow",
        "kapso:Flow",
        "kapso:Trigger",
        "kapso:Function",
        "kosli:Flow",
        "runtype:Flow",
        "runtype:FlowPublication",
      ],
    );
  });

  it("the types of request bodies are those of the vendor's description", async () => {
    const { default: openapiTS, astToString } = await import("openapi-typescript");
    for (const { name } of allVendors()) {
      const generated = astToString(await openapiTS(new URL(`file://${root}/spec/${name}.openapi.yaml`)));
      const kept = readFileSync(join(root, `provider/vendors/${name}/api.ts`), "utf8");
      assert.ok(
        kept.endsWith(generated),
        `run \`npm run spec:types\`: provider/vendors/${name}/api.ts is not what spec/${name}.openapi.yaml says`,
      );
    }
  });

  it("the lock file knows every optional package, also those of other machines: without them `npm ci` refuses", () => {
    const lock = z.object({
      packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
    });
    const { packages } = lock.parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));
    const names = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
    const optional = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    assert.ok(optional.length > 0);
    assert.deepEqual(
      optional.filter((name) => !names.has(name)),
      [],
    );
  });

  it("the lock file carries no download addresses", () => {
    assert.doesNotMatch(readFileSync(join(root, "package-lock.json"), "utf8"), /"resolved": "http/);
  });
});
