import type * as pulumi from "@pulumi/pulumi";
import { PROVIDER, pulumiDynamicProvider } from "../../provider/hosts/pulumi-dynamic";
import type { Request } from "../../provider/http/request";
import { createLifecycle } from "../../provider/lifecycle/lifecycle";
import { RunMemory } from "../../provider/lifecycle/run-memory";
import type { Values } from "../../provider/lifecycle/values";
import { decisionsOf } from "../../provider/runtime/decisions";
import { handlerText } from "../../provider/sdk/handler-text";
import { createLimit, HalfMade, type Provider } from "../../testing/src/rehearsal/provider";
import type { ProviderSource } from "../../testing/src/rehearsal/providers";
import { shortType } from "../../testing/src/rehearsal/urn";
import { annotateSecrets, type Properties, revealAll } from "../../testing/src/rehearsal/values";
import type { Subject } from "../conformance/subject";
import { connect, TestClock, TestLog } from "../harness/bench";

/** What a process is started with. */
export interface ProcessOptions {
  /** Of the emulator. */
  readonly url: string;
  /** What the user decides for one run: `PULUMI_FLOWS_ADOPT` and `PULUMI_FLOWS_ON_CONFLICT`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds until a call without an answer fails. */
  readonly timeout?: number;
  /** Is told of every call in the moment before it is sent. */
  readonly before?: (request: Request) => void;
}

type Dynamic = Required<pulumi.dynamic.ResourceProvider<Values, Values>>;

/**
 * What one process of Pulumi's dynamic-provider host is to a run: the provider as it is shipped, with one memory and one
 * way to each vendor for all flow types, asked one thing at a time, so that a case is played the same way again.
 */
export class ProviderProcess implements ProviderSource, Provider {
  readonly log = new TestLog();
  /** The ids of what was read and is there: what a refresh has shown. */
  readonly shown = new Set<string>();
  /** Everything that was thrown. */
  readonly failures: unknown[] = [];
  readonly #clock = new TestClock();
  readonly #memory = new RunMemory();
  readonly #accounts = new Map<string, unknown>();
  readonly #providers = new Map<string, Dynamic>();
  readonly #oneAtATime = createLimit(1);

  constructor(
    readonly subjects: readonly Subject[],
    readonly options: ProcessOptions,
  ) {}

  async of(): Promise<Provider> {
    return this;
  }

  async start(): Promise<Provider> {
    return this;
  }

  async useDefault(): Promise<string> {
    return "urn:pulumi:dev::chaos::pulumi:providers:pulumi-nodejs::default::0";
  }

  async check({ type }: { type: string }, olds: Properties, news: Properties): Promise<Properties> {
    const { inputs, failures } = await this.#ask(() =>
      this.#provider(type, news).check(revealAll(olds), revealAll(news)),
    );
    if (failures && failures.length > 0) {
      const told = failures.map(({ property, reason }) => `${property}: ${reason}`).join("; ");
      throw new Error(`invalid inputs: ${told}`);
    }
    return annotateSecrets(answered(inputs, news), news);
  }

  async diff(former: Parameters<Provider["diff"]>[0], inputs: Properties): ReturnType<Provider["diff"]> {
    const { id = "", type, outputs = {} } = former;
    const told = await this.#ask(() => this.#provider(type, inputs).diff(id, revealAll(outputs), revealAll(inputs)));
    const { changes, replaces = [], deleteBeforeReplace = false } = told;
    return { changes, replaces, deleteBeforeReplace };
  }

  async create({ type }: { type: string }, inputs: Properties): ReturnType<Provider["create"]> {
    const plain = revealAll(inputs);
    const { id, outs } = await this.#ask(() => this.#provider(type, plain).create(plain));
    return { id, outputs: answered(outs, plain) };
  }

  async update(former: Parameters<Provider["update"]>[0], inputs: Properties): Promise<Properties> {
    const { id = "", type, outputs = {} } = former;
    const plain = revealAll(inputs);
    const { outs } = await this.#ask(() => this.#provider(type, plain).update(id, revealAll(outputs), plain));
    return answered(outs, plain);
  }

  async read({ id = "", type, outputs = {} }: Parameters<Provider["read"]>[0]): ReturnType<Provider["read"]> {
    const plain = revealAll(outputs);
    const found = await this.#ask(() => this.#provider(type, plain).read(id, plain));
    if (found.id) this.shown.add(found.id);
    const inputs = found.inputs && { inputs: answered(found.inputs, plain) };
    return { id: found.id ?? "", outputs: answered(found.props, plain), ...inputs };
  }

  async delete({ id = "", type, outputs = {} }: Parameters<Provider["delete"]>[0]): Promise<void> {
    await this.#ask(() => this.#provider(type, outputs).delete(id, revealAll(outputs)));
  }

  #ask<T>(call: () => Promise<T>): Promise<T> {
    return this.#oneAtATime(async () => {
      try {
        return await call();
      } catch (error) {
        this.failures.push(error);
        throw halfMade(error) ?? error;
      }
    });
  }

  /** The provider that the text in these properties loads. */
  #provider(type: string, { [PROVIDER]: text }: Properties): Dynamic {
    if (text !== handlerText(shortType(type))) throw new Error(`nothing says how to load the provider of ${type}`);
    const known = this.#providers.get(type);
    if (known) return known;
    const subject = this.subjects.find(({ type: { token } }) => token === shortType(type));
    if (!subject) throw new Error(`there is no flow type ${type}`);
    const { vendor } = subject;
    const { url, env = {}, timeout, before } = this.options;
    const settings = subject.settings(url);
    const ports = { clock: this.#clock, log: this.log, memory: this.#memory, overrides: decisionsOf(env) };
    const account = () => {
      const there = this.#accounts.get(vendor.name);
      if (there !== undefined) return there;
      const opened = connect(vendor, settings, {
        ...ports,
        ...(timeout === undefined ? {} : { timeout }),
        ...(before ? { before } : {}),
      });
      this.#accounts.set(vendor.name, opened);
      return opened;
    };
    const lifecycle = createLifecycle(subject.type, () => settings, account, ports);
    // It has all functions; Pulumi's type says that some may be left out.
    const provider = pulumiDynamicProvider(() => lifecycle) as Dynamic;
    this.#providers.set(type, provider);
    return provider;
  }
}

/** Registered arguments as the classes hand them to Pulumi. */
export function withHandler(token: string, args: Values): Properties {
  return plain({ ...args, [PROVIDER]: handlerText(token) });
}

/** As the host answers: through the wire, and with the provider's text put back. */
function answered(values: Values | undefined, asked: Properties): Properties {
  return plain({ ...values, [PROVIDER]: asked[PROVIDER] });
}

function plain(values: Values): Properties {
  return JSON.parse(JSON.stringify(values));
}

/** A partial failure, which the host recognises by its members. */
function halfMade(error: unknown): HalfMade | undefined {
  if (!(error instanceof Error && "id" in error && "properties" in error)) return undefined;
  const { id, properties } = error;
  return new HalfMade(String(id), plain(properties as Values), [error.message]);
}
