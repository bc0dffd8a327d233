import type { Config } from "./kapso-config";
import { Refusal } from "./kapso-dialect";
import type { FunctionInput, KapsoFunction, KapsoNode, KapsoWorkflow } from "./kapso-records";
import { blankFunction, type KapsoStore, slugOf } from "./kapso-store";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

const codeLimitBytes = 1024 * 1024;

/** Functions, their deployments and their secrets. */
export class KapsoFunctions {
  constructor(private readonly store: KapsoStore) {}

  list(project_id: string): KapsoFunction[] {
    return this.store.functions
      .all()
      .filter((each) => each.project_id === project_id)
      .reverse()
      .map((each) => this.read(each));
  }

  /** The function as a read shows it. Counts as one. */
  read(stored: KapsoFunction): KapsoFunction {
    const current = this.settled(stored);
    const { deployment } = current;
    if (deployment !== null) {
      const reads_left = Math.max(0, deployment.reads_left - 1);
      this.store.byItself(() => this.store.functions.put({ ...current, deployment: { ...deployment, reads_left } }));
    }
    return current;
  }

  /** The function as it is by now: a deployment may have ended in the meantime. */
  settled(stored: KapsoFunction): KapsoFunction {
    const { deployment } = stored;
    const due =
      deployment !== null && deployment.reads_left === 0 && this.store.now() >= Date.parse(deployment.ready_at);
    if (!due) return stored;
    const row = this.afterDeployment(stored);
    this.store.byItself(() => this.store.functions.put(row));
    return row;
  }

  create(project_id: string, input: FunctionInput & { name: string; code: string }): KapsoFunction {
    const at = this.store.timestamp();
    const {
      name,
      slug = slugOf(name),
      description = null,
      code,
      public_endpoint = false,
      runtime_config = null,
    } = input;
    if (input.function_type === undefined && this.store.switches.kapsoFunctionType === "required") {
      throw new Refusal(422, "Function type can't be blank", "function_type");
    }
    const row: KapsoFunction = {
      ...blankFunction,
      id: this.store.newId("function"),
      project_id,
      name,
      slug,
      description,
      code,
      function_type: input.function_type ?? blankFunction.function_type,
      public_endpoint,
      runtime_config,
      created_at: at,
      updated_at: at,
    };
    this.insist(row);
    this.store.functions.put(row);
    return row;
  }

  /** Does not deploy (4.5). */
  update(stored: KapsoFunction, { lock_version, function_type, ...input }: FunctionInput): KapsoFunction {
    if (lock_version !== undefined && lock_version !== stored.lock_version) {
      throw new Refusal(409, "Function was updated by another request");
    }
    const recoded = input.code !== undefined && input.code !== stored.code;
    const row: KapsoFunction = {
      ...stored,
      ...(input.name !== undefined && { name: input.name }),
      ...(input.slug !== undefined && { slug: input.slug }),
      ...(input.description !== undefined && { description: input.description }),
      ...(input.code !== undefined && { code: input.code }),
      ...(input.invoke_response_mode !== undefined && { invoke_response_mode: input.invoke_response_mode }),
      ...(input.public_endpoint !== undefined && { public_endpoint: input.public_endpoint }),
      ...(input.runtime_config !== undefined && { runtime_config: input.runtime_config }),
      ...(recoded && this.store.switches.kapsoCodeChange === "draft" && { status: "draft" }),
      lock_version: stored.lock_version + 1,
      updated_at: this.store.timestamp(),
    };
    this.insist(row);
    this.store.functions.put(row);
    return row;
  }

  /** Goes on by itself: reads and time show when it is done (2.1). Until then the status is what it was. */
  deploy(stored: KapsoFunction): void {
    const { kapsoDeploySeconds, kapsoDeployReads } = this.store.switches;
    const ready_at = this.store.timestamp(this.store.now() + kapsoDeploySeconds * 1000);
    this.store.functions.put({ ...stored, deployment: { ready_at, reads_left: kapsoDeployReads } });
  }

  /** Deploys at once. */
  deployNow(stored: KapsoFunction): void {
    this.store.functions.put(this.afterDeployment(stored));
  }

  private afterDeployment(stored: KapsoFunction): KapsoFunction {
    const fails = this.store.switches.kapsoDeployFails;
    const at = this.store.timestamp();
    return {
      ...stored,
      deployment: null,
      lock_version: stored.lock_version + 1,
      updated_at: at,
      ...(fails
        ? { status: "error" }
        : {
            status: "deployed",
            version: (stored.version ?? 0) + 1,
            last_deployed_at: at,
            deployed: { code: stored.code, runtime_config: stored.runtime_config },
          }),
    };
  }

  /** For good, its deployment and its secrets too (2.1). */
  delete(stored: KapsoFunction): void {
    const { kapsoDeletedFunction } = this.store.switches;
    const users = this.store.workflows.all().filter((workflow) => uses(workflow, stored.id));
    if (users.length > 0 && kapsoDeletedFunction === "refused") {
      throw new Refusal(422, `Function is used by ${users.map(({ name }) => name).join(", ")}`);
    }
    for (const workflow of kapsoDeletedFunction === "null" ? users : []) {
      const nodes = workflow.definition.nodes.map((node) => withoutFunction(node, stored.id));
      this.store.workflows.put({ ...workflow, definition: { ...workflow.definition, nodes } });
    }
    this.store.functions.delete(stored.id);
  }

  // ---- secrets

  /** Names and kinds; none before the first deployment (2.1). */
  secrets(stored: KapsoFunction): { name: string; type: "text" | "json" }[] {
    return Object.entries(stored.secrets).map(([name, value]) => ({
      name,
      type: typeof value === "string" ? "text" : "json",
    }));
  }

  addSecret(stored: KapsoFunction, name: string, value: unknown): void {
    insistOnDeployment(stored);
    this.store.functions.put({ ...stored, secrets: { ...stored.secrets, [name]: value } });
  }

  /** False if there is none of this name. */
  deleteSecret(stored: KapsoFunction, name: string): boolean {
    insistOnDeployment(stored);
    if (!Object.hasOwn(stored.secrets, name)) return false;
    const rest = Object.entries(stored.secrets).filter(([key]) => key !== name);
    this.store.functions.put({ ...stored, secrets: Object.fromEntries(rest) });
    return true;
  }

  private insist(row: KapsoFunction): void {
    if (row.name.trim() === "") throw new Refusal(422, "Name can't be blank", "name");
    if (!/^[a-z0-9-]+$/.test(row.slug)) {
      throw new Refusal(422, "slug must be lowercase alphanumeric with hyphens", "slug");
    }
    if (row.code === "") throw new Refusal(422, "Code can't be blank", "code");
    if (Buffer.byteLength(row.code) > codeLimitBytes) {
      throw new Refusal(422, "Code is too long (maximum is 1 MB)", "code");
    }
    const others = this.store.functions
      .all()
      .filter((other) => other.id !== row.id && other.project_id === row.project_id);
    const status = this.store.switches.kapsoDuplicateStatus;
    for (const [attribute, told] of [
      ["name", "Name"],
      ["slug", "Slug"],
    ] as const) {
      if (others.some((other) => other[attribute] === row[attribute])) {
        throw new Refusal(status, `${told} has already been taken`, attribute);
      }
    }
  }
}

/** Secrets belong to a deployment (2.1). */
function insistOnDeployment({ version }: KapsoFunction): void {
  if (version === null) throw new Refusal(422, "Function must be deployed first");
}

/** Everything but secrets and what the server does not tell. */
export function readFunction({ deployed, secrets, deployment, ...told }: KapsoFunction): unknown {
  const endpoint = `https://api.kapso.ai/platform/v1/functions/${told.id}/invoke`;
  return { ...told, endpoint_url: told.version === null ? null : endpoint, created_by_id: null };
}

function uses({ definition }: KapsoWorkflow, id: string): boolean {
  return JSON.stringify(definition.nodes).includes(`"function_id":${JSON.stringify(id)}`);
}

function withoutFunction(node: KapsoNode, id: string): KapsoNode {
  const config: Config = JSON.parse(JSON.stringify(node.data.config), (key, value) =>
    key === "function_id" && value === id ? null : value,
  );
  return { ...node, data: { ...node.data, config } };
}
