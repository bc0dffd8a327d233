import { join } from "node:path";
import { bodyAs, param } from "../../testing/src/emulator/call";
import { parseControl } from "../../testing/src/emulator/control-schema";
import { Collection } from "../../testing/src/emulator/store";
import {
  type Call,
  ControlError,
  type Dialect,
  type OpenVendor,
  type Reply,
  type Vendor,
  type World,
} from "../../testing/src/emulator/vendor";
import { describeViolation } from "../../testing/src/emulator/violations";
import { answerOf, brokenBecause, headOf } from "./toy-answers";
import {
  type DefinitionInput,
  editShape,
  type GraphReference,
  seedShape,
  switchDefaults,
  switchSchema,
  type ToyChannel,
  type ToyEdit,
  type ToyGraph,
  type ToySeed,
  type ToyState,
  type ToySwitches,
} from "./toy-records";

interface GraphContent {
  name?: string;
  description?: string | null;
  definition?: DefinitionInput;
}

const failure = (status: number, error: string): Reply => ({ status, body: { error } });
const done: Reply = { status: 204, body: undefined };
const noProject = (project: string) => failure(404, `There is no project '${project}'`);
const noGraph = (id: string) => failure(404, `There is no graph '${id}'`);
const noChannel = (id: string, channel: string) => failure(404, `Graph '${id}' has no channel '${channel}'`);
const taken = (name: string, project: string) =>
  failure(409, `Project '${project}' has a graph named '${name}' already`);
const broken = (reason: string) => failure(422, `The graph is broken: ${reason}`);
const noRevision = (id: string, revision: number) => failure(422, `Graph '${id}' never had a revision ${revision}`);

const dialect: Dialect = {
  invalid: (_operation, _params, violations) => failure(400, violations.map(describeViolation).join("; ")),
  unknownRoute: (pathExists) => (pathExists ? failure(405, "No such method here") : failure(404, "No such path")),
  tooManyRequests: () => failure(429, "Too many requests"),
  busy: () => failure(409, "Busy"),
  error: (error) => ({ error }),
};

/** The toy: graphs and their channels. */
export const toy: Vendor<ToySwitches, ToySeed, ToyEdit, ToyState> = {
  name: "toy",
  description: join(__dirname, "toy.openapi.yaml"),
  switches: { defaults: switchDefaults, schema: switchSchema },
  seed: seedShape,
  edit: editShape,
  generalStatuses: {},
  dialect,
  requestIdHeader: "x-request-id",
  open: (world, seed) => new Toy(world, seed),
};

class Toy implements OpenVendor<ToyState> {
  private readonly graphs = new Collection<ToyGraph>((graph) => [graph.id]);
  private readonly channels = new Collection<ToyChannel & { id: string }>((channel) => [channel.id]);
  /** Of graphs that do not show yet: how many more reads pass them by. No write, so not a part of the graph. */
  private readonly hidden = new Map<string, number>();
  private countedGraphs = 0;
  private countedEdges = 0;

  constructor(
    private readonly world: World<ToySwitches>,
    seed: unknown,
  ) {
    const { graphs = [], channels = [] } =
      seed === undefined ? {} : parseControl(world.contract.compile(seedShape), seed, "seed");
    this.countedGraphs = highest(graphs.flatMap(({ id }) => id ?? []));
    this.countedEdges = highest(graphs.flatMap(({ edge_ids = [] }) => edge_ids));
    for (const graph of graphs) {
      if (graph.id !== undefined && this.graphs.has(graph.id))
        throw new ControlError(`Wrong seed: two graphs ${graph.id}`);
      const { id, project, name, description = null, definition = { nodes: [], edges: [] }, ...more } = graph;
      insist(this.refused(definition), "seed");
      const made = this.newGraph(project, { name, description, definition }, id);
      if (more.edge_ids !== undefined && more.edge_ids.length !== definition.edges.length) {
        throw new ControlError(`Wrong seed: ${made.id} must have as many edge_ids as edges`);
      }
      this.graphs.put({ ...made, ...more });
    }
    for (const { graph_id, channel, revision, set_at = this.timestamp() } of channels) {
      const graph = this.graphs.find(graph_id);
      if (graph === undefined) throw new ControlError(`Wrong seed: there is no graph '${graph_id}'`);
      insist(this.point(graph, channel, revision, set_at), "seed");
    }
  }

  revision(): number {
    return this.graphs.revision + this.channels.revision;
  }

  snapshot(): ToyState {
    const channels = this.channels.all().map(({ id: _id, ...channel }) => channel);
    return structuredClone({ graphs: this.graphs.all(), channels });
  }

  authenticate(headers: Headers): { account: string } | { refusal: Reply } {
    const key = headers.get("x-toy-key") ?? "";
    return key === "" ? { refusal: failure(401, "The header X-Toy-Key is missing") } : { account: key };
  }

  authorise(_account: string, _operation: string, { project }: Readonly<Record<string, string>>): Reply | undefined {
    return project === undefined || this.exists(project) ? undefined : noProject(project);
  }

  exclusive(): undefined {
    return undefined;
  }

  handle(call: Call): Reply {
    switch (call.operation) {
      case "listGraphs":
        return this.list(param(call, "project"), call.query);
      case "createGraph":
        return this.create(param(call, "project"), bodyAs("GraphInput", call, this.world.contract));
      case "getGraph":
        return this.get(param(call, "id"));
      default:
        return this.handleExisting(call);
    }
  }

  /** Calls on a graph, which they see however young it is: only reading lags behind. */
  private handleExisting(call: Call): Reply {
    const graph = this.accessible(param(call, "id"));
    if (graph === undefined) return noGraph(param(call, "id"));
    switch (call.operation) {
      case "updateGraph":
        return this.update(graph, bodyAs("GraphPatch", call, this.world.contract));
      case "deleteGraph":
        return this.remove(graph);
      case "listChannels": {
        const channels = this.channels.all().filter(({ graph_id }) => graph_id === graph.id);
        return { status: 200, body: channels.map(({ id: _id, ...channel }) => channel) };
      }
      case "getChannel": {
        const channel = this.channels.find(keyOf(graph, param(call, "channel")));
        return channel === undefined ? noChannel(graph.id, param(call, "channel")) : channelAnswer(channel);
      }
      case "setChannel": {
        const { revision } = bodyAs<{ revision: number }>("ChannelInput", call, this.world.contract);
        return this.point(graph, param(call, "channel"), revision);
      }
      case "unsetChannel":
        return this.unset(graph, param(call, "channel"));
      default:
        throw new Error(`The description has an operation ${call.operation} which the emulator does not know`);
    }
  }

  // ---- reading

  private list(project: string, query: Call["query"]): Reply {
    const page = typeof query.page === "number" ? query.page : 1;
    const size = typeof query.size === "number" ? query.size : 50;
    const found = this.graphs
      .all()
      .filter((graph) => graph.project === project && (query.name === undefined || graph.name === query.name))
      .filter((graph) => this.shows(graph));
    return {
      status: 200,
      body: {
        data: found.slice((page - 1) * size, page * size).map(headOf),
        next: page * size < found.length ? page + 1 : null,
      },
    };
  }

  private get(id: string): Reply {
    const graph = this.accessible(id);
    return graph === undefined || !this.shows(graph) ? noGraph(id) : { status: 200, body: answerOf(graph) };
  }

  /** Counts a read that would show the graph. */
  private shows(graph: ToyGraph): boolean {
    const left = this.hidden.get(graph.id) ?? 0;
    if (left > 0) this.hidden.set(graph.id, left - 1);
    return left === 0;
  }

  // ---- writing

  private create(project: string, input: GraphContent & { name: string }): Reply {
    const { name, description = null, definition = { nodes: [], edges: [] } } = input;
    const { toyDuplicates, toyLag } = this.world.switches();
    const [before] = this.named(project, name);
    if (before !== undefined && toyDuplicates === "refused") return taken(name, project);
    const refused = this.refused(definition);
    if (refused !== undefined) return refused;
    if (before !== undefined && toyDuplicates === "upserts") {
      return { status: 200, body: answerOf(this.write(before, { description, definition })) };
    }
    const graph = this.newGraph(project, { name, description, definition });
    this.graphs.put(graph);
    if (toyLag > 0) this.hidden.set(graph.id, toyLag);
    return { status: 201, body: answerOf(graph) };
  }

  private update(graph: ToyGraph, { revision, ...patch }: GraphContent & { revision?: number }): Reply {
    if (revision !== undefined && revision !== graph.revision) {
      return failure(409, `Graph '${graph.id}' has revision ${graph.revision}, not ${revision}`);
    }
    const renamed = patch.name !== undefined && patch.name !== graph.name;
    if (renamed && this.world.switches().toyDuplicates !== "twins") {
      const { name = graph.name } = patch;
      if (this.named(graph.project, name).length > 0) return taken(name, graph.project);
    }
    const refused = patch.definition === undefined ? undefined : this.refused(patch.definition);
    return refused ?? { status: 200, body: headOf(this.write(graph, patch)) };
  }

  private remove(graph: ToyGraph): Reply {
    for (const channel of this.channels.all()) {
      if (channel.graph_id === graph.id) this.channels.delete(channel.id);
    }
    this.graphs.delete(graph.id);
    return done;
  }

  private point(graph: ToyGraph, channel: string, revision: number, set_at = this.timestamp()): Reply {
    if (revision > graph.revision) return noRevision(graph.id, revision);
    const row = { id: keyOf(graph, channel), graph_id: graph.id, channel, revision, set_at };
    this.channels.put(row);
    return channelAnswer(row);
  }

  private unset(graph: ToyGraph, channel: string): Reply {
    const key = keyOf(graph, channel);
    if (!this.channels.has(key)) return noChannel(graph.id, channel);
    this.channels.delete(key);
    return done;
  }

  /** Every write of a graph is a new revision, and every write of a definition gives its edges new ids. */
  private write(graph: ToyGraph, { name, description, definition }: GraphContent): ToyGraph {
    const written: ToyGraph = {
      ...graph,
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description: orNull(description) }),
      ...(definition !== undefined && { definition, edge_ids: this.newEdgeIds(definition) }),
      revision: graph.revision + 1,
      updated_at: this.timestamp(),
    };
    this.graphs.put(written);
    return written;
  }

  // ---- outside edits

  edit(input: unknown): void {
    const edit = parseControl(this.world.contract.compile(editShape), input, "edit");
    if (edit.action === "create") {
      const { project, name, set = {} } = edit;
      if (this.world.switches().toyDuplicates !== "twins" && this.named(project, name).length > 0) {
        insist(taken(name, project), "edit");
      }
      const { description = null, definition = { nodes: [], edges: [] } } = set;
      insist(this.refused(definition), "edit");
      this.graphs.put(this.newGraph(project, { name, description, definition }));
      return;
    }
    const graph = this.referredTo(edit);
    if (edit.action === "update") insist(this.update(graph, edit.set), "edit");
    else if (edit.action === "delete") this.remove(graph);
    else if (edit.action === "run") {
      this.graphs.put({ ...graph, revision: graph.revision + 1, run_count: graph.run_count + 1 });
    } else if (edit.action === "setChannel") insist(this.point(graph, edit.channel, edit.revision), "edit");
    else insist(this.unset(graph, edit.channel), "edit");
  }

  private referredTo(reference: GraphReference): ToyGraph {
    const found =
      "id" in reference
        ? this.graphs.all().filter(({ id }) => id === reference.id)
        : this.named(reference.project, reference.name);
    const [graph] = found;
    if (graph !== undefined && found.length === 1) return graph;
    const told = "id" in reference ? `'${reference.id}'` : `'${reference.name}' in '${reference.project}'`;
    throw new ControlError(
      graph === undefined
        ? `Wrong edit: there is no graph ${told}`
        : `Wrong edit: there are ${found.length} graphs ${told}; give the id of one`,
    );
  }

  // ---- what is there

  private exists(project: string): boolean {
    const { toyProjects } = this.world.switches();
    return toyProjects === "any" || toyProjects.includes(project);
  }

  private accessible(id: string): ToyGraph | undefined {
    const graph = this.graphs.find(id);
    return graph !== undefined && this.exists(graph.project) ? graph : undefined;
  }

  private named(project: string, name: string): ToyGraph[] {
    return this.graphs.all().filter((graph) => graph.project === project && graph.name === name);
  }

  private refused(definition: DefinitionInput): Reply | undefined {
    const reason = brokenBecause(definition);
    return reason === undefined ? undefined : broken(reason);
  }

  private newGraph(project: string, content: Required<GraphContent>, id = this.newGraphId()): ToyGraph {
    const { name, description, definition } = content;
    return {
      id,
      project,
      name,
      description: orNull(description),
      revision: 1,
      definition,
      edge_ids: this.newEdgeIds(definition),
      updated_at: this.timestamp(),
      run_count: 0,
    };
  }

  private newGraphId(): string {
    this.countedGraphs += 1;
    return `gr_${this.countedGraphs}`;
  }

  private newEdgeIds({ edges }: DefinitionInput): string[] {
    return edges.map(() => {
      this.countedEdges += 1;
      return `ed_${this.countedEdges}`;
    });
  }

  private timestamp(): string {
    return new Date(this.world.now()).toISOString();
  }
}

function keyOf(graph: ToyGraph, channel: string): string {
  return JSON.stringify([graph.id, channel]);
}

function channelAnswer({ graph_id, channel, revision, set_at }: ToyChannel): Reply {
  return { status: 200, body: { graph_id, channel, revision, set_at } };
}

function orNull(description: string | null): string | null {
  return description === "" ? null : description;
}

/** The highest number that ids of the form `gr_7` carry; 0 without ids. */
function highest(ids: readonly string[]): number {
  return Math.max(0, ...ids.map((id) => Number(id.slice(3))));
}

/** What a call would be refused for makes no sense as a seed or an edit either. */
function insist(reply: Reply | undefined, what: "seed" | "edit"): void {
  if (reply !== undefined && reply.status >= 400)
    throw new ControlError(`Wrong ${what}: ${JSON.stringify(reply.body)}`);
}
