import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { kosli } from "pulumi-flows";

const stack = pulumi.getStack();
const config = new pulumi.Config();
const protect = config.getBoolean("protect") ?? false;

// Names carry the stack's name, so that dev and prod can share one organization.
const tags = { team: config.require("team"), environment: stack };

// The template is a YAML file, which its authors edit and review without knowing Pulumi.
const build = new kosli.Flow(
  "build",
  {
    name: `payments-build-${stack}`,
    description: "Builds the payments service",
    template: readFileSync(join(__dirname, "templates/build.yaml"), "utf8"),
    tags,
  },
  { protect },
);

// The template is an object, so that a part of it can depend on something. A preview names the attestation that changes.
const deploy = new kosli.Flow(
  "deploy",
  {
    name: `payments-deploy-${stack}`,
    // The name and the id of a flow are known in a preview, its url is not: prefer them for wiring flows together.
    description: pulumi.interpolate`Deploys what ${build.name} has built`,
    // Everybody may see what runs in dev. Leave visibility out where Kosli shall choose.
    visibility: stack === "prod" ? "private" : "public",
    template: {
      trail: {
        attestations: [
          { name: "rollout", type: "generic" },
          { name: "change-record", type: "custom:change-record" },
        ],
      },
    },
    tags: { ...tags, builtBy: build.id },
  },
  { protect },
);

// A flow that others manage. A lookup calls Kosli in every preview and up, and fails the program where there is no such flow:
// look up what exists before this program runs. Of this program's own flows, use the outputs.
const baseImageFlow = config.get("baseImageFlow");
const baseImage = baseImageFlow === undefined ? undefined : kosli.getFlowOutput({ name: baseImageFlow });

// A second account has a provider of its own: pulumi config set --secret auditToken
const auditToken = config.getSecret("auditToken");
if (auditToken) {
  const auditors = new kosli.Provider("auditors", { apiToken: auditToken, org: "acme-audit" });
  new kosli.Flow(
    "audit",
    { name: `payments-audit-${stack}`, description: pulumi.interpolate`Audits ${deploy.name}` },
    { provider: auditors, protect },
  );
}

export const pages = { build: build.url, deploy: deploy.url, ...(baseImage ? { baseImage: baseImage.url } : {}) };
