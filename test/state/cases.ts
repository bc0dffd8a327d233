import type { Values } from "../../provider/lifecycle/values";

/** Programs whose states are kept as goldens: together they use every member that a state of the type can have. */
export const cases: Readonly<Record<string, Readonly<Record<string, Values>>>> = {
  "kosli-flow": {
    minimal: { name: "minimal" },
    full: {
      name: "full",
      description: "what every release must prove",
      visibility: "private",
      template: {
        trail: {
          attestations: [{ name: "pull-request", type: "pull_request" }],
          artifacts: [{ name: "web", attestations: [{ name: "unit", type: "junit" }] }],
        },
      },
      tags: { team: "web", tier: "1" },
      adopt: true,
      onConflict: "overwrite",
    },
    text: {
      name: "text",
      template: "# by hand\nversion: 1\ntrail:\n  attestations:\n    - { name: unit, type: junit }\n",
    },
    legacy: { name: "legacy", legacyTemplate: ["unit", "lint"], repoUrl: "https://example.com/web" },
    secret: { name: "secret", description: "hush", tags: { team: "web" }, __secret: [["description"]] },
  },
};
