import type { EngineKind } from "./crash-engine";
import { type KillPoint, pointsOf } from "./points";
import { type Preparation, prepare } from "./scene";
import { tryPoint, type Verdict } from "./trial";

/** Every point of both runs of an engine, and how to try some of them. */
export class Trials {
  private constructor(
    readonly kind: EngineKind,
    readonly points: readonly KillPoint[],
    readonly preparation: Preparation,
  ) {}

  /** Runs both without a kill. */
  static async prepare(kind: EngineKind): Promise<Trials> {
    const preparation = await prepare(kind);
    return new Trials(kind, preparation.ups.flatMap(pointsOf), preparation);
  }

  /**
   * Tries points, several at once.
   *
   * @param told is told of each as soon as it is known
   */
  async try(points: readonly KillPoint[], atOnce: number, told: (verdict: Verdict) => void): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    const queue = points.values();
    const work = async () => {
      for (const point of queue) {
        const prepared = this.preparation.ups.find(({ up }) => up === point.up);
        if (!prepared) throw new Error(`there is no up ${point.up}`);
        const verdict = await tryPoint(point, prepared);
        verdicts.push(verdict);
        told(verdict);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return verdicts;
  }

  close(): void {
    this.preparation.remove();
  }
}

/** One line about many: `142 kill points: 97 converged by themselves, …`. */
export function summaryOf(verdicts: readonly Verdict[]): string {
  const converged = (how: Verdict["converged"]) => verdicts.filter((each) => each.converged === how).length;
  const count = (list: (verdict: Verdict) => readonly string[]) => verdicts.flatMap(list).length;
  const told = (is: (verdict: Verdict) => boolean, what: string) => {
    const many = verdicts.filter(is).length;
    return many > 0 ? [`${many} ${what}`] : [];
  };
  const failed = converged("not at all");
  return [
    `${verdicts.length} kill points: ${converged("by itself")} converged by themselves, ${converged("after the switch")} after the switch the message named${failed > 0 ? `, ${failed} not at all` : ""}`,
    ...told(({ unlocked }) => unlocked, "stacks were locked until `pulumi cancel`"),
    ...told(({ cleared }) => cleared, "warned of pending creates until `pulumi refresh --clear-pending-creates`"),
    `${count(({ duplicates }) => duplicates)} duplicates, ${count(({ lost }) => lost)} lost objects`,
  ].join("; ");
}

/** What is wrong with a verdict, if anything. */
export function problemsOf({ duplicates, lost, broken }: Verdict): string[] {
  return [...duplicates.map((each) => `duplicate: ${each}`), ...lost.map((each) => `lost: ${each}`), ...broken];
}
