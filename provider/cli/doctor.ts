import { decisionsOf } from "../runtime/decisions";
import { vendorsNamed } from "./accounts";
import { defineCommand } from "./command";
import { type Configuration, findConfiguration, noConfiguration } from "./configuration";
import { type Finding, findingsAsJson, findingsAsText, hasProblem } from "./doctor-report";
import { vendorFindings } from "./doctor-vendors";
import { versionFindings } from "./doctor-versions";
import { CommandError, logTo } from "./io";

/** `pulumi-flows doctor` */
export const doctor = defineCommand({
  summary: "Tells what of versions, configuration, keys and rights is not as it must be, and what to do.",
  help: `Usage: pulumi-flows doctor [options]

Looks at versions, at the configuration of the stack and where each setting of it was found,
and lists once, with each configured key, what the vendors have: that tells whether address,
key and its right to read are good. Changes nothing and shows no secret.

Options:
  --stack NAME     The stack whose configuration is used. Default: the one that is selected.
  --vendor NAME    Only this vendor, which must be configured. May be given several times.
  --json           The answer as JSON.
  --help           Tells this.

Exit code: 0 no problem, 1 a problem.
`,
  options: {
    stack: { type: "string" },
    vendor: { type: "string", multiple: true },
    json: { type: "boolean" },
  },
  async run(given, io) {
    const vendors = vendorsNamed(given.vendor);
    const found = await findConfiguration({ stack: given.stack }, io.cwd).catch(unreadable);
    const configuration = found instanceof CommandError ? noConfiguration() : found;
    const [versions, ...ofVendors] = await Promise.all([
      versionFindings(io.cwd),
      ...vendors.map((vendor) => vendorFindings(vendor, configuration, given.vendor !== undefined, logTo(io))),
    ]);
    const findings = [...versions, ...configurationFindings(found), ...ofVendors.flat()];
    const isUnconfigured = ofVendors.every(([first]) => first?.found === "not configured");
    if (isUnconfigured)
      findings.push({
        about: "configuration",
        subject: "vendors",
        status: "problem",
        found: "none is configured",
        fix: "Run this in the folder of a Pulumi project whose stack is configured, or set the variables above.",
      });
    io.stdout(given.json ? findingsAsJson(findings) : findingsAsText(findings));
    return hasProblem(findings) ? 1 : 0;
  },
});

/** A configuration that cannot be read is a problem to tell beside all others. */
function unreadable(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  throw error;
}

function configurationFindings(configuration: Configuration | CommandError): Finding[] {
  const about = "configuration";
  const decisions = decisionsOf(process.env);
  return [
    ...stackFindings(configuration),
    ...decisions.notes.map((note): Finding => ({ about, subject: "decisions", status: "note", found: note })),
    ...decisions.problems.map(
      ({ message }): Finding => ({ about, subject: "decisions", status: "problem", found: message }),
    ),
  ];
}

function stackFindings(configuration: Configuration | CommandError): Finding[] {
  const finding = { about: "configuration", subject: "stack" } as const;
  if (configuration instanceof CommandError) {
    const fix = "Put that right: until then only environment variables are looked at here.";
    return [{ ...finding, status: "problem", found: configuration.message, fix }];
  }
  const { source, notes } = configuration;
  return [
    { ...finding, status: "ok", found: source },
    ...notes.map((note): Finding => ({ ...finding, status: "note", found: note })),
  ];
}
