// A dynamic provider for the fake vendor: what a real one is, as small as it can be.

const FIELDS = ["name", "description", "tags", "meta", "token"];
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const fieldsOf = (properties) =>
  Object.fromEntries(FIELDS.filter((key) => key in properties).map((key) => [key, properties[key]]));

exports.provider = (type) => {
  let config;
  const send = async (method, path, body) => {
    const response = await fetch(config.require("fake:apiUrl") + path, {
      method,
      headers: { authorization: config.get("fake:apiKey") ?? "none", "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (response.status === 404) return undefined;
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message);
    return answer;
  };
  const state = (flow) => ({
    ...fieldsOf(flow),
    etag: flow.etag,
    url: `https://fake/${flow.name}`,
    __declared: ["any"],
  });
  const provider = {
    configure: (request) => {
      config = request.config;
    },
    check: (_olds, news) => {
      const tooLong =
        typeof news.description === "string" && news.description.length > 64 && news.description !== UNKNOWN;
      const failures = tooLong ? [{ property: "description", reason: "is longer than 64 characters" }] : [];
      return { inputs: { ...news, tags: news.tags ?? [] }, failures };
    },
    diff: (_id, olds, news) => {
      const changed = FIELDS.filter((key) => !same(olds[key], news[key]));
      return { changes: changed.length > 0, replaces: changed.filter((key) => key === "name") };
    },
    create: async (inputs) => {
      const flow = await send("POST", "/flows", fieldsOf(inputs));
      if (inputs.description === "half") {
        const properties = { ...state(flow), __provider: inputs.__provider };
        throw Object.assign(new Error("made only half"), {
          id: flow.id,
          properties,
          reasons: ["the second call failed"],
        });
      }
      return { id: flow.id, outs: state(flow) };
    },
    read: async (id) => {
      const flow = await send("GET", `/flows/${id}`);
      if (!flow) return { id: "" };
      return { id, props: state(flow), inputs: fieldsOf(flow) };
    },
    update: async (id, _olds, news) => ({ outs: state(await send("PUT", `/flows/${id}`, fieldsOf(news))) }),
    delete: async (id) => {
      await send("DELETE", `/flows/${id}`);
    },
  };
  if (type === "fake:Raw") delete provider.diff;
  return provider;
};
