import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { type CrashEngine, STACK } from "./crash-engine";
import { described, isTaken, liveObjects, unmatched } from "./objects";
import { type KillPoint, nameOf } from "./points";
import { leftBy, type Prepared, Scene, UPS } from "./scene";

/** What became of a stack that was killed at one point. */
export interface Verdict {
  readonly point: KillPoint;
  /** Whether the next run sufficed, or the one after it, with the switch that the message named. */
  readonly converged: "by itself" | "after the switch" | "not at all";
  /** Objects at the vendors that the run without a kill did not make. */
  readonly duplicates: readonly string[];
  /** Objects that no entry of the state owns, and entries whose object is not there. */
  readonly lost: readonly string[];
  /** Whether the stack was locked, and was unlocked as the message says. */
  readonly unlocked: boolean;
  /** Whether a creation that was begun stayed in the state, with a warning in every run, until it was cleared. */
  readonly cleared: boolean;
  /** All other promises that were broken. */
  readonly broken: readonly string[];
  /** What a user saw: of the run that was killed, and of every one after it. */
  readonly saw: readonly string[];
}

/** Milliseconds until the call is made at which the run is killed. */
const PATIENCE = 120_000;

/** Kills a run at a point, then runs again as the messages say, and judges what is there by the vendors' objects and the state. */
export async function tryPoint(point: KillPoint, prepared: Prepared): Promise<Verdict> {
  const scene = await Scene.again(prepared);
  try {
    return await new Trial(point, prepared, scene, await scene.engine(UPS[prepared.up])).verdict();
  } catch (error) {
    throw new Error(`${nameOf(point)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    await scene.remove();
  }
}

class Trial {
  readonly #saw: string[] = [];
  readonly #broken: string[] = [];
  #unlocked = false;

  constructor(
    readonly point: KillPoint,
    readonly prepared: Prepared,
    readonly scene: Scene,
    readonly engine: CrashEngine,
  ) {}

  async verdict(): Promise<Verdict> {
    await this.#killedRun();
    const orphans = this.#unmatched().objects.filter(isTaken);
    const converged = await this.#converge();
    const needed = orphans.length > 0 ? "after the switch" : "by itself";
    this.#demand(
      converged === needed,
      `converged ${converged}, while ${orphans.length} objects were in no state after the kill`,
    );
    const cleared = await this.#clearPending();
    const preview = await this.engine.run("preview", STACK, { expectNoChanges: true });
    this.#demand(preview.ok, `the second preview is not empty:\n${preview.output}`);
    const [is, wanted] = [described(this.scene.emulator.state()), leftBy(this.prepared)];
    const surplus = without(is, wanted);
    const missing = without(wanted, is);
    // What is there as often as it should be, and is not as it should be, is no duplicate.
    const duplicates = is.length > wanted.length ? surplus : [];
    this.#demand(missing.length === 0, `not at the vendors:\n${missing.join("\n")}\ninstead:\n${surplus.join("\n")}`);
    const { objects, entries } = this.#unmatched();
    return {
      point: this.point,
      converged,
      duplicates,
      lost: [
        ...objects.map(({ kind, name, id }) => `${kind} "${name}" (${id}) is in no state`),
        ...entries.map(({ urn }) => `${urn} is in the state only`),
      ],
      unlocked: this.#unlocked,
      cleared,
      broken: this.#broken,
      saw: this.#saw,
    };
  }

  #unmatched() {
    return unmatched(liveObjects(this.scene.emulator.state()), this.engine.keptState().resources);
  }

  #demand(holds: boolean, promise: string): void {
    if (!holds) this.#broken.push(promise);
  }

  /** Lets the run reach its point, and kills. */
  async #killedRun(): Promise<void> {
    const { emulator } = this.scene;
    const { operation, nth, moment, victim } = this.point;
    emulator.faults([{ match: { operation }, skip: nth, when: moment, then: { hang: true } }]);
    emulator.clearJournal();
    const running = this.engine.startUp();
    let over = false;
    void running.ended.finally(() => {
      over = true;
    });
    const until = Date.now() + PATIENCE;
    const isThere = () => emulator.journal().some(({ status }) => status === "hang");
    while (!isThere() && !over && Date.now() < until) await sleep(10);
    if (!isThere()) throw new Error(`the run did not come to this call:\n${(await running.ended).output}`);
    await running.kill(victim);
    const { ok, output } = await running.ended;
    this.#saw.push(output);
    this.#demand(!ok, "the run that was killed passes for a success");
    if (victim === "provider")
      this.#demand(this.scene.kind.says.test(output), `what it says is not understood:\n${output}`);
    emulator.faults([]);
  }

  /** Runs again: as it is, and where that is refused once more with the switch that the message names. */
  async #converge(): Promise<Verdict["converged"]> {
    let first = await this.#up({});
    if (this.engine.unlock && first.output.includes("`pulumi cancel`")) {
      const { ok, output } = await this.engine.unlock();
      this.#demand(ok, `it cannot be unlocked:\n${output}`);
      this.#unlocked = true;
      first = await this.#up({});
    }
    if (first.ok) return "by itself";
    const named = switchesIn(first.output);
    if (Object.keys(named).length === 0) {
      this.#demand(false, `the message names no switch:\n${first.output}`);
      return "not at all";
    }
    const second = await this.#up(named);
    this.#demand(second.ok, `it does not converge with ${JSON.stringify(named)}:\n${second.output}`);
    return second.ok ? "after the switch" : "not at all";
  }

  /** Clears what stays in the state of creations that were begun. */
  async #clearPending(): Promise<boolean> {
    const { clearPendingCreates } = this.engine;
    const isPending = this.engine.keptState().pending.length > 0;
    if (isPending && clearPendingCreates) this.#saw.push((await clearPendingCreates()).output);
    const { pending } = this.engine.keptState();
    this.#demand(pending.length === 0, `the state still says: ${pending.join(", ")}`);
    return isPending;
  }

  async #up(env: Readonly<Record<string, string>>) {
    const outcome = await this.engine.run("up", STACK, { env });
    this.#saw.push(outcome.output);
    return outcome;
  }
}

/** The texts of a list that are not in another one as often. */
function without(texts: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return texts.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** The variables that a message says to set for one run, as the shell understands what a user copies; of several flows, all. */
export function switchesIn(output: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = "", command = ""] of output.matchAll(/`(PULUMI_FLOWS_ADOPT)(=[^`]*) pulumi up`/g)) {
    const value = execFileSync("sh", ["-c", `${name}${command} printenv ${name}`], { encoding: "utf8" }).trimEnd();
    if (!found[name]?.split(",").includes(value)) found[name] = found[name] ? `${found[name]},${value}` : value;
  }
  return found;
}
