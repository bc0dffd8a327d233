const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const pulumi = require("@pulumi/pulumi");
const flows = require("pulumi-flows");

// What the program says stands in a file beside it, so that each step of the story can say something else.
const { mark, resources, providers } = JSON.parse(readFileSync(join(__dirname, "program.json"), "utf8"));
const config = new pulumi.Config();

const explicit = {};
for (const { vendor, args, key } of providers) {
  explicit[vendor] = new flows[vendor].Provider(`other-${vendor}`, {
    ...args,
    [key]: config.requireSecret(`other-${vendor}`),
  });
}

const made = {};
for (const { token, name, args, elsewhere } of resources) {
  const [vendor, type] = token.split(":");
  made[name] = new flows[vendor][type](name, said(args), elsewhere ? { provider: explicit[vendor] } : {});
}

/** The arguments, with what is marked as secret, and the outputs that they name. */
function said(value) {
  if (typeof value === "string" && value.startsWith(mark)) return pulumi.secret(value.slice(mark.length));
  if (typeof value === "string" && value.startsWith("@")) {
    const [name, output] = value.slice(1).split(".");
    return made[name][output];
  }
  if (Array.isArray(value)) return value.map(said);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, said(member)]));
}
