const { kosli } = require("pulumi-flows");
const flowArguments = require("./arguments");

flowArguments().forEach((args, index) => {
  new kosli.Flow(`flow-${index}`, args);
});
