import * as pulumi from "@pulumi/pulumi";
import type * as Toy from "../../toy/resources";

// A copy of the package that knows one vendor more, made by the stage; it has no types of its own.
const { Graph, Channel }: typeof Toy = require("pulumi-flows").toy;

const start = { id: "start", type: "say", message: "Welcome" };
const greet = { id: "greet", type: "ask", message: "Hi", buttons: [{ id: "ok", title: "OK" }] };

/** One program for each scenario; `v` is the version of the program, as its author edits it. */
const scenarios: Record<string, (v: number) => Record<string, unknown>> = {
  graph(v) {
    const check = { id: "check", type: "say", message: "Checking", temperature: 0.2 };
    const graph = new Graph("bot", {
      description: "answers",
      definition: {
        nodes: [start, ...(v >= 2 ? [check] : []), { ...greet, message: v >= 3 ? "Hello" : "Hi" }],
        edges: [
          { source: "start", target: v >= 4 ? "check" : "greet" },
          ...(v >= 5 ? [{ source: "check", target: "greet" }] : []),
        ],
      },
    });
    return { url: graph.url };
  },

  secrets(v) {
    const headers = { authorization: v >= 2 ? "Bearer second" : "Bearer first", accept: "text/plain" };
    new Graph("bot", {
      definition: {
        nodes: [
          { id: "start", type: "call", headers, token: "token-in-clear", message: v >= 2 ? "two" : "one" },
          { id: "greet", type: "say", message: pulumi.secret("hush-hush") },
        ],
        edges: [{ source: "start", target: "greet" }],
      },
    });
    return {};
  },

  ignored(v) {
    const definition = {
      nodes: [start, { ...greet, message: `greet ${v}` }, { id: "bye", type: "say", message: `bye ${v}` }],
      edges: [{ source: "start", target: "greet" }],
    };
    new Graph("bot", { definition }, { ignoreChanges: ["definition.nodes.greet.message"] });
    return {};
  },

  unknown(v) {
    const other = new Graph("other", { description: `v${v}` });
    new Graph("bot", {
      definition: {
        nodes: [start, { ...greet, message: pulumi.interpolate`about ${other.url}` }],
        edges: [{ source: "start", target: "greet" }],
      },
    });
    return {};
  },

  twice() {
    new Graph("bot", {
      definition: {
        nodes: [start, greet, { ...greet, message: "again" }],
        edges: [
          { source: "start", target: "greet" },
          { source: "start", label: "next", target: "nowhere" },
        ],
      },
    });
    return {};
  },

  pointer(v) {
    const graph = new Graph("bot", {
      project: v >= 4 ? "other-shop" : "shop",
      name: v >= 2 ? "renamed" : "bot",
      description: v >= 2 ? "two" : "one",
    });
    if (v < 5) new Channel("live", { graph: graph.id, revision: v === 3 ? 2 : 1 });
    return {};
  },
};

const config = new pulumi.Config();
const scenario = scenarios[config.require("scenario")];
if (!scenario) throw new Error(`There is no scenario ${config.require("scenario")}`);
export const result = scenario(config.requireNumber("v"));
