import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { node } from "../provider/sdk/kapso-nodes";
import { step } from "../provider/sdk/runtype-steps";
import { allVendors } from "../provider/vendors";
import { referencePages } from "../scripts/reference";

const root = resolve(__dirname, "..");

describe("reference pages", function () {
  this.timeout(60_000);

  let pages: Map<string, string>;

  before(() => {
    pages = referencePages();
  });

  it("reference: every vendor has a page", () => {
    assert.deepEqual(
      [...pages.keys()],
      allVendors().map(({ name }) => `docs/reference/${name}.md`),
    );
  });

  it("reference: the pages are what the generator makes of the source", () => {
    for (const [path, text] of pages) {
      assert.ok(
        readFileSync(join(root, path), "utf8") === text,
        `${path} is out of date: run \`npm run docs:reference\``,
      );
    }
  });

  it("reference: every argument of every flow type is there, and those whose change replaces it are marked", () => {
    for (const { name, flowTypes } of allVendors()) {
      const page = pages.get(`docs/reference/${name}.md`) ?? "";
      for (const { fields } of flowTypes) {
        for (const field of Object.keys(fields.shape)) assert.ok(page.includes(`- **\`${field}\`** · `), field);
      }
    }
    assert.match(pages.get("docs/reference/kosli.md") ?? "", /\*\*`org`\*\* .*a change replaces it/);
  });

  it("reference: every resource and the lookups have a table of calls, with the right that each needs", () => {
    for (const { name, flowTypes } of allVendors()) {
      const sections = (pages.get(`docs/reference/${name}.md`) ?? "").split(/^## /m);
      for (const title of [...flowTypes.map(({ token }) => token.replace(":", ".")), "Lookups"]) {
        const section = sections.find((each) => each.startsWith(`${title}\n`)) ?? "";
        assert.match(
          section,
          /\| Call \| When \| Least right \|\n\|[-|]+\|\n(\| `[A-Z]+ \/\S+` \| [^|]+ \| [^|]+ \|\n)+/,
          title,
        );
      }
      assert.match(sections.find((each) => each.startsWith("Rights\n")) ?? "", /For reading only.* it takes: \w/);
    }
  });

  it("reference: whatever a table of calls says of when is explained, and so is what the commands call", () => {
    for (const [path, page] of pages) {
      const [tables = "", legend = ""] = page.split("\n## Rights\n");
      const [resources = ""] = tables.split("\n## Lookups\n");
      const rows = [...resources.matchAll(/^\| `[A-Z]+ \/\S+` \| ([^|]+) \|/gm)];
      for (const when of new Set(rows.flatMap(([, told = ""]) => told.split(", "))))
        assert.match(legend, new RegExp(`^- .*\`${when}\`.*: `, "m"), `${path}: ${when}`);
      for (const command of ["pulumi-flows drift", "--unmanaged", "pulumi-flows doctor"])
        assert.ok(legend.includes(command), `${path}: ${command}`);
    }
  });

  it("reference: every kind of step is there", () => {
    for (const [vendor, builder, kinds] of [
      ["kapso", "node", node],
      ["runtype", "step", step],
    ] as const) {
      const page = pages.get(`docs/reference/${vendor}.md`) ?? "";
      for (const name of Object.keys(kinds)) assert.ok(page.includes(`### ${vendor}.${builder}.${name}\n`), name);
    }
  });

  it("reference: settings within settings are there, by their paths", () => {
    const page = pages.get("docs/reference/kapso.md") ?? "";
    for (const path of ["ai_field_config.<key>.prompt", "list_sections[].rows[].id", "flow_agent_webhooks[].headers"])
      assert.ok(page.includes(`- **\`${path}\`** · `), path);
    const steps = pages.get("docs/reference/runtype.md") ?? "";
    for (const path of ["tools.toolIds", "http.headers", "trueSteps[].config"])
      assert.ok(steps.includes(`- **\`${path}\`** · `), path);
  });
});
