// Copies the API descriptions into the package that ships them. `testing/spec` is made by the build, not kept in git.
const { copyFileSync, mkdirSync, readdirSync, rmSync } = require("node:fs");
const { join } = require("node:path");

const source = join(__dirname, "../spec");
const target = join(__dirname, "../testing/spec");

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const name of readdirSync(source).filter((file) => file.endsWith(".openapi.yaml"))) {
  copyFileSync(join(source, name), join(target, name));
}
