import * as pulumi from "@pulumi/pulumi";
import { kosli } from "pulumi-flows";

/** One program for each scenario; `v` is the version of the program, as its author edits it. */
const scenarios: Record<string, (v: number) => Record<string, unknown>> = {
  life(v) {
    const build = new kosli.Flow("build", {
      name: v >= 3 ? "build-renamed" : "build",
      description: v >= 2 ? "two" : "one",
      template: {
        trail: {
          attestations: [
            ...(v >= 2 ? [{ name: "lint", type: "generic" as const }] : []),
            { name: "unit", type: "junit" },
          ],
        },
      },
      tags: { team: "web" },
    });
    const deploy = new kosli.Flow("deploy", {
      description: pulumi.interpolate`after ${build.name}`,
      tags: { build: build.id },
    });
    if (v < 4) new kosli.Flow("extra", { description: deploy.name });
    return { build: build.url, vendorId: build.vendorId };
  },

  get() {
    const found = kosli.Flow.get("found", "acme/existing");
    return { description: found.description, template: found.template, isFlow: kosli.Flow.isInstance(found) };
  },

  getMissing() {
    return { description: kosli.Flow.get("found", "acme/nobody").description };
  },

  lookups() {
    const made = new kosli.Flow("made", { description: "to be found" });
    const one = kosli.getFlowOutput({ name: made.name }, { dependsOn: made });
    const all = kosli.listFlowsOutput({ nameContains: made.name }, { dependsOn: [made] });
    return { one: one.description, all: all.apply((flows) => flows.map(({ name }) => name)) };
  },

  secondAccount(v) {
    const other = new kosli.Provider("other", {
      apiToken: pulumi.secret("other-token"),
      org: "other",
      apiUrl: process.env.KOSLI_API_URL ?? "",
    });
    new kosli.Flow("here", { description: `v${v}` });
    const there = new kosli.Flow("there", { description: `v${v}` }, { provider: other });
    return { there: kosli.getFlowOutput({ name: "there" }, { provider: other, dependsOn: there }).description };
  },

  ignoreChanges(v) {
    const tags = { team: `team-${v}`, kind: `kind-${v}` };
    const template = {
      trail: { attestations: [{ name: "unit", type: v === 1 ? ("junit" as const) : ("generic" as const) }] },
    };
    new kosli.Flow(
      "flow",
      { description: `v${v}`, tags, template },
      { ignoreChanges: ["description", "tags.team", 'template.trail.attestations["unit"]'] },
    );
    return {};
  },

  protect(v) {
    if (v !== 2) new kosli.Flow("kept", {}, { protect: v === 1 });
    return {};
  },

  retain() {
    new kosli.Flow("retained", {}, { retainOnDelete: true });
    return {};
  },

  alias(v) {
    if (v === 1) new kosli.Flow("old", { name: "flow" });
    else new kosli.Flow("new", { name: "flow" }, { aliases: [{ name: "old" }] });
    return {};
  },

  component(v) {
    class Release extends pulumi.ComponentResource {
      constructor(name: string) {
        super("test:index:Release", name);
        new kosli.Flow(`${name}-flow`, { description: `v${v}` }, { parent: this });
      }
    }
    new Release("release");
    return {};
  },

  handOver(v) {
    if (v === 1) new kosli.Flow("old", { name: "flow", description: "one" });
    else new kosli.Flow("new", { name: "flow", description: "two", ...(v === 3 ? { adopt: true } : {}) });
    return {};
  },

  move(v) {
    new kosli.Flow("flow", { org: v === 1 ? "acme" : "elsewhere" });
    return {};
  },

  tags() {
    new kosli.Flow("flow", { tags: { team: "web" } });
    return {};
  },

  replaceAfter(v) {
    const adopt = v === 2 ? { adopt: true } : {};
    new kosli.Flow("flow", { tags: { team: "web" }, ...adopt }, { deleteBeforeReplace: false });
    return {};
  },

  replaceAdopting() {
    new kosli.Flow("flow", { tags: { team: "web" }, adopt: true });
    return {};
  },

  spelling(v) {
    const comment = v === 1 ? "" : "# a comment\n";
    new kosli.Flow("flow", {
      template: `${comment}version: 1\ntrail:\n  attestations:\n    - { name: unit, type: junit }\n`,
    });
    return {};
  },

  secret(v) {
    new kosli.Flow("flow", { description: pulumi.secret(`hush-${v}`), tags: { team: "web" } });
    return {};
  },

  invalid() {
    new kosli.Flow("flow", { template: "version: 1\ntrail:\n  attestations:\n    - name: unit\n      type: junitt\n" });
    return {};
  },
};

const config = new pulumi.Config();
const scenario = scenarios[config.require("scenario")];
if (!scenario) throw new Error(`There is no scenario ${config.require("scenario")}`);
export const result = scenario(config.requireNumber("v"));
