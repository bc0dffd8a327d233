import type { RunMemory } from "./run-memory";

/** Where messages to the user go. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

/** Time, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Decisions that a user makes for one run, outside the program. */
export interface Overrides {
  /** Whether the flow that messages name so may be taken over in this run. */
  adopts(label: string): boolean;
  /** Whether changes made outside may be overwritten in this run. */
  readonly overwrites: boolean;
}

/** Everything that the lifecycle needs of the process it runs in. */
export interface Ports {
  readonly log: Log;
  readonly clock: Clock;
  readonly overrides: Overrides;
  readonly memory: RunMemory;
}
