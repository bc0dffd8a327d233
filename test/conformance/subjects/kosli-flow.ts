import { isObject } from "../../../provider/lifecycle/values";
import { flow } from "../../../provider/vendors/kosli/flow";
import { kosli } from "../../../provider/vendors/kosli/vendor";
import {
  type Emulator,
  type KosliEdit,
  type KosliFlow,
  type KosliSwitches,
  startEmulator,
} from "../../../testing/src/emulator";
import type { Nature, People, Subject, World } from "../subject";

const TOKEN = "token-of-acme";

function peopleAt(emulator: Emulator): People {
  const alive = () => emulator.state().kosli.flows.filter(({ archived }) => !archived);
  const act = (identity: string, action: KosliEdit["action"], set?: KosliEdit["set"]) => {
    const found = alive().find(({ id }) => id === identity);
    if (!found) throw new Error(`there is no flow ${identity}`);
    emulator.edit({ vendor: "kosli", action, org: found.org, name: found.name, ...(set ? { set } : {}) });
  };
  return {
    objects: () =>
      alive().map(({ id, org, name, description, visibility, template, tags, repo_url }) => ({
        identity: id,
        key: `${org}/${name}`,
        content: { org, name, description, visibility, template, tags, repo_url },
      })),
    add: (name) => emulator.edit({ vendor: "kosli", action: "create", org: "acme", name }),
    remove: (identity) => act(identity, "archive"),
    edit(identity, field, stored) {
      if (field === "name") act(identity, "rename", { new_name: stored });
      else if (field === "tags") act(identity, "tag", isObject(stored) ? stored : {});
      else act(identity, "update", { [STORED[field] ?? field]: stored });
    },
  };
}

async function open(switches: Partial<KosliSwitches>, flows: KosliFlow[] = []): Promise<World> {
  const emulator = await startEmulator({ switches, seed: { kosli: { flows } } });
  const foreign = (invisibleOrg: KosliSwitches["invisibleOrg"]) => () => {
    emulator.switches({
      invisibleOrg,
      keys: { [TOKEN]: { orgs: ["acme"], role: "admin" }, foreign: { orgs: ["globex"], role: "admin" } },
    });
    return { apiToken: "foreign" };
  };
  return {
    emulator,
    branch: () => open(switches, emulator.state().kosli.flows),
    ...peopleAt(emulator),
    otherAccounts: {
      "a key that the vendor does not know": () => {
        emulator.switches({ keys: { [TOKEN]: { orgs: ["acme"], role: "admin" } } });
        return { apiToken: "unknown" };
      },
      "a key to which the organization does not exist": foreign(404),
      "a key to which the organization is closed": foreign(403),
    },
  };
}

function natureOf(switches: Partial<KosliSwitches>): Nature {
  return { switches, open: () => open(switches) };
}

/** Fields that the vendor stores under another name. */
const STORED: Readonly<Record<string, string>> = { legacyTemplate: "template", repoUrl: "repo_url" };

/** The other answers to what is unknown of the vendor, and may not matter. */
const GUESSED_OTHERWISE: Partial<KosliSwitches> = {
  templateOmittedOnUpdate: "keeps",
  putOnAlias: "updatesRenamed",
  renameOntoExisting: 400,
  emptyTemplateFile: "asAbsent",
  templateLineEnds: "lf",
  listActivity: "absent",
  tagsNull: true,
  repoUrlUnknown: null,
  tagInBoth: "removed",
  conflictOnConcurrentPut: false,
  archivedByItsNewName: "notFound",
  archivedWrites: "accepted",
};

const TEXT = "version: 1\ntrail:\n  attestations:\n    - name: review\n      type: pull_request\n";
const THEIR_TEXT = "version: 1\ntrail:\n  attestations:\n    - name: smoke\n      type: junit\n";

/** What Kosli makes of a list of controls. */
function controls(...names: readonly string[]): string {
  const lines = names.flatMap((name) => [`    - name: ${name}`, "      type: '*'"]);
  const begin = [
    "version: 1",
    "trail:",
    "  attestations: []",
    "  artifacts:",
    "  - name: artifact",
    "    attestations:",
  ];
  return [...begin, ...lines, ""].join("\n");
}

/** `kosli:Flow` */
export const kosliFlow: Subject = {
  vendor: kosli,
  type: flow,
  settings: (url) => ({ apiToken: TOKEN, org: "acme", apiUrl: url }),
  shared: { seed: { kosli: {} }, people: peopleAt },
  natures: {
    "as documented": natureOf({}),
    "without ids": natureOf({ ids: "absent" }),
    "guessed otherwise": { ...natureOf(GUESSED_OTHERWISE), withoutFaults: true },
    "tells no visibility": { ...natureOf({ visibilityInReply: "absent" }), withoutFaults: true },
  },
  least: { name: "web" },
  programs: {
    object: {
      name: "web",
      org: "acme",
      description: "the shop",
      visibility: "private",
      template: {
        version: 1,
        trail: {
          attestations: [
            { name: "review", type: "pull_request" },
            { name: "unit", type: "junit" },
          ],
          artifacts: [{ name: "image", attestations: [{ name: "scan", type: "snyk" }] }],
        },
      },
      tags: { team: "shop", tier: "gold" },
    },
    text: { name: "web", description: "the shop", template: TEXT },
    legacy: {
      name: "web",
      description: "the shop",
      legacyTemplate: ["scan"],
      repoUrl: "https://git.example/shop",
      tags: { team: "shop" },
    },
  },
  fields: {
    name: { to: "shop", theirs: "kiosk" },
    org: { to: "globex" },
    description: { to: "the new shop", theirs: "their shop" },
    visibility: { to: "public", theirs: "public" },
    template: {
      within: "text",
      to: TEXT.replace("review", "approval"),
      cleared: "version: 1",
      theirs: THEIR_TEXT,
      told: { to: [], theirs: ["smoke"] },
    },
    legacyTemplate: {
      within: "legacy",
      stored: "template",
      to: ["scan", "lint"],
      storedTo: controls("scan", "lint"),
      cleared: "version: 1",
      droppedWith: ["repoUrl"],
      theirs: controls("scan", "smoke"),
      told: { theirs: ["smoke"] },
    },
    repoUrl: { within: "legacy", stored: "repo_url", to: "https://git.example/new", theirs: "https://git.example/ci" },
    tags: {
      to: { team: "cart", area: "eu" },
      theirs: { team: "theirs" },
      othersKeys: { ci: "github" },
      told: { to: ["cart"] },
    },
  },
  secrets: [
    { program: { name: "web", description: "hush-hush" }, path: ["description"], secret: "hush-hush" },
    { program: { name: "web", tags: { team: "hush-hush" } }, path: ["tags", "team"], secret: "hush-hush" },
  ],
  waivers: [
    { rule: "ended outside", reason: "Archiving is Kosli's deletion: what is archived is gone, and its name is free." },
    { rule: "changed outside", field: "org", reason: "Kosli moves no flow between organizations." },
    { rule: "conflict", field: "org", reason: "Kosli moves no flow between organizations." },
    ...(["changed outside", "conflict"] as const).map((rule) => ({
      rule,
      field: "name",
      nature: "without ids",
      reason: "Without ids nothing tells a renamed flow from another one: every step is refused and says so.",
    })),
    ...(["changed outside", "conflict"] as const).map((rule) => ({
      rule,
      field: "visibility",
      nature: "tells no visibility",
      reason: "What a server does not tell is compared with what was sent.",
    })),
    {
      rule: "taken, changed",
      field: "repoUrl",
      reason: "What is taken over says its template as text, and repoUrl goes with legacyTemplate alone.",
    },
    { rule: "look-up", nature: "tells no visibility", reason: "A look-up cannot show what a server does not tell." },
    {
      rule: "stranger of the name",
      nature: "without ids",
      reason: "Without ids nothing tells the flow from another one that has its name now.",
    },
  ],
};
