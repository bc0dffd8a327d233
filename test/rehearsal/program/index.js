// One program for all stories: STORY says which, VERSION what has been edited since.

const pulumi = require("@pulumi/pulumi");
const { refusals } = require("./refusals");
const { stories } = require("./stories");

const outputs = { etag: undefined, url: undefined };

class Flow extends pulumi.CustomResource {
  constructor(name, args, options) {
    const handler = 'exports.handler=()=>require("./provider").provider("fake:Flow")';
    super("pulumi-nodejs:dynamic/fake:Flow", name, { ...outputs, ...args, __provider: handler }, options);
  }

  static get(name, id, options) {
    return new Flow(name, {}, { ...options, id });
  }
}

/** A resource whose provider has no diff. */
class Raw extends pulumi.CustomResource {
  constructor(name, args, options) {
    const handler = 'exports.handler=()=>require("./provider").provider("fake:Raw")';
    super("pulumi-nodejs:dynamic/fake:Raw", name, { ...outputs, ...args, __provider: handler }, options);
  }
}

class Provider extends pulumi.ProviderResource {
  constructor(name, settings, options) {
    super("pulumi-nodejs", name, settings, options);
  }
}

class Pair extends pulumi.ComponentResource {
  constructor(name, args, options) {
    super("fake:index:Pair", name, {}, options);
    this.left = new Flow(`${name}-left`, { name: `${args.name}-left` }, { parent: this });
    this.right = new Flow(
      `${name}-right`,
      { name: `${args.name}-right`, description: this.left.etag },
      { parent: this },
    );
    this.registerOutputs({ url: this.right.url });
  }
}

const story = stories[process.env.STORY] ?? refusals[process.env.STORY];
module.exports = async () =>
  story.declare(Number(process.env.VERSION), { Flow, Raw, Provider, Pair, pulumi, config: new pulumi.Config("fake") });
