import { plainText } from "../../http/plain-text";
import { rulesOf } from "../../lifecycle/canonical";
import { showPath } from "../../lifecycle/paths";
import type { Vendor } from "../../vendors/vendor";
import type { Missing } from "./program";
import type { Broken } from "./references";
import { configured, secretsOf } from "./secrets-file";
import type { WrittenFlow } from "./written-flow";

/** What an export leaves to people. */
interface Exported {
  readonly vendor: Pick<Vendor, "name" | "settings">;
  readonly flows: readonly WrittenFlow[];
  readonly broken: readonly Broken[];
  readonly missing: readonly Missing[];
}

/** What is to be done before the first preview, and what the export could not do; never holds a secret. */
export function checklist(exported: Exported): string {
  const { vendor, flows } = exported;
  const sections = [
    `# Flows of ${vendor.name}, exported by pulumi-flows\n`,
    steps(exported),
    settings(exported),
    secrets(flows),
    table("What was exported", ["Flow", "Module", "Resource", "Id"], exportedRows(flows)),
    list("To know", notes(exported)),
    list(
      "Not exported",
      exported.missing.map(({ what, reason }) => `${inLine(what)}: ${inLine(reason)}`),
    ),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function steps({ flows }: Exported): string {
  if (flows.length === 0) return "Nothing was exported.\n";
  return `Run these in the folder of the program, once for the stack. After them \`pulumi preview\` shows no change.

\`\`\`bash
npm install
pulumi stack init dev                # or select the stack that is to manage these flows
# set what is listed below
pulumi import --file import.json --protect=false --generate-code=false --yes
pulumi preview --expect-no-changes
\`\`\`

\`import.json\` needs Pulumi 3.254 or newer. It holds what the flows hold, **secrets in clear**, as \`secrets.json\` does where there is one: keep both
out of version control, and delete them when the import is done. Pulumi encrypts the secrets in the state.
`;
}

/** Which settings of the vendor the stack needs: its keys, and what fills arguments that the program leaves out. */
function settings({ vendor, flows }: Exported): string {
  const filled = new Map<string, string>();
  for (const { flow, written, inputs } of flows) {
    for (const field of Object.keys(flow.type.fields.shape)) {
      const { setting } = rulesOf(flow.type, field);
      if (setting && !written.members.some(([each]) => each === field)) filled.set(setting, String(inputs[field]));
    }
  }
  const lines = Object.entries(vendor.settings).flatMap(([name, { secret }]) => {
    const value = filled.get(name);
    if (secret) return [`- [ ] \`pulumi config set --secret ${vendor.name}:${name}\``];
    return value === undefined ? [] : [`- [ ] \`pulumi config set ${vendor.name}:${name} ${quotedForShell(value)}\``];
  });
  return `## Settings

These, and the others with which the flows were read; or the environment variables of the same meaning.

${lines.join("\n")}
`;
}

function quotedForShell(value: string): string {
  return /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

function secrets(flows: readonly WrittenFlow[]): string {
  const lines = flows.flatMap((each) =>
    secretsOf(each).map((secret) => {
      const place = `\`flows/${each.flow.slug}.ts\`, ${showPath(secret.at, each.inputs)}`;
      // Asked for a value, Pulumi takes one line; of what is piped it drops line ends at the end.
      const isLong = /[\r\n]/.test(configured(secret));
      const command = `pulumi config set --secret ${isLong ? "--raw " : ""}${secret.name}${isLong ? " < FILE" : ""}`;
      return `- [ ] ${place}: \`${command}\`${typeof secret.value === "string" ? "" : " (as JSON)"}`;
    }),
  );
  if (lines.length === 0) return "";
  return `## Secrets

The program takes them from the stack's configuration. This sets all of them to what the vendor has now; while it runs, other users of the
machine may see them:

\`\`\`bash
pulumi config set-all --json "$(cat secrets.json)"
\`\`\`

Or one by one; each command asks for the value:

${lines.join("\n")}
`;
}

function exportedRows(flows: readonly WrittenFlow[]): string[][] {
  return flows.map(({ flow }) => [
    `${flow.type.noun} ${inLine(flow.label)}`,
    `\`flows/${flow.slug}.ts\``,
    `\`${flow.type.token}\` \`${flow.slug}\``,
    `\`${inLine(flow.id)}\``,
  ]);
}

/** Somebody else's words in a line or a cell. */
function inLine(text: string): string {
  return plainText(text, 1000).replace(/[|<>]/g, "\\$&");
}

function notes({ flows, broken }: Exported): string[] {
  return [
    ...flows.flatMap((each) => notesOn(each).map((note) => `\`flows/${each.flow.slug}.ts\`: ${inLine(note)}`)),
    ...broken.map(
      ({ from, to }) =>
        `\`flows/${from.slug}.ts\` names \`${to.slug}\` by its id, since that one needs it in turn: programs have no circles.`,
    ),
  ];
}

function notesOn({ flow, warnings }: WrittenFlow): string[] {
  const { type, program, untold, notes, inputs, lifecycle } = flow;
  const rules = Object.keys(type.fields.shape).flatMap((field) => {
    const { lenient } = rulesOf(type, field);
    if (lenient === undefined || program[field] !== lenient) return [];
    const { [field]: _, ...strictly } = program;
    const problems = lifecycle.check(strictly).failures.map(({ property, reason }) => `${property}: ${reason}`);
    return [
      `has \`${field}: ${JSON.stringify(lenient)}\`, since a preview would stop otherwise: ${problems.join("; ")}`,
    ];
  });
  const secrets = untold.map(
    (path) => `the vendor does not tell ${showPath(path, inputs)}: it is left as it is, until the program says it.`,
  );
  const doubts = warnings.flatMap(({ property, reason }) => {
    const doubt = `${property}: ${reason}`;
    return rules.some((each) => each.includes(doubt)) ? [] : [`every preview will warn: ${doubt}`];
  });
  return [...rules, ...notes, ...secrets, ...doubts];
}

function table(title: string, head: readonly string[], rows: readonly string[][]): string {
  if (rows.length === 0) return "";
  const lines = [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  return `## ${title}\n\n${lines.join("\n")}\n`;
}

function list(title: string, items: readonly string[]): string {
  return items.length === 0 ? "" : `## ${title}\n\n${items.map((item) => `- ${item}`).join("\n")}\n`;
}
