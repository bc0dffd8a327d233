// Loaded before Pulumi's SDK by programs that tests start many hundred times: what the SDK loads for serializing functions, which
// none of them does, is half of its start. It is loaded as soon as something of it is asked for.
const Module = require("node:module");

const load = Module._load;

Module._load = function (name, ...rest) {
  if (name !== "typescript" && name !== "@npmcli/arborist") return load.call(this, name, ...rest);
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
