// What happens to a stack over time. A step is an operation with the program's version, "fails" if it is to fail, or
// `{ vendor }`: what somebody does at the vendor meanwhile.

const edit = (vendor) => ({ vendor });

exports.stories = {
  crud: {
    steps: [
      ["preview", 1],
      ["up", 1],
      ["preview", 3],
      ["up", 1],
      ["up", 2],
      ["up", 3],
      ["up", 4],
      ["destroy", 4],
    ],
    declare(version, { Flow, pulumi }) {
      const a = new Flow("a", { name: version >= 3 ? "a-new" : "a", description: version >= 2 ? "two" : "one" });
      const b = new Flow("b", { name: "b", description: pulumi.interpolate`after ${a.url}` });
      if (version < 4) {
        const x = new Flow("x", { name: "x", description: b.etag });
        const y = new Flow("y", { name: "y", description: x.etag });
        new Flow("z", { name: "z" }, { dependsOn: [y] });
      }
      return { url: a.url, etag: b.etag };
    },
  },
  drift: {
    steps: [
      ["up", 1],
      edit((flows) => {
        flows.get("a").description = "drifted";
        flows.delete("b");
      }),
      ["refresh", 1],
      ["up", 1],
      ["refresh", 1],
    ],
    declare(_version, { Flow }) {
      const a = new Flow("a", { name: "a", description: "one", token: "t" });
      const b = new Flow("b", { name: "b", description: a.etag });
      new Flow("c", { name: "c", description: b.etag });
    },
  },
  half: {
    steps: [
      ["up", 1, "fails"],
      ["preview", 1],
      ["up", 1],
      ["up", 2],
      ["up", 2],
    ],
    declare(version, { Flow }) {
      const a = new Flow("a", { name: "a", description: version === 1 ? "half" : "whole" });
      new Flow("b", { name: "b", description: a.etag });
      new Flow("c", { name: "c" });
    },
  },
  hard: {
    steps: [
      ["up", 1],
      ["up", 2, "fails"],
      ["up", 3],
    ],
    declare(version, { Flow }) {
      const a = new Flow("a", { name: "a", description: version === 2 ? "boom" : `v${version}` });
      new Flow("b", { name: "b", description: a.etag });
      if (version === 1) new Flow("old", { name: "old" });
    },
  },
  checkFails: {
    steps: [["up", 1, "fails"]],
    declare(_version, { Flow }) {
      new Flow("a", { name: "a", description: "x".repeat(70) });
    },
  },
  throws: {
    steps: [
      ["up", 1],
      ["up", 2, "fails"],
    ],
    async declare(version, { Flow }) {
      const a = new Flow("a", { name: "a" });
      if (version === 1) return void new Flow("b", { name: "b", description: a.etag });
      // Once a is there: else it is chance what the program had registered before it broke.
      await new Promise((resolve) => a.etag.apply(resolve));
      // A short stack: Node takes many seconds to colour one that leads through node_modules.
      throw Object.assign(new Error("program broke"), { stack: "Error: program broke" });
    },
  },
  get: {
    steps: [
      edit((flows) => flows.set("ext", { id: "ext", name: "ext", description: "outside", etag: "e1" })),
      ["up", 1],
      ["up", 1],
      ["refresh", 1],
      ["destroy", 1],
    ],
    declare(_version, { Flow }) {
      const got = Flow.get("got", "ext");
      new Flow("a", { name: "a", description: got.etag });
      return { url: got.url };
    },
  },
  getMissing: {
    steps: [["up", 1]],
    declare(_version, { Flow }) {
      return { url: Flow.get("got", "nope").url };
    },
  },
  protect: {
    steps: [
      ["up", 1],
      ["up", 2, "fails"],
      ["up", 3],
      ["up", 2],
    ],
    declare(version, { Flow }) {
      if (version !== 2) new Flow("a", { name: "a" }, { protect: version === 1 });
      new Flow("b", { name: "b" });
    },
  },
  protectReplaced: {
    steps: [
      ["up", 1],
      ["up", 2, "fails"],
    ],
    declare(version, { Flow }) {
      new Flow("a", { name: `a${version}` }, { protect: true });
    },
  },
  retain: {
    steps: [
      ["up", 1],
      ["up", 2],
    ],
    declare(version, { Flow }) {
      if (version === 1) new Flow("a", { name: "a" }, { retainOnDelete: true });
    },
  },
  ignoreChanges: {
    steps: [
      ["up", 1],
      ["up", 2],
      ["up", 3],
    ],
    declare(version, { Flow }) {
      const meta = { x: version, y: { z: version, keep: 1 }, list: [version, 1] };
      const paths = ["description", "meta.x", "meta.y.z", "meta.list[0]"];
      new Flow("a", { name: "a", description: `d${version}`, meta }, { ignoreChanges: paths });
      const added = version > 1 ? { description: "added" } : {};
      new Flow(
        "b",
        { name: "b", ...added, tags: [`t${version}`] },
        { ignoreChanges: version === 3 ? ["tags"] : ["description"] },
      );
    },
  },
  aliases: {
    steps: [
      ["up", 1],
      ["up", 2],
      ["up", 3],
    ],
    declare(version, { Flow, Pair, pulumi }) {
      const a =
        version === 1 ? new Flow("old", { name: "a" }) : new Flow("new", { name: "a" }, { aliases: [{ name: "old" }] });
      new Flow("dependent", { name: "dependent", description: a.etag });
      new Pair(version === 1 ? "p" : "q", { name: "pair" }, version === 1 ? {} : { aliases: [{ name: "p" }] });
      if (version < 3) new Flow("top", { name: "top" });
      else {
        const parent = new pulumi.ComponentResource("fake:index:Group", "group");
        new Flow("top", { name: "top" }, { parent, aliases: [{ parent: pulumi.rootStackResource }] });
      }
    },
  },
  deleteBeforeReplace: {
    steps: [
      ["up", 1],
      ["preview", 2],
      ["up", 2],
      ["up", 3],
    ],
    declare(version, { Flow }) {
      const a = new Flow("a", { name: `a${version}` }, { deleteBeforeReplace: version < 3 });
      const b = new Flow("b", { name: a.url.apply((url) => `b-${url.split("/").pop()}`) });
      new Flow("c", { name: "c", description: b.etag });
    },
  },
  replaceOnChanges: {
    steps: [
      ["up", 1],
      ["up", 2],
      ["up", 3],
    ],
    declare(version, { Flow, Raw }) {
      new Flow("a", { name: "a", description: `d${version}` }, { replaceOnChanges: ["description"] });
      const options = { replaceOnChanges: version < 3 ? ["description"] : [] };
      new Raw("r", { name: `r${version}`, description: `d${version}`, tags: ["t"] }, options);
    },
  },
  secrets: {
    steps: [
      ["up", 1],
      ["up", 2],
      ["up", 2],
      ["refresh", 2],
    ],
    declare(version, { Flow, config, pulumi }) {
      const token = config.requireSecret("apiToken");
      const meta = { hidden: token, deep: { list: [1, pulumi.secret("quiet word")] }, version };
      new Flow("a", { name: "a", token, meta, description: pulumi.interpolate`has ${token}` });
      const b = new Flow("b", { name: "b", description: `d${version}` }, { additionalSecretOutputs: ["etag"] });
      new Flow("c", { name: "c", description: b.etag });
      return { token, etag: b.etag, both: pulumi.secret({ x: 1 }) };
    },
  },
  timeouts: {
    steps: [["up", 1]],
    declare(_version, { Flow }) {
      new Flow("a", { name: "a" }, { customTimeouts: { create: "5m", delete: "1h30m" } });
    },
  },
  asyncProgram: {
    steps: [
      ["up", 1],
      ["up", 2],
    ],
    async declare(_version, { Flow }) {
      const a = new Flow("a", { name: "a" });
      await new Promise((resolve) => setTimeout(resolve, 50));
      const b = await new Promise((resolve) =>
        a.etag.apply((etag) => resolve(new Flow("inside", { name: `in-${etag}` }))),
      );
      return { b: b.url, nothing: undefined };
    },
  },
  pendingReplacement: {
    steps: [
      ["up", 1],
      ["up", 2, "fails"],
      ["up", 3],
    ],
    declare(version, { Flow }) {
      new Flow("a", { name: `a${version}`, description: version === 2 ? "boom" : "ok" }, { deleteBeforeReplace: true });
    },
  },
  pendingDelete: {
    steps: [
      ["up", 1],
      ["up", 2, "fails"],
      edit((flows) => {
        flows.get("a1").description = "free";
      }),
      ["up", 2],
    ],
    declare(version, { Flow }) {
      new Flow("a", { name: `a${version}`, description: version === 1 ? "nodelete" : "ok" });
    },
  },
  halfReplaced: {
    steps: [
      ["up", 1],
      ["up", 2, "fails"],
      ["up", 3],
    ],
    declare(version, { Flow }) {
      new Flow("a", { name: version === 1 ? "a1" : "a2", description: version === 2 ? "half" : "whole" });
    },
  },
  targets: {
    steps: [["up", 1]],
    declare(version, { Flow }) {
      new Flow("a", { name: `a${version}` });
      new Flow("b", { name: `b${version}` });
      if (version === 3) new Flow("c", { name: "c" });
    },
  },
  deleteFails: {
    steps: [
      ["up", 1],
      ["destroy", 1, "fails"],
    ],
    declare(_version, { Flow }) {
      const a = new Flow("a", { name: "a" });
      const b = new Flow("b", { name: "b", description: "nodelete", tags: [a.etag] });
      new Flow("c", { name: "c", description: b.etag });
    },
  },
  providers: {
    steps: [
      ["preview", 1],
      ["up", 1],
      ["up", 1],
      ["refresh", 1],
      ["up", 2],
      ["preview", 3],
      ["up", 3],
      ["up", 4],
      ["destroy", 4],
    ],
    declare(version, { Flow, Provider, config, pulumi }) {
      const apiKey = pulumi.secret(version < 2 ? "second-key" : "rotated-key");
      if (version < 4) {
        const second = new Provider("second", { "fake:apiUrl": config.require("apiUrl"), "fake:apiKey": apiKey });
        new Flow("b", { name: "b" }, { provider: second });
        const here = version < 3;
        new Flow("moved", { name: here ? "moved" : "moved-away" }, here ? { provider: second } : {});
      }
      new Flow("a", { name: "a" });
    },
  },
  leaks: {
    steps: [["up", 1, "fails"]],
    declare(_version, { Flow, config }) {
      new Flow("a", { name: "a", description: "leak", token: config.requireSecret("apiToken") });
    },
  },
  logs: {
    steps: [["preview", 1]],
    async declare(_version, { pulumi }) {
      console.log("printed");
      await new Promise((resolve) => setTimeout(resolve, 100)); // standard output and log come by different ways
      await pulumi.log.info("told");
      await pulumi.log.warn("beware");
      await pulumi.log.debug("not told");
    },
  },
  slow: {
    steps: [["up", 1, "fails"]],
    declare(_version, { Flow }) {
      new Flow("a", { name: "a", description: "boom" });
      new Flow("slow", { name: "slow" });
    },
  },
  empty: {
    steps: [
      ["up", 1],
      ["up", 2],
    ],
    declare(version, { Flow }) {
      if (version === 1) new Flow("a", { name: "a" });
    },
  },
};
