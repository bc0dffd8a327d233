import fc from "fast-check";
import type { Values } from "../../../provider/lifecycle/values";
import { flow } from "../../../provider/vendors/runtype/flow";
import { publication } from "../../../provider/vendors/runtype/publication";
import { runtype } from "../../../provider/vendors/runtype/vendor";
import type { Emulator } from "../../../testing/src/emulator";
import { Bench, type Benched } from "../../harness/bench";
import { Stack } from "../../harness/stack";

const settings = (url: string) => ({ apiKey: "rt_test_key", apiUrl: url });

/** A flow type of Runtype, and how it is configured to reach an emulator. */
const benchedAs = (type: unknown) => ({ vendor: runtype, type, settings }) as unknown as Benched;

/** A stack with one flow. */
export const flowStack = (emulator: Emulator) => new Stack(new Bench(benchedAs(flow), emulator));

/** A stack with one publication. */
export const publicationStack = (emulator: Emulator) => new Stack(new Bench(benchedAs(publication), emulator));

/** A prompt step. */
export const prompt = (name: string, more: Values = {}, config: Values = {}): Values => ({
  type: "prompt",
  name,
  config: { model: "gpt-4o", userPrompt: `Say ${name}`, outputVariable: `${name}_result`, ...config },
  ...more,
});

/** The operations of the journal, in order. */
export const operations = (emulator: Emulator): string[] => emulator.journal().map(({ operation }) => operation);

const setting = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 2 }),
);

const config: fc.Arbitrary<Values> = fc.record(
  {
    userPrompt: fc.constantFrom("Say {{x}}", "Sing {{y}}"),
    text: fc.constantFrom("Say {{x}}", "an old text"),
    streamOutput: fc.boolean(),
    errorHandling: fc.constantFrom("fail", "continue"),
    outputVariable: fc.constantFrom("a", "b"),
    sandboxProvider: fc.constantFrom("cloudflare-worker", "cloudflare-sandbox", "quickjs"),
    temperature: fc.constantFrom(0, 0.5, 1),
    custom: setting,
  },
  { requiredKeys: [], noNullPrototype: true },
);

const kind = fc.constantFrom("prompt", "transform-data", "search");
const name = fc.constantFrom("Ask", "Ask #2", "Tell", "Think", "constructor");

const branch = fc.uniqueArray(
  fc.record(
    { type: kind, name, id: fc.constantFrom("n1", "n2"), enabled: fc.boolean(), config },
    { requiredKeys: ["type", "name"], noNullPrototype: true },
  ),
  { maxLength: 2, selector: ({ id }) => id ?? Symbol("none"), comparator: "SameValue" },
);

const plain = fc.record({ type: kind, config }, { requiredKeys: ["type"], noNullPrototype: true });
const conditional = fc.record({
  type: fc.constant("conditional"),
  config: fc.record(
    { condition: fc.constantFrom("a > 1", "b"), trueSteps: branch, falseSteps: branch },
    { noNullPrototype: true },
  ),
});

/** Any step that a program may write. */
const step: fc.Arbitrary<Values> = fc
  .tuple(
    fc.record(
      { name, id: fc.constantFrom("s1", "s2", "s3"), enabled: fc.boolean(), when: fc.constantFrom("x > 1", "y") },
      { requiredKeys: ["name"], noNullPrototype: true },
    ),
    fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: conditional }),
  )
  .map(([named, does]) => ({ ...named, ...does }));

/** Any steps that a program may write. */
export const steps: fc.Arbitrary<Values[]> = fc.uniqueArray(step, {
  maxLength: 5,
  selector: ({ id }) => id ?? Symbol("none"),
  comparator: "SameValue",
});
