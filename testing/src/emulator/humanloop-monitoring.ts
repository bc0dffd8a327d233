import { isDeepStrictEqual } from "node:util";
import { Refusal } from "./humanloop-dialect";
import type { Selected } from "./humanloop-flows";
import type {
  EvaluatorReference,
  HumanloopEnvironment,
  HumanloopFile,
  HumanloopMonitor,
  MonitoringInput,
} from "./humanloop-records";
import type { HumanloopStore } from "./humanloop-store";

// Section numbers are those of the vendor notes on Humanloop (`vendors/humanloop.md`).

/** Which evaluators run on new logs of a flow (6.4). */
export class HumanloopMonitoring {
  constructor(private readonly store: HumanloopStore) {}

  /** Evaluators that are in neither list stay as they are. */
  change(file: HumanloopFile, { activate, deactivate }: MonitoringInput): HumanloopFile {
    const { humanloopDeactivated, humanloopRepeatedActivation } = this.store.switches;
    const at = this.store.timestamp();
    const wanted = [
      ...(activate ?? []).map((reference) => [reference, "active"] as const),
      ...(deactivate ?? []).map((reference) => [reference, "inactive"] as const),
    ];
    let evaluators = file.evaluators;
    for (const [sent, state] of wanted) {
      const reference = this.known(sent, file.organization);
      const before = evaluators.find((monitor) => isDeepStrictEqual(monitor.reference, reference));
      if ((before?.state ?? "inactive") === state) {
        if (humanloopRepeatedActivation === "refused") throw new Refusal(409, `The evaluator is ${state} already`);
        continue;
      }
      const others = evaluators.filter((monitor) => monitor !== before);
      const monitor: HumanloopMonitor = { created_at: at, ...before, reference, state, updated_at: at };
      // The newest first: an order of the server's own (10.5).
      evaluators = state === "inactive" && humanloopDeactivated === "removed" ? others : [monitor, ...others];
    }
    if (evaluators === file.evaluators) return file;
    const changed = { ...file, evaluators, updated_at: at };
    this.store.files.put(changed);
    return changed;
  }

  /** The evaluator that a reference leads to, and its environment if it follows one. */
  resolve(
    reference: EvaluatorReference,
    organization: string,
  ): Selected & { readonly environment: HumanloopEnvironment | undefined } {
    const evaluators = this.store.filesOf(organization).filter(({ type }) => type === "evaluator");
    if ("evaluator_version_id" in reference) {
      for (const file of evaluators) {
        const version = file.versions.find(({ version_id }) => version_id === reference.evaluator_version_id);
        if (version !== undefined) return { file, version, environment: undefined };
      }
      throw this.unknown(reference.evaluator_version_id);
    }
    const file = evaluators.find(({ id }) => id === reference.evaluator_id);
    const environment = this.store.environment(reference.environment_id, organization);
    const version = file && (this.store.deployed(file, environment.id) ?? this.store.current(file));
    if (file === undefined || version === undefined) throw this.unknown(reference.evaluator_id);
    return { file, version, environment };
  }

  /** A reference of known members only, if there is what it leads to. */
  private known(sent: EvaluatorReference, organization: string): EvaluatorReference {
    this.resolve(sent, organization);
    if ("evaluator_version_id" in sent) return { evaluator_version_id: sent.evaluator_version_id };
    return { evaluator_id: sent.evaluator_id, environment_id: sent.environment_id };
  }

  private unknown(id: string): Refusal {
    return new Refusal(this.store.switches.humanloopUnknownEvaluator, `There is no evaluator or version ${id}`);
  }
}
