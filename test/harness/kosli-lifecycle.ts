import { axiosTransport } from "../../provider/http/axios-transport";
import { Governor } from "../../provider/http/governor";
import { createLifecycle, type Lifecycle } from "../../provider/lifecycle/lifecycle";
import type { Clock, Log, Overrides } from "../../provider/lifecycle/ports";
import { RunMemory } from "../../provider/lifecycle/run-memory";
import type { Values } from "../../provider/lifecycle/values";
import type { KosliAccount } from "../../provider/vendors/kosli/account";
import { flow } from "../../provider/vendors/kosli/flow";
import { kosli } from "../../provider/vendors/kosli/vendor";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../testing/src/emulator";

/** A clock that never waits: sleeping moves it on. */
export class TestClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  /** Every pause that was asked for, in milliseconds. */
  readonly pauses: number[] = [];
  now(): number {
    return this.#now;
  }
  async sleep(milliseconds: number): Promise<void> {
    this.pauses.push(milliseconds);
    this.#now += milliseconds;
  }
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** Keeps messages for tests to look at. */
export class TestLog implements Log {
  readonly lines: { level: "debug" | "info" | "warn"; message: string }[] = [];
  debug(message: string): void {
    this.lines.push({ level: "debug", message });
  }
  info(message: string): void {
    this.lines.push({ level: "info", message });
  }
  warn(message: string): void {
    this.lines.push({ level: "warn", message });
  }
  /** The messages of one level. */
  at(level: "debug" | "info" | "warn"): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }
}

/** What a new process of the provider would be: a lifecycle with empty caches and no memory. */
export interface Run {
  readonly lifecycle: Lifecycle;
  readonly log: TestLog;
  readonly clock: TestClock;
  readonly account: KosliAccount;
}

export interface RunOptions {
  readonly apiToken?: string;
  readonly hostRoot?: string;
  readonly overrides?: Partial<Overrides>;
  /** Milliseconds until a call without an answer fails. */
  readonly timeout?: number;
}

/** Kosli flows against an emulator, without Pulumi. */
export class KosliBench {
  private constructor(readonly emulator: Emulator) {}

  static async start(options: EmulatorOptions = {}): Promise<KosliBench> {
    return new KosliBench(await startEmulator(options));
  }

  /** A fresh run, as each `pulumi` command is one. */
  run(options: RunOptions = {}): Run {
    const clock = new TestClock();
    const log = new TestLog();
    const hostRoot = options.hostRoot ?? this.emulator.url;
    const account = kosli.connect(
      { apiToken: options.apiToken ?? "test-token", org: "acme", apiUrl: hostRoot },
      {
        clock,
        log,
        random: () => 0.5,
        userAgent: "pulumi-flows/test",
        transport: (root) => axiosTransport(root, { timeout: options.timeout ?? 2000, maxResponse: 1_000_000 }),
        governor: (name) => new Governor(name, 10, clock, log),
      },
    );
    const overrides = { adopts: () => false, overwrites: false, ...options.overrides };
    const ports = { log, clock, overrides, memory: new RunMemory() };
    return {
      lifecycle: createLifecycle(
        flow,
        () => ({ org: "acme" }),
        () => account,
        ports,
      ),
      log,
      clock,
      account,
    };
  }

  /** Checks arguments as Pulumi does, failing on any problem. */
  inputs(args: Values): Values {
    const { inputs, failures } = this.run().lifecycle.check(args);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    return inputs;
  }

  /** The vendor calls since the last look, as `operation status`. */
  calls(): string[] {
    const calls = this.emulator.journal().map(({ operation, status }) => `${operation} ${status}`);
    this.emulator.clearJournal();
    return calls;
  }
}
