import assert from "node:assert/strict";
import isEqual from "lodash/isEqual";
import omit from "lodash/omit";
import { adopting } from "../../provider/lifecycle/create";
import { FlowError, PartialFailure } from "../../provider/lifecycle/errors";
import type { Values } from "../../provider/lifecycle/values";
import { Scene } from "../conformance/scene";
import type { Nature, StoredObject, Subject, World } from "../conformance/subject";
import type { Run, RunOptions } from "../harness/bench";
import { type KeptResource, Stack } from "../harness/stack";
import { type Cell, MOST_CALLS } from "./cells";
import { isNeighbour, movedTo, take } from "./operations";

/** How a step under a fault ends. */
export const endings = [
  "success",
  "failure, nothing done",
  "failure, done in part or whole",
  "partial failure",
  "outcome unknown",
] as const;
export type Ending = (typeof endings)[number];

/** What became of one cell. */
export interface Verdict {
  readonly ending: Ending;
  /** Runs after the fault until everything was as wanted. */
  readonly runs: number;
  /** Promises that were broken. */
  readonly broken: string[];
}

/** Where a cell is tried: a world of its own. */
export interface Place {
  readonly subject: Subject;
  readonly nature: Nature;
  readonly world: World;
}

/** Looks until what a vendor shows is what it stores. */
const MOST_LOOKS = 3;

/** Milliseconds until a call that hangs is given up: the first that are enough for all the others on this machine. */
const TIMEOUTS = [80, 400, 2000];

/** Tries a cell. */
export async function judge(cell: Cell, place: Place): Promise<Verdict> {
  for (const timeout of cell.hangs ? TIMEOUTS : [undefined]) {
    const trial = new Trial(cell, place, timeout === undefined ? {} : { timeout });
    const verdict = await trial.verdict();
    if (!trial.impatient) return verdict;
  }
  throw new Error(`${cell.name}: the machine is too busy to tell what hangs`);
}

class Trial {
  readonly scene: Scene;
  readonly stateAfter: Values | undefined;
  readonly stack: Stack;
  readonly run: Run;
  readonly broken: string[] = [];

  constructor(
    readonly cell: Cell,
    { subject, nature, world }: Place,
    options: RunOptions,
  ) {
    world.emulator.reset();
    this.scene = new Scene(subject, nature.type ?? subject.type, world);
    const here = <T>(value: T): T => movedTo(world.emulator.url, value, cell.rehearsed);
    this.stack = new Stack(this.scene.bench, here(cell.rehearsed.stack.kept));
    this.stateAfter = here(cell.rehearsed.stateAfter);
    this.run = this.scene.bench.run(options);
  }

  /** Whether a call was given up that was only slow. */
  get impatient(): boolean {
    const givenUp = this.run.log.at("debug").filter((line) => /-> .* got no answer within/.test(line));
    const hung = this.#journalOfStep.filter(({ status }) => status === "hang");
    return givenUp.length > hung.length;
  }

  #journalOfStep: ReturnType<World["emulator"]["journal"]> = [];

  async verdict(): Promise<Verdict> {
    const { cell, scene, stack, run } = this;
    const { emulator } = scene.world;
    const { operation, contentBefore } = cell.rehearsed;
    const neighbour = this.#neighbour;
    const identity = this.#own[0]?.identity;
    const keptBefore = stack.kept;

    emulator.faults(cell.rules);
    let failure: unknown;
    try {
      await take(operation, stack, { run });
    } catch (error) {
      failure = error;
    }
    emulator.faults([]);
    this.#journalOfStep = emulator.journal();
    assert.ok(this.#journalOfStep.length <= MOST_CALLS, `${cell.name}: more calls than a fault for ever strikes`);

    const ending = this.#endingOf(failure, contentBefore);
    if (failure !== undefined) this.#judgeFailure(failure);
    this.#demand(this.#own.length <= 1, "there are two objects");
    if (operation.kind === "read") this.#judgeRead(ending, keptBefore);
    if (ending === "partial failure" && operation.kind !== "read") await this.#judgePartial();
    if (ending === "success")
      this.#demand(isEqual(this.#own[0]?.content, cell.rehearsed.contentAfter), "a success that is none");

    const runs = await this.#converge(failure);
    if (operation.kind === "update" || operation.kind === "adopt") {
      this.#demand(this.#own[0]?.identity === identity, "it is another object now");
    }
    if (operation.kind === "delete") {
      const writes = emulator.journal().filter(({ wrote }) => wrote).length;
      // What its vendor cannot undo stays.
      const isDeleted = contentBefore !== undefined && cell.rehearsed.contentAfter === undefined;
      this.#demand(writes === (isDeleted ? 1 : 0), `deleted ${writes} times`);
    }
    this.#demand(isEqual(this.#neighbour, neighbour), "the neighbour was touched");
    return {
      ending,
      runs,
      broken: this.broken.map((promise) => promise.replaceAll(scene.world.emulator.url, "<host>")),
    };
  }

  get #neighbour(): StoredObject | undefined {
    return this.scene.world.objects().find(({ key }) => isNeighbour(key));
  }

  get #own(): StoredObject[] {
    return this.scene.world.objects().filter(({ key }) => !isNeighbour(key));
  }

  #demand(holds: boolean, promise: string): void {
    if (!holds) this.broken.push(promise);
  }

  #endingOf(failure: unknown, contentBefore: Values | undefined): Ending {
    if (failure === undefined) return "success";
    if (failure instanceof PartialFailure) return "partial failure";
    if (failure instanceof FlowError && failure.kind === "outcomeUnknown") return "outcome unknown";
    return isEqual(this.#own[0]?.content, contentBefore) ? "failure, nothing done" : "failure, done in part or whole";
  }

  #judgeFailure(failure: unknown): void {
    const { operation, contentBefore } = this.cell.rehearsed;
    const { type } = this.scene;
    const message = failure instanceof Error ? failure.message : String(failure);
    this.#demand(failure instanceof FlowError, `an unexpected error: ${message}`);
    const labels = [operation.before, operation.program].map(
      (program) => program && type.label(this.scene.bench.inputs(program)),
    );
    this.#demand(
      labels.some((label) => label !== undefined && message.includes(label)),
      "the message names no flow",
    );
    this.#demand(/`[^`]*pulumi [^`]*`|run it again|try again/.test(message), "the message does not say what to do");
    if (failure instanceof PartialFailure) {
      const { state } = failure;
      this.#demand(isEqual(JSON.parse(JSON.stringify(state)), state), "what is recorded is not plain");
    }
    const known =
      failure instanceof PartialFailure || (failure instanceof FlowError && failure.kind === "outcomeUnknown");
    if (operation.kind === "create") {
      this.#demand(known || this.#own.length === 0, "it is lost: made, not recorded and not told");
      if (failure instanceof PartialFailure) this.#demand(this.#own.length === 1, "recorded, but not there");
    }
    if (operation.kind === "update" || operation.kind === "adopt") {
      const changed = !isEqual(this.#own[0]?.content, contentBefore);
      const told = known || /not known|may have/.test(message);
      this.#demand(!changed || told, "changed, not recorded and not told");
    }
  }

  #judgeRead(ending: Ending, keptBefore: KeptResource | undefined): void {
    const { contentAfter, contentBefore } = this.cell.rehearsed;
    this.#demand(isEqual(this.#own[0]?.content, contentBefore), "a read has changed something");
    if (ending === "success") {
      this.#demand(contentAfter === undefined || this.stack.kept !== undefined, "said to be gone");
      this.#demand(isEqual(this.stack.kept?.state, this.stateAfter), "read otherwise than without the fault");
    } else {
      this.#demand(isEqual(this.stack.kept, keptBefore), "a failed read changed what is kept");
    }
  }

  /** What a partial failure records must be true, as far as it says anything. */
  async #judgePartial(): Promise<void> {
    const { kept, bench } = this.stack;
    this.#demand(Boolean(kept?.id), "recorded without an id");
    if (!kept?.id) return;
    const look = () =>
      bench
        .run()
        .lifecycle.read(kept.id, kept.state)
        .catch(() => undefined);
    let read = await look();
    const recorded = Object.keys(this.scene.type.fields.shape).filter((field) => field in kept.state);
    const wrong = () => recorded.filter((field) => !isEqual(kept.state[field], read?.state[field]));
    // A vendor may need a moment to show what it stores.
    for (let looks = 1; wrong().length > 0 && looks < MOST_LOOKS; looks++) read = await look();
    this.#demand(read !== undefined, "what is recorded cannot be read");
    for (const field of read ? wrong() : []) this.#demand(false, `what is recorded of ${field} is not so`);
  }

  /** Runs again as the messages say, until everything is as wanted. */
  async #converge(failure: unknown): Promise<number> {
    const { stack, scene } = this;
    const { operation, contentAfter } = this.cell.rehearsed;
    let runs = 0;
    let last = failure;
    for (; last !== undefined && runs < 2; runs++) {
      const message = last instanceof Error ? last.message : "";
      const overrides = { adopts: (key: string) => message.includes(adopting(key)) };
      try {
        await take(operation, stack, { overrides, refresh: message.includes("--refresh") });
        last = undefined;
      } catch (error) {
        last = error;
      }
    }
    if (last !== undefined) {
      this.broken.push(`does not converge: ${last instanceof Error ? last.message : String(last)}`);
      return runs;
    }
    try {
      const [only, ...others] = this.#own;
      assert.deepEqual(others, [], "two objects at the end");
      assert.deepEqual(only?.content, contentAfter, "other content at the end");
      if (operation.step === "up") {
        await scene.demandSettledAtVendor(stack, operation.program);
      }
      // What the vendor alone sets may differ: another creation may have another id.
      const { outputs } = scene.type;
      assert.deepEqual(omit(stack.kept?.state, outputs), omit(this.stateAfter, outputs), "another state at the end");
    } catch (error) {
      this.broken.push(`does not converge: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
    }
    return runs;
  }
}
