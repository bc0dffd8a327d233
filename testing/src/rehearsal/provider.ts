import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type {
  CheckResponse,
  CreateResponse,
  DiffResponse,
  ReadResponse,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { type NodeProcess, startNode } from "./processes";
import type { Project } from "./project";
import type { Sdk } from "./sdk";
import type { ResourceState } from "./state";
import { nameOf } from "./urn";
import { annotateSecrets, type Properties, revealAll } from "./values";

/** What every provider process of a run has in common. */
export interface ProviderContext {
  sdk: Sdk;
  project: Project;
  env: NodeJS.ProcessEnv;
  /** Address of the engine service, for the provider's log. */
  engine: string;
  /** Lets at most so many calls run at once. */
  limit: <T>(call: () => Promise<T>) => Promise<T>;
  onLine: (line: string) => void;
}

/** What a provider answers to a diff. `undefined` changes: it has no opinion. */
export interface ProviderDiff {
  changes: boolean | undefined;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** The resource exists at the vendor, but not whole: it is kept, with its id and the reasons. */
export class HalfMade extends Error {
  constructor(
    readonly id: string,
    readonly outputs: Properties,
    readonly reasons: string[],
  ) {
    super(reasons.join("; "));
  }
}

type Addressed = Pick<ResourceState, "urn" | "type">;
type Existing = Addressed & Pick<ResourceState, "id" | "inputs" | "outputs">;
type Answer<T> = (error: Error | null, answer: T) => void;

/** What a provider is asked. */
export type Provider = Pick<DynamicProvider, "check" | "diff" | "create" | "update" | "read" | "delete">;

/** The SDK's own dynamic-provider process. It knows no secrets: they go in clear, and their marks stay here. */
export class DynamicProvider {
  private constructor(
    private readonly context: ProviderContext,
    private readonly client: ResourceProviderClient,
    private readonly process: NodeProcess,
  ) {}

  /** Starts the process and configures it. */
  static async start(context: ProviderContext, config: Properties): Promise<DynamicProvider> {
    const { sdk, project } = context;
    let onPort: ((port: string) => void) | undefined;
    const port = new Promise<string>((resolve) => {
      onPort = resolve;
    });
    const process = startNode([join(sdk.folder, "cmd/dynamic-provider/index.js"), context.engine], {
      cwd: project.folder,
      env: { ...context.env, PULUMI_NODEJS_PROJECT: project.name, PULUMI_NODEJS_STACK: project.stack },
      // Its first line is the port; all others are what providers print.
      onLine: (line) => {
        if (onPort && /^\d+$/.test(line)) {
          onPort(line);
          onPort = undefined;
        } else context.onLine(line);
      },
    });
    const died = process.ended.then((code) => {
      throw new Error(`the dynamic provider's process ended with ${code} before it was ready`);
    });
    const client = sdk.connect(`127.0.0.1:${await Promise.race([port, died])}`);
    died.catch(() => undefined);
    const provider = new DynamicProvider(context, client, process);
    const request = new sdk.provider.ConfigureRequest().setArgs(sdk.toStruct(revealAll(config))).setAcceptsecrets(true);
    await provider.call((done) => client.configure(request, done));
    return provider;
  }

  close(): void {
    this.client.close();
    this.process.child.kill();
  }

  /** @returns the checked inputs. @throws naming every property that failed. */
  async check(resource: Addressed, olds: Properties, news: Properties): Promise<Properties> {
    const request = this.address(new this.context.sdk.provider.CheckRequest(), resource)
      .setOlds(this.struct(olds))
      .setNews(this.struct(news));
    const answer = await this.call<CheckResponse>((done) => this.client.check(request, done));
    const failures = answer.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
    if (failures.length > 0) throw new Error(`invalid inputs: ${failures.join("; ")}`);
    return annotateSecrets(this.context.sdk.fromStruct(answer.getInputs()), news);
  }

  async diff(former: Existing, inputs: Properties, ignoreChanges: string[]): Promise<ProviderDiff> {
    const messages = this.context.sdk.provider;
    const request = this.address(new messages.DiffRequest(), former)
      .setId(former.id ?? "")
      .setOldInputs(this.struct(former.inputs))
      .setOlds(this.struct(former.outputs))
      .setNews(this.struct(inputs))
      .setIgnorechangesList(ignoreChanges);
    const answer = await this.call<DiffResponse>((done) => this.client.diff(request, done));
    const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    const changes = answer.getChanges() === DIFF_SOME ? true : answer.getChanges() === DIFF_NONE ? false : undefined;
    return { changes, replaces: answer.getReplacesList(), deleteBeforeReplace: answer.getDeletebeforereplace() };
  }

  async create(resource: Addressed, inputs: Properties): Promise<{ id: string; outputs: Properties }> {
    const request = this.address(new this.context.sdk.provider.CreateRequest(), resource).setProperties(
      this.struct(inputs),
    );
    const answer = await this.call<CreateResponse>((done) => this.client.create(request, done));
    if (answer.getId() === "") throw new Error("the provider created it and answered no id");
    return { id: answer.getId(), outputs: this.context.sdk.fromStruct(answer.getProperties()) };
  }

  async update(former: Existing, inputs: Properties, ignoreChanges: string[]): Promise<Properties> {
    const request = this.address(new this.context.sdk.provider.UpdateRequest(), former)
      .setId(former.id ?? "")
      .setOldInputs(this.struct(former.inputs))
      .setOlds(this.struct(former.outputs))
      .setNews(this.struct(inputs))
      .setIgnorechangesList(ignoreChanges);
    const answer = await this.call<UpdateResponse>((done) => this.client.update(request, done));
    return this.context.sdk.fromStruct(answer.getProperties());
  }

  /** @returns an empty id when the provider says that it is gone. */
  async read(resource: Existing): Promise<{ id: string; outputs: Properties; inputs?: Properties }> {
    const { sdk } = this.context;
    const request = this.address(new sdk.provider.ReadRequest(), resource)
      .setId(resource.id ?? "")
      .setInputs(this.struct(resource.inputs))
      .setProperties(this.struct(resource.outputs));
    const answer = await this.call<ReadResponse>((done) => this.client.read(request, done));
    return {
      id: answer.getId(),
      outputs: sdk.fromStruct(answer.getProperties()),
      ...(answer.hasInputs() ? { inputs: sdk.fromStruct(answer.getInputs()) } : {}),
    };
  }

  async delete(former: Existing): Promise<void> {
    const request = this.address(new this.context.sdk.provider.DeleteRequest(), former)
      .setId(former.id ?? "")
      .setOldInputs(this.struct(former.inputs))
      .setProperties(this.struct(former.outputs));
    await this.call((done) => this.client.delete(request, done));
  }

  private struct(properties: Properties | undefined) {
    return this.context.sdk.toStruct(revealAll(properties ?? {}));
  }

  private address<R extends { setUrn(urn: string): R; setName(name: string): R; setType(type: string): R }>(
    request: R,
    { urn, type }: Addressed,
  ): R {
    return request.setUrn(urn).setName(nameOf(urn)).setType(type);
  }

  private call<T>(send: (done: Answer<T>) => unknown): Promise<T> {
    const sent = () =>
      new Promise<T>((resolve, reject) => send((error, answer) => (error ? reject(error) : resolve(answer))));
    return this.context.limit(sent).catch(async (error: unknown) => {
      throw this.halfMade(error) ?? new Error((await this.end(error)) ?? messageOf(error));
    });
  }

  /** How the process ended, if that is why a call has no answer. */
  private async end(error: unknown): Promise<string | undefined> {
    if (!(error instanceof Error && Reflect.get(error, "code") === UNAVAILABLE)) return undefined;
    // The connection is gone a moment before the process is.
    const code = await Promise.race([this.process.ended, sleep(1_000, undefined, { ref: false })]);
    return code === undefined
      ? undefined
      : `the provider's process ended with ${code}, so it is not known whether this was done. Run up again: it finds out`;
  }

  /** A partial failure rides in the details of the gRPC error. */
  private halfMade(error: unknown): HalfMade | undefined {
    const { sdk } = this.context;
    for (const bytes of statusDetails(error)) {
      for (const detail of sdk.Status.deserializeBinary(bytes).getDetailsList()) {
        if (detail.getTypeName() !== "pulumirpc.ErrorResourceInitFailed") continue;
        const half = sdk.provider.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
        const reasons = half.getReasonsList();
        const outputs = sdk.fromStruct(half.getProperties());
        return new HalfMade(half.getId(), outputs, reasons.length > 0 ? reasons : [messageOf(error)]);
      }
    }
    return undefined;
  }
}

/** gRPC's code for a connection that is gone. */
const UNAVAILABLE = 14;

function statusDetails(error: unknown): Uint8Array[] {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, "metadata") : undefined;
  const get: unknown = metadata && typeof metadata === "object" ? Reflect.get(metadata, "get") : undefined;
  const details: unknown = typeof get === "function" ? get.call(metadata, "grpc-status-details-bin") : [];
  return Array.isArray(details) ? details.filter((each) => each instanceof Uint8Array) : [];
}

/** The message without gRPC's status in front of it. */
export function messageOf(error: unknown): string {
  const details: unknown = error instanceof Error ? Reflect.get(error, "details") : undefined;
  if (typeof details === "string" && details !== "") return details;
  return error instanceof Error ? error.message : String(error);
}

/** Makes a gate that lets at most `most` calls through at once. */
export function createLimit(most: number): ProviderContext["limit"] {
  let active = 0;
  const waiting: (() => void)[] = [];
  return async (call) => {
    if (active >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else active++;
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else active--;
    }
  };
}
