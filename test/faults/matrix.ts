import type { Nature, Subject, World } from "../conformance/subject";
import { type Cell, cellsOf } from "./cells";
import { judge, type Verdict } from "./judge";
import { type Operation, operationsOf, rehearse } from "./operations";

/** A cell with what became of it. */
export interface Judged {
  readonly operation: string;
  readonly cell: string;
  readonly verdict: Verdict;
}

/** Workers: calls that hang are waited for together, and all others keep the processor busy meanwhile. */
const WAITING = 12;
const BUSY = 2;

/** A part of a matrix: every so many operations, from one on. */
export interface Share {
  readonly from: number;
  readonly every: number;
}

/**
 * Tries every fault at every call of the operations of a subject.
 *
 * @param operations Default: all that the subject leads to
 * @param share Default: the whole
 */
export async function matrixOf(
  subject: Subject,
  nature: Nature,
  operations: readonly Operation[] = operationsOf(subject),
  { from, every }: Share = { from: 0, every: 1 },
): Promise<Judged[]> {
  const rehearsed = await rehearse(subject, nature, operations);
  const cells = rehearsed.filter((_, index) => index % every === from).flatMap(cellsOf);
  const verdicts = new Map<Cell, Verdict>();
  const tryAll = async (queue: Iterator<Cell>) => {
    let world: World | undefined;
    let start: World | undefined;
    try {
      for (let next = queue.next(); !next.done; next = queue.next()) {
        const cell = next.value;
        if (!world || start !== cell.rehearsed.start) {
          await world?.emulator.close();
          start = cell.rehearsed.start;
          world = await start.branch();
        }
        verdicts.set(cell, await judge(cell, { subject, nature, world }));
      }
    } finally {
      await world?.emulator.close();
    }
  };
  const workers = (count: number, queue: Iterator<Cell>) => Array.from({ length: count }, () => tryAll(queue));
  await Promise.all([
    ...workers(WAITING, cells.filter(({ hangs }) => hangs).values()),
    ...workers(BUSY, cells.filter(({ hangs }) => !hangs).values()),
  ]);
  await Promise.all(rehearsed.map(({ start }) => start.emulator.close()));
  return cells.map((cell) => {
    const verdict = verdicts.get(cell);
    if (!verdict) throw new Error(`${cell.name} was not tried`);
    return { operation: cell.rehearsed.operation.name, cell: cell.name, verdict };
  });
}
