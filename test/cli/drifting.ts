import assert from "node:assert/strict";
import type { Values } from "../../provider/lifecycle/values";
import { Scene } from "../conformance/scene";
import type { Subject, World } from "../conformance/subject";
import type { Stack } from "../harness/stack";
import { type ExportedFlow, type ExportedProvider, run } from "./exported-state";

export async function within(subject: Subject, test: (scene: Scene) => Promise<void>): Promise<void> {
  const [nature] = Object.values(subject.natures);
  assert.ok(nature);
  const world = await nature.open();
  try {
    await test(new Scene(subject, nature.type ?? subject.type, world));
  } finally {
    await world.emulator.close();
  }
}

export function providerOf(
  { vendor, settings }: Subject,
  world: World,
  more: Partial<ExportedProvider> = {},
): ExportedProvider {
  return {
    name: "default",
    vendor: vendor.name,
    ...more,
    settings: { ...settings(world.emulator.url), ...more.settings },
  };
}

export function flowOf({ type }: Subject, stack: Stack, more: Partial<ExportedFlow> = {}): ExportedFlow {
  return { name: "it", token: type.token, kept: stack.resource, ...more };
}

/** Looks for drift, and fails where that writes anything. */
export async function drift(scene: Scene, state: string, ...args: string[]) {
  scene.world.emulator.clearJournal();
  const told = await run(["drift", ...args], { stdin: state });
  assert.deepEqual(scene.changes(), [], "drift writes nothing");
  return told;
}

/** The members of a list in the answer. */
export function listOf(answer: Values, name: string): Values[] {
  const list = answer[name];
  assert.ok(Array.isArray(list), `${name} in ${JSON.stringify(answer)}`);
  return list;
}
