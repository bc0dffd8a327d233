import { bodyAs, param } from "./call";
import { parseControl } from "./control-schema";
import { dialect, failure, invalid, invalidField, noFlow } from "./kosli-dialect";
import {
  editShape,
  type KosliEdit,
  type KosliFlow,
  type KosliSeed,
  type KosliState,
  nothingShape,
  renameShape,
  seedShape,
  tagShape,
  updateShape,
} from "./kosli-records";
import { type KosliSwitches, switchDefaults, switchSchema } from "./kosli-switches";
import { legacyTemplate, storedTemplate, templateProblems } from "./kosli-template";
import { Collection } from "./store";
import { type Call, ControlError, type OpenVendor, type Reply, type Vendor, type World } from "./vendor";

// Section numbers are those of the vendor notes on Kosli (`vendors/kosli.md`).

interface FlowData {
  name: string;
  description: string;
  visibility?: KosliFlow["visibility"] | null;
}
interface LegacyFlowInput extends FlowData {
  template: string[];
  repo_url?: string | null;
}
interface TagPatch {
  set_tags?: Record<string, string> | null;
  remove_tags?: string[] | null;
}

const okay = (status = 200): Reply => ({ status, body: "OK" });

const reading = new Set(["listFlows", "getFlow", "getFlowTemplateSchema"]);

/** Kosli: flows, their templates and tags. */
export const kosli: Vendor<KosliSwitches, KosliSeed, KosliEdit, KosliState> = {
  name: "kosli",
  switches: { defaults: switchDefaults, schema: switchSchema },
  seed: seedShape,
  edit: editShape,
  // An unknown organization answers 404 wherever it is met; the description lists 404 only where a flow is named.
  generalStatuses: { 404: "Error" },
  dialect,
  open: (world, seed) => new Kosli(world, seed),
};

class Kosli implements OpenVendor<KosliState> {
  /** A flow is found by its name and by the names that it gave up. */
  private readonly flows = new Collection<KosliFlow>((flow) =>
    [...flow.former_names, flow.name].map((name) => keyOf(flow.org, name)),
  );
  private counted = 0;

  constructor(
    private readonly world: World<KosliSwitches>,
    seed: unknown,
  ) {
    const { flows = [] } = seed === undefined ? {} : parseControl(world.contract.compile(seedShape), seed, "seed");
    for (const flow of flows) {
      const taken = [flow.name, ...(flow.former_names ?? [])].find((name) => this.flows.find(keyOf(flow.org, name)));
      if (taken !== undefined) throw new ControlError(`Wrong seed: two flows named '${taken}' in '${flow.org}'`);
      if (flow.id !== undefined && this.flows.has(flow.id)) throw new ControlError(`Wrong seed: two flows ${flow.id}`);
      this.flows.put({ ...this.blank(flow.org, flow.name, flow.id), ...flow });
    }
  }

  revision(): number {
    return this.flows.revision;
  }

  snapshot(): KosliState {
    return structuredClone({ flows: this.flows.all() });
  }

  /** Bearer, or the older Basic with the key as user name and any password (4). */
  authenticate(headers: Headers): { account: string } | { refusal: Reply } {
    const [, scheme = "", credentials = ""] = /^(\S+) +(\S+)$/.exec(headers.get("authorization") ?? "") ?? [];
    const key =
      scheme.toLowerCase() === "bearer"
        ? credentials
        : scheme.toLowerCase() === "basic"
          ? (/^([^:]*):/.exec(Buffer.from(credentials, "base64").toString("utf8"))?.[1] ?? "")
          : "";
    const { keys } = this.world.switches();
    if (key === "" || (keys !== "any" && !Object.hasOwn(keys, key))) {
      return { refusal: failure(401, "You must be logged in to perform this action") };
    }
    return { account: key };
  }

  authorise(account: string, operation: string, params: Readonly<Record<string, string>>): Reply | undefined {
    const { org } = params;
    if (org === undefined) return undefined;
    const { orgs, keys, invisibleOrg } = this.world.switches();
    const missing = failure(404, `Organization '${org}' does not exist`);
    if (orgs !== "any" && !orgs.includes(org)) return missing;
    const holder = keys === "any" ? undefined : keys[account];
    if (holder === undefined) return undefined;
    if (!holder.orgs.includes(org)) {
      return invisibleOrg === 404 ? missing : failure(invisibleOrg, `No access to organization '${org}'`);
    }
    const mayWrite = holder.role === "admin" || holder.role === "member";
    if (!mayWrite && !reading.has(operation)) return failure(403, `A ${holder.role} may not change flows`);
    return undefined;
  }

  /** Concurrent creates of one flow end in 409 for the later one, since 14 Jul 2026 (4). */
  exclusive(call: Call): string | undefined {
    if (!this.world.switches().conflictOnConcurrentPut) return undefined;
    if (call.operation !== "putFlow" && call.operation !== "putFlowLegacy") return undefined;
    const org = param(call, "org");
    const { name } =
      call.operation === "putFlow"
        ? this.multipart(call).data_json
        : this.read<LegacyFlowInput>("LegacyFlowInput", call);
    return this.owner(org, name) === undefined ? keyOf(org, name) : undefined;
  }

  handle(call: Call): Reply {
    switch (call.operation) {
      case "listFlows":
        return this.list(param(call, "org"), call.query);
      case "getFlow":
        return this.get(param(call, "org"), param(call, "flow_name"));
      case "putFlow":
        return this.put(param(call, "org"), this.multipart(call));
      case "putFlowLegacy":
        return this.putLegacy(param(call, "org"), this.read<LegacyFlowInput>("LegacyFlowInput", call));
      case "archiveFlow":
        return this.archive(param(call, "org"), param(call, "flow_name"));
      case "renameFlow":
        return this.rename(
          param(call, "org"),
          param(call, "flow_name"),
          this.read<{ new_name: string }>("RenameInput", call).new_name,
        );
      case "patchTags":
        return this.patchTags(call, this.read<TagPatch>("TagPatch", call));
      case "getFlowTemplateSchema":
        return { status: 200, body: this.templateSchema() };
      default:
        throw new Error(`The description has an operation ${call.operation} which the emulator does not know`);
    }
  }

  // ---- reading

  /** Ordered by name; archived flows are left out (1). A page object only when `per_page` is given (1). */
  private list(org: string, query: Call["query"]): Reply {
    const { repeatedTag } = this.world.switches();
    const wanted = typeof query.search_by_name === "string" ? query.search_by_name : "";
    const folded = query.case_sensitive === false;
    const fold = (text: string) => (folded ? text.toLowerCase() : text);
    const spaces = listOf(query.space_id);
    const tags = listOf(query.tag);
    const found = this.flows
      .all()
      .filter((flow) => flow.org === org && !flow.archived)
      .filter((flow) => fold(flow.name).includes(fold(wanted)))
      .filter((flow) => spaces.length === 0 || spaces.some((space) => space === flow.space_id))
      .filter((flow) => {
        if (tags.length === 0) return true;
        return repeatedTag === "any" ? tags.some((tag) => hasTag(flow, tag)) : tags.every((tag) => hasTag(flow, tag));
      })
      .sort(query.sort === "latest_activity" ? byActivity : byName);
    if (query.sort_direction === "desc") found.reverse();

    if (typeof query.per_page !== "number") {
      return { status: 200, body: found.map((flow) => this.renderListed(flow)) };
    }
    const perPage = query.per_page;
    const page = typeof query.page === "number" ? query.page : 1;
    const pageCount = Math.ceil(found.length / perPage);
    return {
      status: 200,
      body: {
        data: found.slice((page - 1) * perPage, page * perPage).map((flow) => this.renderListed(flow)),
        // Filled only when there is more than one page (3.3).
        pagination: pageCount > 1 ? { total: found.length, page, per_page: perPage, page_count: pageCount } : null,
      },
    };
  }

  private get(org: string, name: string): Reply {
    const flow = this.flows.find(keyOf(org, name));
    const hidden = flow?.archived === true && this.world.switches().archivedByItsNewName === "notFound";
    // A name given up by a rename answers with the flow under its new name (5).
    return flow === undefined || hidden ? noFlow(name, org) : { status: 200, body: this.render(flow) };
  }

  private render(flow: KosliFlow): Record<string, unknown> {
    const { ids, visibilityInReply, repoUrlUnknown, tagsNull } = this.world.switches();
    return {
      ...(ids === "present" && { id: flow.id }),
      name: flow.name,
      description: flow.description,
      ...(visibilityInReply === "present" && { visibility: flow.visibility }),
      org: flow.org,
      template: flow.template,
      repo_url: flow.repo_url ?? repoUrlUnknown,
      tags: tagsNull && Object.keys(flow.tags).length === 0 ? null : flow.tags,
    };
  }

  private renderListed(flow: KosliFlow): Record<string, unknown> {
    const activity = { latest_activity_at: flow.latest_activity_at, latest_state: flow.latest_state };
    return { ...this.render(flow), ...(this.world.switches().listActivity === "present" && activity) };
  }

  /** The public JSON Schema: the template part of the description, with references that stay inside. */
  private templateSchema(): unknown {
    const { FlowTemplate, ...others } = this.world.contract.description.components.schemas;
    const definitions = Object.fromEntries(Object.entries(others).filter(([name]) => name.startsWith("Template")));
    const schema = { $schema: "https://json-schema.org/draft/2020-12/schema", ...FlowTemplate, $defs: definitions };
    return JSON.parse(JSON.stringify(schema).replaceAll("#/components/schemas/", "#/$defs/"));
  }

  // ---- writing

  private put(org: string, { data_json: data, template_file: file }: ReturnType<Kosli["multipart"]>): Reply {
    const switches = this.world.switches();
    // The size of a part is known before anything in it is read, so this comes before every other complaint.
    if (typeof file === "string" && Buffer.byteLength(file) > switches.templateLimitBytes) {
      return failure(413, "The template file is larger than 10 MB");
    }
    if (Buffer.byteLength(JSON.stringify(data)) > switches.fieldLimitBytes) {
      return failure(400, "Part exceeded maximum size");
    }
    const absent = typeof file !== "string" || (file === "" && switches.emptyTemplateFile === "asAbsent");
    const template = absent ? undefined : storedTemplate(file, switches);
    const problems = template === undefined ? [] : templateProblems(template, switches, this.world.contract);
    if (problems.length > 0) return invalid(problems);
    return this.upsert(org, data, template, {});
  }

  /** The deprecated form: a list of control names, turned into a template on the server (2.2). */
  private putLegacy(org: string, input: LegacyFlowInput): Reply {
    const template = legacyTemplate(input.template);
    const problems = templateProblems(template, this.world.switches(), this.world.contract);
    if (problems.length > 0) return invalid(problems);
    return this.upsert(org, input, template, typeof input.repo_url === "string" ? { repo_url: input.repo_url } : {});
  }

  /** Creates or updates by organization and name; replaces the description (5). */
  private upsert(org: string, data: FlowData, template: string | undefined, more: Partial<KosliFlow>): Reply {
    const switches = this.world.switches();
    const tooLong = this.refuseName("name", data.name);
    if (tooLong !== undefined) return tooLong;
    const before = this.owner(org, data.name);
    if (before?.archived && switches.archivedWrites === "refused") {
      return invalidField("name", "belongs to an archived flow", data.name);
    }
    // Leaving visibility out (or null) keeps what is stored, and is private for a new flow (5).
    const visibility =
      switches.visibilitySent === "used" && typeof data.visibility === "string" ? { visibility: data.visibility } : {};
    const replaced = { description: data.description, ...visibility, ...more };
    if (before === undefined) {
      this.takeName(org, data.name);
      this.flows.put({ ...this.blank(org, data.name), ...replaced, ...(template !== undefined && { template }) });
      return okay(201);
    }
    const kept = switches.templateOmittedOnUpdate === "keeps" ? before.template : switches.defaultTemplate;
    this.flows.put({ ...before, ...replaced, template: template ?? kept });
    return okay(200);
  }

  /** Renames to `<name>-archived-at-<epoch seconds>`, which hides the flow and frees its names (5). */
  private archive(org: string, name: string): Reply {
    const flow = this.live(org, name);
    if (flow === undefined) return noFlow(name, org);
    if (!this.world.switches().archiveIgnored) this.putAway(flow);
    return okay();
  }

  private putAway(flow: KosliFlow): void {
    // Two flows of one name archived in one second would share a name; the later one gets the next free second.
    let seconds = Math.floor(this.world.now() / 1000);
    while (this.flows.find(keyOf(flow.org, `${flow.name}-archived-at-${seconds}`)) !== undefined) seconds += 1;
    this.flows.put({ ...flow, name: `${flow.name}-archived-at-${seconds}`, archived: true, former_names: [] });
  }

  /** Keeps the id, and the old name as another way to the flow until a flow takes that name (5). */
  private rename(org: string, name: string, newName: string): Reply {
    const flow = this.writable(org, name);
    if (flow === undefined) return noFlow(name, org);
    const tooLong = this.refuseName("new_name", newName);
    if (tooLong !== undefined) return tooLong;
    if (flow.name === newName) return okay();
    const holder = this.flows.find(keyOf(org, newName));
    if (holder?.name === newName) {
      const message = `A flow named '${newName}' already exists for organization '${org}'`;
      return this.world.switches().renameOntoExisting === 409
        ? failure(409, message)
        : invalidField("new_name", message, newName);
    }
    this.takeName(org, newName);
    this.flows.put({
      ...flow,
      name: newName,
      former_names: [...flow.former_names, flow.name].filter((former) => former !== newName),
    });
    return okay();
  }

  private patchTags(call: Call, patch: TagPatch): Reply {
    const [org, type, name] = [param(call, "org"), param(call, "resource_type"), param(call, "resource_id")];
    const { tags404Quoted, tagInBoth } = this.world.switches();
    // Only flows are emulated, so any other resource is one that does not exist.
    const isFlow = type === "flow" || type === "flows";
    const flow = isFlow ? this.writable(org, name) : undefined;
    if (flow === undefined) {
      const message = `${isFlow ? "Flow" : "Resource"} named '${name}' does not exist for organization '${org}'`;
      return failure(404, tags404Quoted ? `"${message}"` : message);
    }
    const set = patch.set_tags ?? {};
    const remove = patch.remove_tags ?? [];
    const inBoth = remove.find((key) => Object.hasOwn(set, key));
    if (inBoth !== undefined && tagInBoth === "refused") {
      return invalidField("remove_tags", "a key cannot be set and removed at once", inBoth);
    }
    this.flows.put({
      ...flow,
      tags: tagInBoth === "set" ? { ...without(flow.tags, remove), ...set } : without({ ...flow.tags, ...set }, remove),
    });
    return okay();
  }

  // ---- outside edits

  edit(input: unknown): void {
    const { contract } = this.world;
    const edit = parseControl(contract.compile(editShape), input, "edit");
    const { action, org, name, set = {} } = edit;
    const flow = this.live(org, name);
    if (action === "create") {
      if (this.owner(org, name) !== undefined)
        throw new ControlError(`Wrong edit: '${name}' exists in '${org}' already`);
      this.takeName(org, name);
      this.flows.put({
        ...this.blank(org, name),
        ...parseControl(contract.compile(updateShape), set, "members of an edit"),
      });
      return;
    }
    if (flow === undefined) throw new ControlError(`Wrong edit: there is no flow '${name}' in '${org}'`);
    if (action === "update") {
      this.flows.put({ ...flow, ...parseControl(contract.compile(updateShape), set, "members of an edit") });
    } else if (action === "tag") {
      const tags = Object.entries({
        ...flow.tags,
        ...parseControl(contract.compile(tagShape), set, "tags of an edit"),
      });
      this.flows.put({
        ...flow,
        tags: Object.fromEntries(tags.flatMap(([key, value]) => (value === null ? [] : [[key, value]]))),
      });
    } else if (action === "archive") {
      parseControl(contract.compile(nothingShape), set, "members of an edit");
      this.putAway(flow);
    } else {
      const { new_name } = parseControl(contract.compile(renameShape), set, "members of an edit");
      const reply = this.rename(org, name, new_name);
      if (reply.status !== 200) throw new ControlError(`Wrong edit: ${JSON.stringify(reply.body)}`);
    }
  }

  // ---- finding flows

  /** The flow that answers to this name, archived ones excluded. */
  private live(org: string, name: string): KosliFlow | undefined {
    const flow = this.flows.find(keyOf(org, name));
    return flow?.archived === true ? undefined : flow;
  }

  /** The flow that answers to this name and can be changed. */
  private writable(org: string, name: string): KosliFlow | undefined {
    return this.world.switches().archivedWrites === "accepted"
      ? this.flows.find(keyOf(org, name))
      : this.live(org, name);
  }

  /** The flow that a PUT of this name updates. A name that a rename gave up is free, as the wording of 5 suggests. */
  private owner(org: string, name: string): KosliFlow | undefined {
    const flow = this.flows.find(keyOf(org, name));
    return flow?.name === name || this.world.switches().putOnAlias === "updatesRenamed" ? flow : undefined;
  }

  /** From now on the name leads to another flow than the one that gave it up. */
  private takeName(org: string, name: string): void {
    const former = this.flows.find(keyOf(org, name));
    if (former === undefined || former.name === name) return;
    this.flows.put({ ...former, former_names: former.former_names.filter((given) => given !== name) });
  }

  private refuseName(field: string, name: string): Reply | undefined {
    const { nameLimit } = this.world.switches();
    return nameLimit === null || name.length <= nameLimit
      ? undefined
      : invalidField(field, `must NOT have more than ${nameLimit} characters`, name);
  }

  private blank(org: string, name: string, id = this.nextId()): KosliFlow {
    return {
      id,
      org,
      name,
      description: "",
      visibility: "private",
      template: this.world.switches().defaultTemplate,
      repo_url: null,
      tags: {},
      archived: false,
      former_names: [],
      latest_activity_at: null,
      latest_state: null,
      space_id: null,
    };
  }

  /** Counted, in the shape that live ids have: 8-4-4-4-8 (3.1). */
  private nextId(): string {
    this.counted += 1;
    const digits = this.counted.toString(16).padStart(8, "0");
    const id = `${digits}-0000-4000-8000-${digits}`;
    return this.flows.has(id) ? this.nextId() : id;
  }

  // ---- reading requests

  private read<T>(schema: string, call: Call): T {
    return bodyAs<T>(schema, call, this.world.contract);
  }

  private multipart(call: Call): { data_json: FlowData; template_file?: string | null } {
    return this.read("FlowMultipart", call);
  }
}

function keyOf(org: string, name: string): string {
  return JSON.stringify([org, name]);
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** `key`, or `key:value` (1). A key has no colon. */
function hasTag(flow: KosliFlow, tag: string): boolean {
  const colon = tag.indexOf(":");
  if (colon === -1) return Object.hasOwn(flow.tags, tag);
  const key = tag.slice(0, colon);
  return Object.hasOwn(flow.tags, key) && flow.tags[key] === tag.slice(colon + 1);
}

function without(tags: KosliFlow["tags"], keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}

function byName(a: KosliFlow, b: KosliFlow): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function byActivity(a: KosliFlow, b: KosliFlow): number {
  return (a.latest_activity_at ?? 0) - (b.latest_activity_at ?? 0) || byName(a, b);
}
