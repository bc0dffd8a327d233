// What a program may ask for and the rehearsal does not do; `words` are what it says then.

exports.refusals = {
  deletedWith: {
    words: /not rehearsed: .*deletedWith/,
    declare(_version, { Flow }) {
      const a = new Flow("a", { name: "a" });
      new Flow("b", { name: "b" }, { deletedWith: a });
    },
  },
  import: {
    words: /not rehearsed: .*import/,
    declare(_version, { Flow }) {
      new Flow("a", { name: "a" }, { import: "a" });
    },
  },
  otherTypes: {
    words: /not rehearsed: resources of type aws:s3:Bucket/,
    declare(_version, { pulumi }) {
      new pulumi.CustomResource("aws:s3:Bucket", "bucket", {});
    },
  },
  otherProviders: {
    words: /not rehearsed: resources of type pulumi:providers:aws/,
    declare(_version, { pulumi }) {
      new pulumi.ProviderResource("aws", "second", {});
    },
  },
  stackReferences: {
    words: /not rehearsed: resources of type pulumi:pulumi:StackReference/,
    declare(_version, { pulumi }) {
      new pulumi.StackReference("organization/other/dev");
    },
  },
  functions: {
    words: /not rehearsed: provider functions/,
    declare(_version, { pulumi }) {
      pulumi.runtime.invoke("aws:index:getRegion", {}).catch(() => undefined);
    },
  },
  transforms: {
    words: /not rehearsed: transforms/,
    declare(_version, { pulumi, Flow }) {
      pulumi.runtime.registerStackTransform(() => undefined);
      new Flow("a", { name: "a" });
    },
  },
  hooks: {
    words: /not rehearsed: resource hooks/,
    declare(_version, { pulumi, Flow }) {
      const hook = new pulumi.ResourceHook("hook", () => undefined);
      new Flow("a", { name: "a" }, { hooks: { beforeCreate: [hook] } });
    },
  },
  assets: {
    words: /not rehearsed: assets/,
    declare(_version, { pulumi, Flow }) {
      new Flow("a", { name: "a", meta: { file: new pulumi.asset.StringAsset("text") } });
    },
  },
  remoteProvider: {
    words: /fake:apiUrl is not an address on this machine/,
    declare(_version, { Flow, Provider }) {
      const second = new Provider("second", { "fake:apiUrl": "https://api.example.com" });
      new Flow("a", { name: "a" }, { provider: second });
    },
  },
  twice: {
    words: /Duplicate resource URN/,
    declare(_version, { Flow }) {
      new Flow("a", { name: "a" });
      new Flow("a", { name: "b" });
    },
  },
};
