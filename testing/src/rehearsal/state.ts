import { existsSync, promises, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { contains, isSecret, type Properties } from "./values";
import { Vault } from "./vault";

/** One resource as Pulumi's deployment format keeps it. */
export interface ResourceState {
  urn: string;
  custom: boolean;
  type: string;
  id?: string | undefined;
  inputs?: Properties | undefined;
  outputs?: Properties | undefined;
  parent?: string | undefined;
  /** `<urn>::<id>` of the provider. */
  provider?: string | undefined;
  dependencies?: string[] | undefined;
  propertyDependencies?: Record<string, string[]> | undefined;
  protect?: boolean | undefined;
  retainOnDelete?: boolean | undefined;
  /** Read (`Resource.get`), never written. */
  external?: boolean | undefined;
  /** Replaced; its original is still to be deleted. */
  delete?: boolean | undefined;
  /** Deleted; its replacement is still to be created. */
  pendingReplacement?: boolean | undefined;
  /** Why the resource is only half made. */
  initErrors?: string[] | undefined;
  additionalSecretOutputs?: string[] | undefined;
  ignoreChanges?: string[] | undefined;
  replaceOnChanges?: string[] | undefined;
  /** In seconds. */
  customTimeouts?: Record<string, number> | undefined;
  created?: string | undefined;
  modified?: string | undefined;
}

/** What was under way when the state was saved. */
export interface PendingOperation {
  resource: ResourceState;
  type: "creating" | "updating" | "deleting" | "reading";
}

/** Version 3 of Pulumi's deployment, as `pulumi stack export` writes it. */
export interface Deployment {
  manifest: { time: string; magic: string; version: string };
  secrets_providers?: { type: string; state?: { salt?: string | undefined } } | undefined;
  resources: ResourceState[];
  pending_operations?: PendingOperation[] | undefined;
  metadata: Record<string, never>;
}

/** Reads a state file as it is, secrets still sealed; a missing file is an empty deployment. */
export function readDeployment(file: string): Deployment {
  if (!existsSync(file)) return { manifest: manifest(), resources: [], metadata: {} };
  const { version, deployment }: { version?: number; deployment?: Partial<Deployment> } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  if (version !== 3 || !deployment)
    throw new Error(`${file} is not a deployment of version 3, which is all that is rehearsed`);
  return { manifest: manifest(), metadata: {}, ...deployment, resources: deployment.resources ?? [] };
}

/** Applies `change` to the inputs and outputs of a resource; `place` tells where in the state they are. */
export function changeProperties(
  resource: ResourceState,
  change: (properties: Properties, place: string) => Properties,
): ResourceState {
  const changed = { ...resource };
  if (resource.inputs) changed.inputs = change(resource.inputs, `${resource.urn}/inputs`);
  if (resource.outputs) changed.outputs = change(resource.outputs, `${resource.urn}/outputs`);
  return changed;
}

/** The state of one stack on disk. Its secrets are sealed there and open in memory. */
export class StateFile {
  private writing: Promise<void> | undefined;
  private queued: Promise<void> | undefined;

  private constructor(
    private readonly path: string,
    private readonly vault: Vault,
    private readonly sealedBefore: boolean,
    readonly resources: ResourceState[],
    readonly interrupted: PendingOperation[],
  ) {}

  /**
   * @param vault seals what is written; what was sealed with another salt is opened with that salt.
   * @throws for a state of another secrets provider, and without the passphrase when there are secrets.
   */
  static async open(path: string, vault: Vault, passphrase: string | undefined): Promise<StateFile> {
    const deployment = readDeployment(path);
    const { secrets_providers: provider, pending_operations: pending = [] } = deployment;
    const salt = provider?.state?.salt;
    vault.salt ??= salt;
    const opener = salt === undefined || salt === vault.salt ? vault : new Vault(passphrase, salt);
    if (contains([deployment.resources, pending], (value) => isSecret(value) && "ciphertext" in value)) {
      if (provider?.type !== "passphrase") {
        throw new Error(`not rehearsed: a state sealed by ${provider?.type}. Export it with --show-secrets`);
      }
      await opener.unlock();
    }
    const show = (resource: ResourceState) =>
      changeProperties(resource, (properties, place) => opener.show(properties, place));
    const interrupted = pending.map((operation) => ({ ...operation, resource: show(operation.resource) }));
    return new StateFile(path, vault, provider !== undefined, deployment.resources.map(show), interrupted);
  }

  /** Refuses early, before a vendor is called, what could not be written later. */
  unlock(): Promise<void> {
    return this.vault.unlock();
  }

  /**
   * Writes what `content` answers, atomically. Calls that come while a write is under way share the next one, so
   * that a thousand steps at once do not make a thousand files.
   */
  save(content: () => { resources: ResourceState[]; pending: PendingOperation[] }): Promise<void> {
    if (this.writing) {
      this.queued ??= this.writing
        .catch(() => undefined)
        .then(() => {
          this.queued = undefined;
          return this.save(content);
        });
      return this.queued;
    }
    this.writing = this.write(content()).finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  private async write({ resources, pending }: { resources: ResourceState[]; pending: PendingOperation[] }) {
    const hasSecrets = contains([resources, pending], isSecret);
    if (hasSecrets) await this.vault.unlock();
    const hide = (resource: ResourceState) => {
      const hidden = changeProperties(resource, (properties, place) => this.vault.hide(properties, place));
      // As in the CLI, no properties are not the same as empty ones.
      const { inputs = {}, outputs = {}, ...rest } = hidden;
      return { ...rest, inputs: orNothing(inputs), outputs: orNothing(outputs) };
    };
    const deployment: Deployment = {
      manifest: manifest(),
      secrets_providers:
        hasSecrets || this.sealedBefore ? { type: "passphrase", state: { salt: this.vault.salt } } : undefined,
      resources: resources.map(hide),
      pending_operations: pending.length
        ? pending.map((operation) => ({ ...operation, resource: hide(operation.resource) }))
        : undefined,
      metadata: {},
    };
    await promises.mkdir(dirname(this.path), { recursive: true });
    await promises.writeFile(`${this.path}.new`, JSON.stringify({ version: 3, deployment }, null, 2), { mode: 0o600 });
    await promises.rename(`${this.path}.new`, this.path);
  }
}

function orNothing(properties: Properties): Properties | undefined {
  return Object.keys(properties).length > 0 ? properties : undefined;
}

function manifest(): Deployment["manifest"] {
  return { time: new Date().toISOString(), magic: "", version: "" };
}
