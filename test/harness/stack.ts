import { PartialFailure } from "../../provider/lifecycle/errors";
import type { Values } from "../../provider/lifecycle/values";
import type { Bench, Run, RunOptions } from "./bench";

/** What Pulumi keeps of a resource. */
export interface KeptResource {
  readonly id: string;
  readonly state: Values;
  /** Whether the last step was a partial failure: the next `up` then updates even where nothing differs. */
  readonly unfinished: boolean;
}

/** How a stack is run: in a new process, unless it is given one. */
export interface StackOptions extends RunOptions {
  readonly run?: Run;
  /** As with `pulumi up --refresh`. */
  readonly refresh?: boolean;
}

/** A stack with one resource, stepped as Pulumi's engine does: it alone decides which function is called with what. */
export class Stack {
  constructor(
    readonly bench: Bench,
    public kept: KeptResource | undefined = undefined,
  ) {}

  /** What is kept; fails where there is nothing. */
  get resource(): KeptResource {
    if (!this.kept) throw new Error("the stack is empty");
    return this.kept;
  }

  /** Brings the resource to what the program says. */
  async up(args: Values, options: StackOptions = {}): Promise<Values> {
    const run = options.run ?? this.bench.run(options);
    if (options.refresh) await this.refresh({ run });
    const { inputs, failures } = run.lifecycle.check(args);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    if (!this.kept) return this.#create(run, inputs);
    const { state, unfinished } = this.kept;
    const { changed, replaces } = run.lifecycle.diff(state, inputs);
    if (replaces.length > 0) {
      await this.destroy({ run });
      return this.#create(run, inputs);
    }
    return changed.length > 0 || unfinished ? this.#update(run, inputs) : state;
  }

  /** Reads the resource, and drops what is gone. Answers with the inputs that Pulumi would record. */
  async refresh(options: StackOptions = {}): Promise<Values | undefined> {
    if (!this.kept) return undefined;
    const run = options.run ?? this.bench.run(options);
    const found = await run.lifecycle.read(this.kept.id, this.kept.state);
    this.kept = found && { id: found.id, state: stored(found.state), unfinished: false };
    return found?.inputs;
  }

  async destroy(options: StackOptions = {}): Promise<void> {
    if (!this.kept) return;
    const run = options.run ?? this.bench.run(options);
    await run.lifecycle.delete(this.kept.id, this.kept.state);
    this.kept = undefined;
  }

  async #create(run: Run, inputs: Values): Promise<Values> {
    try {
      const { id, state } = await run.lifecycle.create(inputs);
      this.kept = { id, state: stored(state), unfinished: false };
      return state;
    } catch (error) {
      throw this.#recorded(error);
    }
  }

  async #update(run: Run, inputs: Values): Promise<Values> {
    const { id, state } = this.resource;
    try {
      const after = await run.lifecycle.update(id, state, inputs);
      this.kept = { id, state: stored(after), unfinished: false };
      return after;
    } catch (error) {
      throw this.#recorded(error);
    }
  }

  #recorded(error: unknown): unknown {
    if (error instanceof PartialFailure) this.kept = { id: error.id, state: stored(error.state), unfinished: true };
    return error;
  }
}

/** The way of every state through Pulumi: JSON. */
function stored(state: Values): Values {
  return JSON.parse(JSON.stringify(state));
}
