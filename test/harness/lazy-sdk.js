// Loaded before Pulumi's SDK by programs that tests start many hundred times. More than half of the SDK's start is what it loads for
// serializing functions and for driving a CLI, and zod brings its messages in forty languages: no such program uses any of it. It is
// loaded as soon as something of it is asked for.
const Module = require("node:module");

const UNUSED = new Set([
  "typescript",
  "@npmcli/arborist",
  "normalize-package-data",
  "execa",
  "js-yaml",
  "./automation",
  "../locales/index.cjs",
]);
const load = Module._load;

Module._load = function (name, ...rest) {
  if (!UNUSED.has(name)) return load.call(this, name, ...rest);
  let loaded;
  const real = () => {
    loaded ??= load.call(this, name, ...rest);
    return loaded;
  };
  return new Proxy(() => {}, {
    get: (_, key) => key === "__esModule" || real()[key],
    has: (_, key) => key in real(),
    apply: (_, self, args) => Reflect.apply(real(), self, args),
    construct: (_, args) => Reflect.construct(real(), args),
  });
};
