import { axiosTransport } from "../../provider/http/axios-transport";
import { DEFAULT_LIMITS, Governor } from "../../provider/http/governor";
import type { Request } from "../../provider/http/request";
import type { FlowType } from "../../provider/lifecycle/flow-type";
import { createLifecycle, type Lifecycle } from "../../provider/lifecycle/lifecycle";
import type { Clock, Log, Overrides } from "../../provider/lifecycle/ports";
import { RunMemory } from "../../provider/lifecycle/run-memory";
import type { Values } from "../../provider/lifecycle/values";
import type { Vendor } from "../../provider/vendors/vendor";
import type { FaultRule, JournalEntry } from "../../testing/src/emulator";

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

/** What a bench needs of an emulator: every vendor's has it, whatever it stores. */
export interface Emulated {
  readonly url: string;
  /** Everything as at the start. */
  reset(): void;
  state(): unknown;
  journal(): JournalEntry[];
  clearJournal(): void;
  faults(rules: FaultRule[]): void;
  close(): Promise<void>;
}

/** Settings of a vendor, by name. */
export type TestSettings = Readonly<Record<string, string>>;

/** One flow type, and how it is configured to reach an emulator. */
export interface Benched<Account = unknown> {
  readonly vendor: Vendor<string, Account>;
  readonly type: FlowType<Values, unknown, Account>;
  /** The settings that lead to the emulator at this address. */
  settings(url: string): TestSettings;
}

/** What a new process of the provider would be: a lifecycle with empty caches and no memory. */
export interface Run<Account = unknown> {
  readonly lifecycle: Lifecycle;
  readonly log: TestLog;
  readonly clock: TestClock;
  readonly account: Account;
}

interface ConnectOptions {
  /** Milliseconds until a call without an answer fails. Default: so many that a busy machine fails none. */
  readonly timeout?: number;
  /** Largest answer taken, in bytes. */
  readonly maxResponse?: number;
  /** Is told of every call in the moment before it is sent, which waits for it. */
  readonly before?: (request: Request) => unknown;
}

/** The way to a vendor, over the provider's own layers and transport, without waiting. */
export function connect<Account>(
  vendor: Vendor<string, Account>,
  settings: TestSettings,
  { clock, log, ...options }: ConnectOptions & { readonly clock: Clock; readonly log: Log },
): Account {
  return vendor.connect(settings, {
    clock,
    log,
    random: () => 0.5,
    userAgent: "pulumi-flows/test",
    transport(root) {
      const send = axiosTransport(root, {
        timeout: options.timeout ?? 20_000,
        maxResponse: options.maxResponse ?? 1_000_000,
      });
      return async (request) => {
        await options.before?.(request);
        return send(request);
      };
    },
    governor: (account) => new Governor({ account, namespace: vendor.name, limits: DEFAULT_LIMITS, clock, log }),
  });
}

export interface RunOptions extends ConnectOptions {
  /** Settings that differ from those of the bench. */
  readonly settings?: TestSettings;
  readonly overrides?: Partial<Overrides>;
  /** What other flow types of the same process have done. */
  readonly memory?: RunMemory;
}

/** Flows of one type against an emulator, without Pulumi. */
export class Bench<Account = unknown, Emulator extends Emulated = Emulated> {
  constructor(
    readonly of: Benched<Account>,
    readonly emulator: Emulator,
  ) {}

  /** A fresh run, as each `pulumi` command is one. */
  run(options: RunOptions = {}): Run<Account> {
    const clock = new TestClock();
    const log = new TestLog();
    const settings = { ...this.of.settings(this.emulator.url), ...options.settings };
    const account = connect(this.of.vendor, settings, { ...options, clock, log });
    const overrides = { adopts: () => false, overwrites: false, ...options.overrides };
    const ports = { log, clock, overrides, memory: options.memory ?? new RunMemory() };
    const lifecycle = createLifecycle(
      this.of.type,
      () => settings,
      () => account,
      ports,
    );
    return { lifecycle, log, clock, account };
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
