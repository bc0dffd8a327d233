import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Judged, Share } from "./matrix";

/** Which matrix, by names: flow types and natures hold functions, which no thread can be given. */
export interface MatrixName {
  readonly token: string;
  readonly nature: string;
}

/** Which part of which matrix a thread is to try. */
export interface Task extends MatrixName {
  readonly share: Share;
}

/** What a thread answers. */
export type Answer = { readonly judged: Judged[] } | { readonly failure: string };

/** As many threads as the machine has processors, started once for all matrices: a thread needs seconds to load. */
export class Threads {
  readonly #workers = Array.from(
    { length: Math.min(availableParallelism(), 4) },
    () => new Worker(join(__dirname, "thread.ts"), { execArgv: ["-r", "ts-node/register/transpile-only"] }),
  );

  /** The matrix of a subject, tried by all threads. */
  async matrix(name: MatrixName): Promise<Judged[]> {
    const every = this.#workers.length;
    const shares = this.#workers.map((worker, from) => answerOf(worker, { ...name, share: { from, every } }));
    return (await Promise.all(shares)).flat();
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function answerOf(worker: Worker, task: Task): Promise<Judged[]> {
  return new Promise((resolve, reject) => {
    const listen = (listener: "once" | "off") => {
      worker[listener]("message", onMessage);
      worker[listener]("error", reject);
      worker[listener]("exit", onExit);
    };
    const onMessage = (answer: Answer) => {
      listen("off");
      if ("judged" in answer) resolve(answer.judged);
      else reject(new Error(answer.failure));
    };
    const onExit = (code: number) => reject(new Error(`The thread ended with ${code} and without an answer`));
    listen("once");
    worker.postMessage(task);
  });
}
