import { setTimeout as sleep } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020";
import { type Context, Hono } from "hono";
import { Contract, journalBody, type Operation } from "./contract";
import { type Controls, controlRoutes } from "./control";
import { parseControl } from "./control-schema";
import { Faults, type FaultTurn } from "./faults";
import { Journal, type JournalEntry, maskedHeaders } from "./journal";
import { Quota, type QuotaLeft } from "./rate-limit";
import { messageOf, type RequestBody, readBody } from "./request-body";
import { type Call, ControlError, type Dialect, type OpenVendor, type Reply } from "./vendor";
import { type CommonSwitches, defaultSwitchesOf, type StateOf, switchesSchemaOf, type VendorList } from "./vendor-list";
import { describeViolation } from "./violations";
import { type Answer, breakOff, ordinary, spoiled } from "./wire";

interface Settings {
  readonly seed: unknown;
  readonly switches: unknown;
  readonly latency: number;
  now(): number;
}

/** Everything that a reset replaces. */
interface Session {
  readonly vendors: Map<string, OpenVendor<unknown>>;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly quota: Quota;
  /** What must not be done twice at once and is being done. */
  readonly busy: Set<string>;
  /** Breaks off the calls that never get an answer. */
  readonly hanging: Set<() => void>;
  readonly ended: AbortController;
  /** Those of the vendors are there too; each vendor knows its own. */
  switches: CommonSwitches;
  /** Replies so far that carry a request id. */
  requestIds: number;
}

/** Where a request leads. */
interface Target {
  readonly vendor: string;
  readonly dialect: Dialect;
  readonly generalStatuses: Readonly<Record<number, string>>;
  readonly requestIdHeader: string | undefined;
  readonly contract: Contract | undefined;
  readonly operation: Operation | undefined;
  /** Without operation: does the path have others? */
  readonly pathExists: boolean;
}

/** A call on its way through the emulator. */
interface Passage {
  readonly session: Session;
  readonly target: Target;
  readonly request: Request;
  readonly params: Readonly<Record<string, string>>;
  readonly body: RequestBody;
  readonly turn: FaultTurn;
  readonly violations: string[];
  wrote: boolean;
}

type App = { Bindings: HttpBindings };

/** The emulator without its server: routes, controls, and the way of a call from arrival to answer. */
export class Emulation<List extends VendorList> implements Controls {
  readonly app = new Hono<App>();
  private readonly checks: Checks;
  private session: Session;

  constructor(
    private readonly vendors: List,
    private readonly settings: Settings,
  ) {
    this.checks = checksOf(vendors);
    this.session = this.begin();
    this.app.route("/__emulator", controlRoutes(this));
    this.addVendorRoutes();
  }

  // ---- controls

  reset(): void {
    const next = this.begin();
    this.end();
    this.session = next;
  }

  /** Breaks off the calls under way, so that none of them writes into what comes after. */
  end(): void {
    this.session.ended.abort();
    for (const breakConnection of this.session.hanging) breakConnection();
  }

  state(): StateOf<List> {
    const parts = [...this.session.vendors].map(([name, vendor]) => [name, vendor.snapshot()]);
    // Through JSON: plain by construction. Which type belongs to which name only the list of vendors knows.
    return JSON.parse(JSON.stringify(Object.fromEntries(parts)));
  }

  journal(): JournalEntry[] {
    return this.session.journal.entries();
  }

  clearJournal(): void {
    this.session.journal.clear();
  }

  faults(rules: unknown): void {
    this.session.faults.set(rules);
  }

  edit(edit: unknown): void {
    const { vendor } = parseControl(hasVendor, edit, "edit");
    const open = this.session.vendors.get(vendor);
    if (open === undefined) throw new ControlError(`Wrong edit: there is no vendor '${vendor}'`);
    open.edit(edit);
  }

  switches(changes: unknown): void {
    this.session.switches = { ...this.session.switches, ...parseControl(this.checks.areSwitches, changes, "switches") };
  }

  currentSwitches(): CommonSwitches {
    return this.session.switches;
  }

  private begin(): Session {
    const { areSwitches, isSeed } = this.checks;
    const seed = parseControl(isSeed, this.settings.seed ?? {}, "seed");
    const session: Session = {
      vendors: new Map(),
      journal: new Journal(),
      faults: new Faults(),
      quota: new Quota(),
      busy: new Set(),
      hanging: new Set(),
      ended: new AbortController(),
      switches: {
        ...defaultSwitchesOf(this.vendors),
        ...parseControl(areSwitches, seed.switches ?? {}, "switches of the seed"),
        ...parseControl(areSwitches, this.settings.switches, "switches"),
      },
      requestIds: 0,
    };
    for (const vendor of Object.values(this.vendors)) {
      const contract = Contract.of(vendor.name, vendor.description);
      const world = { contract, now: () => this.settings.now(), switches: () => session.switches };
      session.vendors.set(vendor.name, vendor.open(world, seed[vendor.name]));
    }
    return session;
  }

  // ---- routes

  private addVendorRoutes(): void {
    for (const vendor of Object.values(this.vendors)) {
      const { name, dialect, generalStatuses, requestIdHeader } = vendor;
      const contract = Contract.of(name, vendor.description);
      const target = { vendor: name, dialect, generalStatuses, requestIdHeader, contract };
      for (const operation of contract.operations) {
        this.app.on(operation.method, operation.route, (c) =>
          this.serve(c, { ...target, operation, pathExists: true }),
        );
      }
      // After all operations: a path without parameters may be another path's parameter for another method.
      for (const route of new Set(contract.operations.map((operation) => operation.route))) {
        this.app.all(route, (c) => this.serve(c, { ...target, operation: undefined, pathExists: true }));
      }
      for (const basePath of vendor.basePaths ?? [contract.basePath]) {
        this.app.all(`${basePath}/*`, (c) => this.serve(c, { ...target, operation: undefined, pathExists: false }));
      }
    }
    this.app.notFound((c) => this.serve(c, nowhere));
    this.app.onError((error, c) => c.json({ message: `Emulator bug: ${messageOf(error)}` }, 500));
  }

  // ---- the way of a call

  private async serve(c: Context<App>, target: Target): Promise<Response> {
    const { session } = this;
    const slot = session.journal.arrive();
    const { method } = c.req;
    const path = c.env.incoming.url ?? "/";
    const operation = target.operation?.id ?? "";
    const turn = session.faults.arrive({ operation, method, path });
    try {
      const body = await readBody(c.req.raw);
      const passage: Passage = {
        session,
        target,
        request: c.req.raw,
        params: c.req.param(),
        body,
        turn,
        violations: [],
        wrote: false,
      };
      const answer = await this.answer(passage);
      const sent = journalBody(body);
      const fault = turn.struck();
      slot.entry = {
        index: slot.index,
        vendor: target.vendor,
        operation,
        method,
        path,
        request: {
          headers: maskedHeaders(c.req.raw.headers, target.contract?.credentialHeaders ?? []),
          ...(sent !== undefined && { body: sent }),
        },
        status: answer.status,
        ...(answer.shown !== undefined && { response: answer.shown }),
        wrote: passage.wrote,
        violations: passage.violations,
        ...(fault !== undefined && { fault }),
      };
      if (answer.status === "hang") this.keepHanging(session, c.env);
      return answer.send(c.env);
    } catch (error) {
      // Either a reset or the closing of the emulator overtook the call, or the caller went away amid its own body.
      if (session.ended.signal.aborted || c.env.incoming.destroyed) return breakOff(c.env);
      throw error;
    }
  }

  private async answer(passage: Passage): Promise<Answer> {
    const { turn, target, session } = passage;
    const before = turn.strike("before");
    await pause(session, before.delay);
    if (before.final !== undefined) {
      await pause(session, this.settings.latency);
      return spoiled(before.final, undefined, target.dialect);
    }
    const reply = withRequestId(await this.reply(passage), target, session);
    const after = turn.strike("after");
    await pause(session, after.delay);
    return after.final === undefined ? ordinary(reply) : spoiled(after.final, reply, target.dialect);
  }

  /** What the vendor answers. A reply against the description is a bug of ours, and must not pass for the vendor's. */
  private async reply(passage: Passage): Promise<Reply> {
    const { target, violations, session } = passage;
    const { operation, contract, dialect } = target;
    if (operation === undefined || contract === undefined) {
      violations.push("the API description has no operation with this method and path");
      await pause(session, this.settings.latency);
      return dialect.unknownRoute(target.pathExists);
    }
    const reply = await this.perform(passage, operation, contract);
    if (!("bug" in reply)) {
      const wrong = contract.checkReply(operation, reply, target.generalStatuses).map(describeViolation);
      violations.push(...wrong);
      if (wrong.length === 0) return reply;
    } else {
      violations.push(reply.bug);
    }
    const told = "bug" in reply ? reply.bug : `the reply is against the API description: ${violations.join("; ")}`;
    return { status: 500, body: dialect.error(`Emulator bug in ${operation.id}: ${told}`) };
  }

  private async perform(
    passage: Passage,
    operation: Operation,
    contract: Contract,
  ): Promise<Reply | { readonly bug: string }> {
    const { session, target } = passage;
    const vendor = session.vendors.get(target.vendor);
    if (vendor === undefined) throw new Error(`${target.vendor} is not open`);
    const finished = (reply: Reply) => vendor.finish?.(reply) ?? reply;
    const admitted = this.admit(passage, operation, contract, vendor);
    const key = "refusal" in admitted ? undefined : vendor.exclusive(admitted.call);
    const lock = key === undefined ? undefined : `${target.vendor} ${key}`;
    const blocked = lock !== undefined && session.busy.has(lock);
    if (lock !== undefined && !blocked) session.busy.add(lock);
    try {
      await pause(session, this.settings.latency);
      if ("refusal" in admitted) return withHeaders(finished(admitted.refusal), admitted.headers);
      if (blocked) return withHeaders(finished(target.dialect.busy()), admitted.headers);
      const revision = vendor.revision();
      const reply = vendor.handle(admitted.call);
      passage.wrote = vendor.revision() !== revision;
      return withHeaders(finished(reply), admitted.headers);
    } catch (error) {
      session.ended.signal.throwIfAborted();
      return { bug: messageOf(error) };
    } finally {
      if (lock !== undefined && !blocked) session.busy.delete(lock);
    }
  }

  /** Credentials, quota, permission, and only then what the request says. */
  private admit(
    passage: Passage,
    operation: Operation,
    contract: Contract,
    vendor: OpenVendor<unknown>,
  ): ({ readonly call: Call } | { readonly refusal: Reply }) & { readonly headers: Readonly<Record<string, string>> } {
    const { target, params, request, session } = passage;
    const { dialect } = target;
    const search = new URL(request.url).searchParams;
    const query = contract.readQuery(operation, search);
    const body = contract.readBody(operation, passage.body);
    const broken = [...contract.checkPath(operation, params), ...query.violations, ...body.violations];
    passage.violations.push(...[...broken, ...contract.undeclaredQuery(operation, search)].map(describeViolation));

    const caller = operation.secured ? vendor.authenticate(request.headers) : { account: "" };
    if ("refusal" in caller) return { ...caller, headers: {} };
    const { account } = caller;
    const quota = this.quotaLeft(session, `${target.vendor} ${account}`, vendor);
    const headers = quota === undefined ? {} : (dialect.quotaHeaders ?? retryAfter)(quota);
    if (quota?.wait !== undefined) return { refusal: dialect.tooManyRequests(), headers };
    const refusal = operation.secured ? vendor.authorise(account, operation.id, params) : undefined;
    if (refusal !== undefined) return { refusal, headers };
    if (broken.length > 0) return { refusal: dialect.invalid(operation.id, params, broken), headers };
    const call = { operation: operation.id, account, params, query: query.value, body: body.value };
    return { call: { ...call, headers: request.headers }, headers };
  }

  /** Counts the call; undefined as long as calls are not limited. */
  private quotaLeft(session: Session, account: string, vendor: OpenVendor<unknown>): QuotaLeft | undefined {
    const limit = session.switches.rateLimit ?? vendor.rateLimit?.();
    return limit === undefined ? undefined : session.quota.take(account, limit, this.settings.now());
  }

  private keepHanging(session: Session, connection: HttpBindings): void {
    const breakConnection = () => connection.incoming.socket.destroy();
    session.hanging.add(breakConnection);
    connection.outgoing.once("close", () => session.hanging.delete(breakConnection));
  }
}

function retryAfter({ limit, wait }: QuotaLeft): Readonly<Record<string, string>> {
  return wait !== undefined && limit.retryAfter ? { "retry-after": String(wait) } : {};
}

function withHeaders(reply: Reply, headers: Readonly<Record<string, string>>): Reply {
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

function withRequestId(reply: Reply, { requestIdHeader }: Target, session: Session): Reply {
  if (requestIdHeader === undefined) return reply;
  session.requestIds += 1;
  return withHeaders(reply, { [requestIdHeader]: `req_${session.requestIds}` });
}

/** Waits, unless the session ends: then it throws. */
async function pause(session: Session, milliseconds: number): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal: session.ended.signal });
  session.ended.signal.throwIfAborted();
}

const noVendor = { status: 404, body: { message: "No vendor has this path" } };
const nowhere: Target = {
  vendor: "",
  dialect: {
    invalid: () => noVendor,
    unknownRoute: () => noVendor,
    tooManyRequests: () => noVendor,
    busy: () => noVendor,
    error: (message) => ({ message }),
  },
  generalStatuses: {},
  requestIdHeader: undefined,
  contract: undefined,
  operation: undefined,
  pathExists: false,
};

const ajv = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true, strictTypes: false });
const hasVendor: ValidateFunction<{ vendor: string }> = ajv.compile({
  type: "object",
  properties: { vendor: { type: "string" } },
  required: ["vendor"],
});

interface Checks {
  readonly areSwitches: ValidateFunction<Partial<CommonSwitches>>;
  /** The vendors look into their own parts. */
  readonly isSeed: ValidateFunction<Readonly<Record<string, unknown>>>;
}

const compiled = new WeakMap<VendorList, Checks>();

/** Compiled once per list: every emulator of these vendors shares them. */
function checksOf(vendors: VendorList): Checks {
  const known = compiled.get(vendors);
  if (known !== undefined) return known;
  const parts = [...Object.keys(vendors), "switches"];
  const checks: Checks = {
    areSwitches: ajv.compile<Partial<CommonSwitches>>(switchesSchemaOf(vendors)),
    isSeed: ajv.compile<Readonly<Record<string, unknown>>>({
      type: "object",
      properties: Object.fromEntries(parts.map((name) => [name, { type: "object" }])),
      additionalProperties: false,
    }),
  };
  compiled.set(vendors, checks);
  return checks;
}
