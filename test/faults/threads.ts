import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Judged, Share } from "./matrix";

/** Which matrix, by names: flow types and natures hold functions, which no thread can be given. */
export interface MatrixName {
  readonly token: string;
  readonly nature: string;
}

/** The matrix of a subject, tried by as many threads as the machine has processors. */
export async function matrixInThreads(name: MatrixName): Promise<Judged[]> {
  const every = Math.min(availableParallelism(), 4);
  const shares = Array.from({ length: every }, (_, from) => inThread(name, { from, every }));
  return (await Promise.all(shares)).flat();
}

function inThread(name: MatrixName, share: Share): Promise<Judged[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, "thread.ts"), {
      workerData: { ...name, share },
      execArgv: ["-r", "ts-node/register/transpile-only"],
    });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`The thread ended with ${code} and without an answer`)));
  });
}
