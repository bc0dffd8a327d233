import { parseControl } from "./control-schema";
import { Refusal } from "./runtype-dialect";
import {
  type RuntypeFlow,
  type RuntypeSeed,
  type RuntypeState,
  type RuntypeStepResult,
  type RuntypeVersion,
  runtypeDefaults,
  seedShape,
} from "./runtype-records";
import { type StepRules, writeSteps } from "./runtype-steps";
import type { RuntypeAccount, RuntypeSwitches } from "./runtype-switches";
import { Collection } from "./store";
import { ControlError, type World } from "./vendor";

type Kind = "flow" | "step" | "flowver" | "stepres";

const byId = ({ id }: { readonly id: string }) => [id];

/** Everything that Runtype stores. */
export class RuntypeStore {
  readonly flows = new Collection<RuntypeFlow>(byId);
  readonly versions = new Collection<RuntypeVersion>(byId);
  readonly stepResults = new Collection<RuntypeStepResult>(byId);
  private readonly counted = new Map<Kind, number>();
  /** Ids that a seed brought along. */
  private readonly taken: ReadonlySet<string>;

  constructor(
    private readonly world: World<RuntypeSwitches>,
    seed: unknown,
  ) {
    const ids = (JSON.stringify(seed) ?? "").matchAll(/"((?:flow|step|flowver|stepres)_[0-9a-z]{26})"/g);
    this.taken = new Set([...ids].map(([, id = ""]) => id));
    this.plant(seed === undefined ? {} : parseControl(world.contract.compile(seedShape), seed, "seed"));
  }

  get switches(): RuntypeSwitches {
    return this.world.switches();
  }

  timestamp(): string {
    return new Date(this.world.now()).toISOString();
  }

  /** In the shape of a TypeID, counted for each kind: `flow_01jv0000000000000000000001`. */
  newId(kind: Kind): string {
    const next = (this.counted.get(kind) ?? 0) + 1;
    this.counted.set(kind, next);
    const id = `${kind}_01jv${String(next).padStart(22, "0")}`;
    return this.taken.has(id) ? this.newId(kind) : id;
  }

  /** How steps are written. By a person: what the dashboard leaves out is gone, and it never loses an id. */
  stepRules(byPerson = false): StepRules {
    const asPerson = { runtypeStepIds: "kept", runtypeWhenCleared: "removed" } as const;
    return { switches: { ...this.switches, ...(byPerson && asPerson) }, newId: () => this.newId("step") };
  }

  revision(): number {
    return this.flows.revision + this.versions.revision + this.stepResults.revision;
  }

  snapshot(): RuntypeState {
    return structuredClone({
      flows: this.flows.all(),
      versions: this.versions.all(),
      stepResults: this.stepResults.all(),
    });
  }

  // ---- finding

  /** The flow of this id, if the account may have it. */
  flow(id: string, account: RuntypeAccount): RuntypeFlow {
    const flow = this.flows.find(id);
    if (flow !== undefined && owns(account, flow)) return flow;
    if (flow !== undefined && this.switches.runtypeForeignFlow === 403) throw new Refusal(403, "Access denied");
    throw new Refusal(404, "Flow not found");
  }

  flowsOf(account: RuntypeAccount): RuntypeFlow[] {
    return this.flows.all().filter((flow) => owns(account, flow));
  }

  /** The one of these flows that a name leads to where it is the identity (8). */
  named(name: string, flows: readonly RuntypeFlow[]): RuntypeFlow | undefined {
    const same = flows.filter((flow) => flow.name === name);
    return this.switches.runtypePullPicks === "older" ? same[0] : same.at(-1);
  }

  /** The history of a flow, oldest first. */
  versionsOf({ id }: RuntypeFlow): RuntypeVersion[] {
    return this.versions
      .all()
      .filter(({ flowId }) => flowId === id)
      .sort((a, b) => a.versionNumber - b.versionNumber);
  }

  // ---- writing

  addVersion(flow: RuntypeFlow, rest: Partial<RuntypeVersion> = {}): RuntypeVersion {
    const row: RuntypeVersion = {
      versionType: "draft",
      label: null,
      notes: null,
      flowSteps: flow.flowSteps,
      ...rest,
      id: this.newId("flowver"),
      flowId: flow.id,
      versionNumber: (this.versionsOf(flow).at(-1)?.versionNumber ?? 0) + 1,
      createdAt: this.timestamp(),
    };
    this.versions.put(row);
    return row;
  }

  addStepResult(flow: RuntypeFlow, rest: Pick<RuntypeStepResult, "stepId" | "stepName" | "stepType">): void {
    this.stepResults.put({
      ...blankResult,
      ...rest,
      id: this.newId("stepres"),
      userId: flow.userId,
      flowId: flow.id,
      createdAt: this.timestamp(),
    });
  }

  private plant({ flows = [], versions = [], stepResults = [] }: RuntypeSeed): void {
    const at = this.timestamp();
    const stored = this.stepRules(true);
    for (const { flowSteps = [], ...flow } of flows) {
      const steps = flowSteps.map(({ when, ...step }) => ({ ...step, when: when ?? "" }));
      const id = this.fresh(this.flows, flow.id ?? this.newId("flow"));
      const row = { ...runtypeDefaults, ...blankFlow, createdAt: at, updatedAt: at, ...flow, id };
      // As they are, so that a state is a seed of the same state.
      const kept = { ...stored, switches: { ...stored.switches, runtypeConfigRewrites: "none" } as const };
      this.flows.put({ ...row, flowSteps: writeSteps(steps, [], kept) });
    }
    const flowOf = (id: string): RuntypeFlow => {
      const flow = this.flows.find(id);
      if (flow === undefined) throw new ControlError(`Wrong seed: there is no flow ${id}`);
      return flow;
    };
    for (const version of versions) {
      flowOf(version.flowId);
      const id = this.fresh(this.versions, version.id ?? this.newId("flowver"));
      this.versions.put({ versionType: "draft", label: null, notes: null, createdAt: at, ...version, id });
    }
    for (const result of stepResults) {
      const { userId } = flowOf(result.flowId);
      const id = this.fresh(this.stepResults, result.id ?? this.newId("stepres"));
      this.stepResults.put({ ...blankResult, userId, stepId: null, createdAt: at, ...result, id });
    }
    for (const { id, publishedVersionId } of this.flows.all()) {
      if (publishedVersionId !== null && this.versions.find(publishedVersionId)?.flowId !== id) {
        throw new ControlError(`Wrong seed: the flow ${id} has no version ${publishedVersionId}`);
      }
    }
  }

  private fresh(rows: { has(id: string): boolean }, id: string): string {
    if (rows.has(id)) throw new ControlError(`Wrong seed: two rows ${id}`);
    return id;
  }
}

const blankFlow = {
  description: null,
  lastRunAt: null,
  lastModifiedSource: "dashboard",
  publishedVersionId: null,
  referenced: false,
} as const;

const blankResult = { status: "completed", recordId: null, batchExecutionId: null };

/** An organization's flows are those of all its members (8). */
function owns({ userId, organizationId }: RuntypeAccount, flow: RuntypeFlow): boolean {
  return flow.organizationId === organizationId && (organizationId !== null || flow.userId === userId);
}
