import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { node } from "../provider/sdk/kapso-nodes";
import { step } from "../provider/sdk/runtype-steps";
import { allVendors } from "../provider/vendors";
import { fileOf, referencePages } from "../scripts/reference";

const root = resolve(__dirname, "..");

const RESOURCES = allVendors().flatMap(({ name, flowTypes }) =>
  flowTypes.map((type) => ({
    type,
    title: type.token.replace(":", "."),
    path: `docs/reference/${name}/${fileOf(type.token.split(":")[1] ?? "")}`,
  })),
);

describe("reference pages", function () {
  this.timeout(60_000);

  let pages: Map<string, string>;

  before(() => {
    pages = referencePages();
  });

  it("reference: every vendor has an overview, and pages of its resources, its lookups and its provider", () => {
    for (const { name } of allVendors())
      for (const path of [`${name}.md`, `${name}/lookups.md`, `${name}/provider.md`])
        assert.ok(pages.has(`docs/reference/${path}`), path);
    assert.equal(RESOURCES.length, 10);
    for (const { path } of RESOURCES) assert.ok(pages.has(path), path);
  });

  it("reference: an overview leads to every page of its vendor", () => {
    for (const { name } of allVendors()) {
      const overview = pages.get(`docs/reference/${name}.md`) ?? "";
      const [, ...others] = [...pages.keys()].filter((path) => path.startsWith(`docs/reference/${name}`));
      for (const path of others) assert.ok(overview.includes(`](${path.replace("docs/reference/", "")})`), path);
    }
  });

  it("reference: the pages are what the generator makes of the source, and there are no others", () => {
    for (const [path, text] of pages) {
      assert.ok(
        existsSync(join(root, path)) && readFileSync(join(root, path), "utf8") === text,
        `${path} is out of date: run \`npm run docs:reference\``,
      );
    }
    const kept = allVendors().flatMap(({ name }) =>
      readdirSync(join(root, "docs/reference", name)).map((file) => `docs/reference/${name}/${file}`),
    );
    assert.deepEqual(
      kept.filter((path) => !pages.has(path)),
      [],
    );
  });

  it("reference: every argument of every flow type is there, and those whose change replaces it are marked", () => {
    for (const { path, type } of RESOURCES)
      for (const field of Object.keys(type.fields.shape))
        assert.ok(pages.get(path)?.includes(`- **\`${field}\`** · `), `${path}: ${field}`);
    assert.match(pages.get("docs/reference/kosli/flow.md") ?? "", /\*\*`org`\*\* .*a change replaces it/);
  });

  it("reference: every resource has an example, outputs, and links to what is told of its vendor", () => {
    for (const { path, title } of RESOURCES) {
      const page = pages.get(path) ?? "";
      assert.match(page, /^## Example\n\n```ts\n/m, path);
      assert.ok(page.includes(`new ${title}(`), path);
      assert.match(page, /^## Outputs\n/m, path);
      assert.match(page, /\]\(\.\.\/\.\.\/vendors\/\w+\.md\)/, path);
    }
  });

  it("reference: every resource and the lookups have a table of calls, with the right that each needs", () => {
    const lookups = allVendors().map(({ name }) => `docs/reference/${name}/lookups.md`);
    for (const path of [...RESOURCES.map((each) => each.path), ...lookups])
      assert.match(
        pages.get(path) ?? "",
        /\| Call \| When \| Least right \|\n\|[-|]+\|\n(\| `[A-Z]+ \/\S+` \| [^|]+ \| [^|]+ \|\n)+/,
        path,
      );
    for (const { name } of allVendors())
      assert.match(
        pages.get(`docs/reference/${name}.md`) ?? "",
        /\n## Rights\n.*For reading only.* it takes: \w/s,
        name,
      );
  });

  it("reference: whatever a table of calls says of when is explained, and so is what the commands call", () => {
    for (const { name } of allVendors()) {
      const [, legend = ""] = (pages.get(`docs/reference/${name}.md`) ?? "").split("\n## Rights\n");
      const resources = RESOURCES.filter(({ path }) => path.startsWith(`docs/reference/${name}/`));
      const rows = resources.flatMap(({ path }) => [
        ...(pages.get(path) ?? "").matchAll(/^\| `[A-Z]+ \/\S+` \| ([^|]+) \|/gm),
      ]);
      for (const when of new Set(rows.flatMap(([, told = ""]) => told.split(", "))))
        assert.match(legend, new RegExp(`^- .*\`${when}\`.*: `, "m"), `${name}: ${when}`);
      for (const command of ["pulumi-flows drift", "--unmanaged", "pulumi-flows doctor"])
        assert.ok(legend.includes(command), `${name}: ${command}`);
    }
  });

  it("reference: every kind of step is there", () => {
    for (const [vendor, builder, kinds] of [
      ["kapso", "node", node],
      ["runtype", "step", step],
    ] as const) {
      const page = pages.get(`docs/reference/${vendor}/${builder}.md`) ?? "";
      for (const name of Object.keys(kinds)) assert.ok(page.includes(`## ${vendor}.${builder}.${name}\n`), name);
    }
  });

  it("reference: settings within settings are there, by their paths", () => {
    const page = pages.get("docs/reference/kapso/node.md") ?? "";
    for (const path of ["ai_field_config.<key>.prompt", "list_sections[].rows[].id", "flow_agent_webhooks[].headers"])
      assert.ok(page.includes(`- **\`${path}\`** · `), path);
    const steps = pages.get("docs/reference/runtype/step.md") ?? "";
    for (const path of ["tools.toolIds", "http.headers", "trueSteps[].config"])
      assert.ok(steps.includes(`- **\`${path}\`** · `), path);
  });
});
