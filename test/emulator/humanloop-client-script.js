// Leads flows through their lives with the vendor's own Node client, and prints what it read.
// Arguments: the folder in which the client is installed, and the emulator's URL.
const { join } = require("node:path");

const [folder = "", url = ""] = process.argv.slice(2);
const { HumanloopClient } = require(join(folder, "node_modules", "humanloop"));

async function main() {
  const client = new HumanloopClient({ baseUrl: `${url}/v5`, apiKey: "hl_client" });
  const { flows, files, directories } = client;
  const once = { maxRetries: 0 };
  const statusOf = async (call) => {
    try {
      await call;
      return 200;
    } catch (error) {
      return error.statusCode;
    }
  };

  const attributes = { model: "gpt-4o", "Kebab-Case": { snake_case: [1, null, "x"], camelCase: true } };
  const first = await flows.upsert({ path: "Support/Triage", attributes, versionName: "one" });
  const again = await flows.upsert({ path: "Support/Triage", attributes });
  const second = await flows.upsert({ id: first.id, attributes: { model: "o3" }, versionDescription: "Second" });
  const taken = await statusOf(flows.upsert({ id: first.id, attributes: {}, versionName: "one" }, once));
  const refused = await statusOf(flows.upsert({ attributes: {} }, once));
  const renamed = await flows.updateFlowVersion(first.id, second.versionId, { name: "two" });
  const versions = await flows.listVersions(first.id, { evaluatorAggregates: true });
  const live = await flows.get(first.id);

  const environments = await flows.listEnvironments(first.id);
  const staging = environments.find(({ name }) => name === "staging");
  const deployed = await flows.setDeployment(first.id, staging.id, { versionId: second.versionId });
  const inStaging = await flows.get(first.id, { environment: "staging" });
  const deployments = await flows.listEnvironments(first.id);
  await flows.removeDeployment(first.id, staging.id);
  const empty = await statusOf(flows.get(first.id, { environment: "staging" }, once));

  const evaluator = await files.retrieveByPath({ path: "Files/evaluator" });
  const production = environments.find(({ tag }) => tag === "default");
  const monitored = await flows.updateMonitoring(first.id, {
    activate: [
      { evaluatorVersionId: evaluator.versionId },
      { evaluatorId: evaluator.id, environmentId: production.id },
    ],
  });
  const muted = await flows.updateMonitoring(first.id, { deactivate: [{ evaluatorVersionId: evaluator.versionId }] });

  const moved = await flows.move(first.id, { path: "Sales/Triage" });
  for (let index = 0; index < 4; index += 1) await flows.upsert({ path: `Bulk/${index}`, attributes: { index } });
  const paged = [];
  for await (const flow of await flows.list({ size: 2, sortBy: "name", order: "asc" })) paged.push(flow.name);
  const listed = await files.listFiles({ size: 50, order: "asc" });
  const all = await directories.list();
  const sales = await directories.get(moved.directoryId);
  const made = await directories.create({ path: "Empty/Inner" });
  const directory = await directories.update(made.id, { name: "Renamed" });
  await directories.delete(made.id);

  const lastVersion = await statusOf(flows.deleteFlowVersion(first.id, first.versionId, once));
  await flows.deleteFlowVersion(first.id, second.versionId);
  await flows.delete(first.id);
  const gone = await statusOf(flows.get(first.id, {}, once));
  const wrongKey = await statusOf(new HumanloopClient({ baseUrl: `${url}/v5`, apiKey: "" }).flows.list({}, once));

  return {
    id: first.id,
    attributes: first.attributes,
    created: first.createdAt instanceof Date,
    again: again.versionId === first.versionId && again.versionName === "one",
    refusals: { taken, refused, empty, lastVersion, gone, wrongKey },
    renamed: [renamed.versionName, renamed.versionDescription],
    versions: versions.records.map(({ versionName, environments: where }) => [versionName, where.length]),
    live: live.versionName,
    deployed: [deployed.versionName, inStaging.versionName],
    deployments: deployments.map(({ name, file }) => [name, file?.versionName]),
    monitored: monitored.evaluators.map(({ versionReference, state }) => [versionReference.type, state]),
    muted: muted.evaluators.map(({ versionReference, state }) => [versionReference.type, state]),
    moved: [moved.path, moved.name],
    paged,
    listed: listed.records.map(({ type }) => type),
    directories: all.map(({ path }) => path),
    sales: [sales.files.length, sales.parents.length],
    directory: directory.path,
  };
}

main().then((result) => console.log(JSON.stringify(result)));
