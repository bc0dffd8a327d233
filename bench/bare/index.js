const pulumi = require("@pulumi/pulumi");
const flowArguments = require("../flows/arguments");

/** What `pulumi.dynamic.Resource` is, with a constant text in place of a serialised closure. */
class BareFlow extends pulumi.CustomResource {
  constructor(name, args) {
    super("pulumi-nodejs:dynamic/bare:Flow", name, {
      ...args,
      __provider: 'exports.handler=()=>require("bare-provider")',
    });
  }
}

flowArguments().forEach((args, index) => {
  new BareFlow(`flow-${index}`, args);
});
