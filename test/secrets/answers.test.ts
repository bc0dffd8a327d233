import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { FlowType } from "../../provider/lifecycle/flow-type";
import { toRegistered } from "../../provider/lifecycle/keyed";
import { type PropertyPath, placesOf, valueAt } from "../../provider/lifecycle/paths";
import { redacted } from "../../provider/lifecycle/secrets";
import { SECRETS } from "../../provider/lifecycle/state";
import { isObject, mapMembers, type Values } from "../../provider/lifecycle/values";
import type { FaultAction } from "../../testing/src/emulator";
import { leavesOf } from "../conformance/scene";
import type { Subject } from "../conformance/subject";
import { subjects } from "../conformance/subjects";
import { SHOP as PROMPT, versionsOf } from "../conformance/subjects/humanloop-world";
import { BESIDE } from "../conformance/subjects/kapso-world";
import { SHOP as ANSWER } from "../conformance/subjects/runtype-world";
import { Bench, type Run } from "../harness/bench";
import { Stack } from "../harness/stack";
import { Search } from "./canaries";
import { canaryFlows, keys, MARK, namesIn } from "./programs";
import { echoes } from "./story";

/** What stands for outputs of other flows of the canaries' programs: what is there in the worlds of the subjects. */
const THERE: Values = {
  "@bot.id": BESIDE,
  "@answer.id": ANSWER,
  "@prompt.id": PROMPT,
  "@prompt.versionId": versionsOf(PROMPT)[1],
  production: "staging",
};

const search = new Search([...namesIn(1), ...namesIn(2), ...Object.keys(keys())]);

/** Arguments as a program registers them, with the places that it marks. */
function registered(type: FlowType, name: string, args: Values): Values {
  const written = {
    ...(type.nameField && !(type.nameField in args) ? { [type.nameField]: name } : {}),
    ...(said(args) as Values),
  };
  const inputs = mapMembers(written, (value, field) => {
    const schema = type.fields.shape[field];
    return schema ? toRegistered(schema, value) : value;
  });
  const marked = placesOf(inputs, (each) => typeof each === "string" && each.startsWith(MARK));
  return { ...(unmarked(inputs) as Values), ...(marked.length > 0 ? { [SECRETS]: marked } : {}) };
}

function said(value: unknown): unknown {
  if (typeof value === "string") return Object.hasOwn(THERE, value) ? THERE[value] : value;
  if (Array.isArray(value)) return value.filter((each) => each !== "@answer.stepsHash").map(said);
  return isObject(value) ? mapMembers(value, said) : value;
}

function unmarked(value: unknown): unknown {
  if (typeof value === "string") return value.startsWith(MARK) ? value.slice(MARK.length) : value;
  if (Array.isArray(value)) return value.map(unmarked);
  return isObject(value) ? mapMembers(value, unmarked) : value;
}

/** Every way in which a vendor may quote a text. */
function answersQuoting(text: string): FaultAction[] {
  const said = echoes(text).join(" ");
  const body = { message: said, error: said, detail: said, errors: { it: said }, code: said };
  const nested = {
    detail: [{ loc: ["body", text], msg: said }],
    error: { message: said },
    details: [{ path: text, message: said }],
  };
  const page = `<html><title>${said}</title></html>`;
  return [
    { status: 401, body },
    { status: 422, body },
    { status: 422, body: nested },
    { status: 409, body: said },
    { status: 500, body },
    { status: 502, headers: { "content-type": "text/html" }, body: page },
    { status: 200, headers: { "content-type": "text/html" }, body: page },
    { status: 200, body: { said } },
  ];
}

/** Everything that a failure shows. The state of a partial failure is kept, not shown. */
function textsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { state: _state, cause, ...others } = Object.assign({ state: undefined }, error, { cause: error.cause });
  return [error.message, error.stack ?? "", inspect(others, { depth: null }), ...textsOf(cause)];
}

describe("answers that quote secrets", function () {
  this.timeout(120_000);

  for (const subject of subjects.filter(({ vendor }) => vendor.name !== "toy")) {
    const { type } = subject;
    it(`secrets: whatever quotes one of ${type.token}, in whatever form: no message, cause or log line of any level shows it`, async () => {
      const tried = await trialsOf(subject);
      assert.deepEqual(tried.shown, []);
      assert.ok(tried.failures > 0);
    });
  }
});

async function trialsOf(subject: Subject): Promise<{ shown: string[]; failures: number }> {
  const [nature] = Object.values(subject.natures);
  assert.ok(nature);
  const { type } = subject;
  const world = await nature.open();
  const key = Object.entries(keys()).find(([name]) => name.startsWith(subject.vendor.name))?.[1];
  assert.ok(key);
  const settings = (url: string) => ({ ...subject.settings(url), [key.setting]: key.key });
  const bench = new Bench({ ...subject, settings }, world.emulator);
  const shown: string[] = [];
  let failures = 0;
  const programs = [1, 2].map((version) => canaryFlows(version).filter(({ token }) => token === type.token));
  const [before = [], after = []] = programs;
  try {
    for (const [index, { name, args }] of before.entries()) {
      world.emulator.reset();
      const [first, second] = [args, after[index]?.args ?? {}].map((each) => registered(type, name, each));
      assert.ok(first && second);
      const runs: Run[] = [];
      const run = () => {
        const next = bench.run();
        runs.push(next);
        return next;
      };
      const stack = new Stack(bench);
      await stack.up(first, { run: run() });
      demandSealed(bench, stack.resource.state);
      await stack.refresh({ run: run() });
      demandSealed(bench, stack.resource.state);
      const kept = structuredClone(stack.resource);
      const [known = [], wanted = []] = [secretsIn(bench, kept.state), secretsIn(bench, second)];
      // Of what replaces a flow its deletion knows nothing.
      const { replaces } = bench.run().lifecycle.diff(kept.state, second);
      const quoted = [key.key, ...known, ...(replaces.length > 0 ? [] : wanted)];
      for (const [place, secret] of quoted.entries()) {
        const all = answersQuoting(secret);
        // Each answer meets many places, and each place several answers.
        const some = place < 2 ? all : all.filter((_, answer) => (answer + place) % 4 === 0);
        for (const then of some) {
          world.emulator.faults([{ match: {}, when: "before", then, times: 0 }]);
          const operation = [
            () => new Stack(bench, structuredClone(kept)).up(second, { run: run() }),
            () => new Stack(bench, structuredClone(kept)).refresh({ run: run() }),
          ];
          // A refresh knows nothing of what the program wants.
          for (const act of known.includes(secret) || secret === key.key ? operation : operation.slice(0, 1)) {
            const error = await act().then(
              () => undefined,
              (thrown: unknown) => thrown,
            );
            if (error) failures++;
            for (const text of textsOf(error)) if (search.in(text).length > 0) shown.push(text.slice(0, 400));
          }
        }
      }
      for (const { log } of runs)
        for (const { message } of log.lines) if (search.in(message).length > 0) shown.push(message.slice(0, 400));
    }
  } finally {
    await world.emulator.close();
  }
  return { shown: [...new Set(shown)].slice(0, 5), failures };
}

/** The texts at the places of secrets that hold a canary. */
function secretsIn(bench: Bench, values: Values): string[] {
  const paths: readonly PropertyPath[] = bench.run().lifecycle.secrets(values);
  const texts = paths.flatMap((path) => leavesOf(valueAt(values, path)));
  return texts.filter((text) => search.in(text).length > 0);
}

/** Fails where a state holds a canary beside the places that are encrypted. */
function demandSealed(bench: Bench, state: Values): void {
  const secrets = bench.run().lifecycle.secrets(state);
  const others = mapMembers(state, (value, field) => redacted(value, [field], secrets));
  assert.deepEqual(search.in(JSON.stringify(others)), [], "kept in clear");
}
