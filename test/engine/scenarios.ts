import assert from "node:assert/strict";
import type { Operation, OperationOptions, Outcome, StateResource } from "../../scripts/engines";
import type { EmulatorState, Switches } from "../../testing/src/emulator";
import type { ToyEmulator } from "../toy/toy-emulator";
import type { ToyState } from "../toy/toy-records";

type EmulatedFlow = EmulatorState["kosli"]["flows"][number];

/** What can be looked at after a step. */
export interface Seen extends Outcome {
  /** Successful and refused vendor calls of the step, as `operation status`. */
  readonly calls: readonly string[];
  /** Vendor calls of the step that changed something. */
  readonly writes: readonly string[];
  /** Flows that are not archived, by name. */
  readonly live: Readonly<Record<string, EmulatedFlow>>;
  readonly archived: number;
  readonly graphs: ToyState["graphs"];
  readonly channels: ToyState["channels"];
  readonly kapso: EmulatorState["kapso"];
  readonly runtype: EmulatorState["runtype"];
  readonly humanloop: EmulatorState["humanloop"];
  /** The flows of the state, by resource name. */
  readonly state: Readonly<Record<string, StateResource>>;
  /** The stack's outputs in the state. */
  readonly outputs: Record<string, unknown>;
}

/** One operation on one version of the program. */
export interface Step extends OperationOptions {
  readonly operation: Operation;
  readonly v: number;
  /** What somebody does outside before it. */
  readonly before?: (emulator: ToyEmulator) => void;
  readonly expect: (seen: Seen) => void;
}

/** A story that must go the same way on every engine. */
export interface Scenario {
  readonly title: string;
  readonly program: string;
  /** Whose program it is. Default: Kosli's. */
  readonly of?: "toy" | "kapso" | "runtype" | "humanloop";
  readonly switches?: Partial<Switches>;
  readonly steps: readonly Step[];
}

export function succeeded(seen: Seen): void {
  assert.ok(seen.ok, seen.output);
}

export function failed(seen: Seen, ...words: string[]): void {
  assert.ok(!seen.ok, seen.output);
  for (const each of words) assert.ok(seen.output.includes(each), `"${each}" is missing in:\n${seen.output}`);
}

export function unchanged(seen: Seen): void {
  succeeded(seen);
  assert.doesNotMatch(seen.output, /to (create|update|delete|replace)/);
}
