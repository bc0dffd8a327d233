import type { Operation } from "../scripts/engines";
import type { Figure } from "./figure";
import { callLimits, HANDLER_BYTES, STATE_BYTES } from "./limits";
import { type MeasuredProgram, measuredProgram } from "./measured-program";

/** What is run, in this order; what is tagged, on a stack of its own. */
function journey(flows: number): { title: string; limit: number; operation: Operation; variant?: string }[] {
  return [
    { title: "creating", limit: callLimits.create(flows), operation: "up" },
    { title: "a preview without changes", limit: callLimits.previewUnchanged, operation: "preview" },
    { title: "an up without changes", limit: callLimits.upUnchanged, operation: "up" },
    { title: "a refresh", limit: callLimits.refresh(flows), operation: "refresh" },
    { title: "changing one field of one flow", limit: callLimits.changeOneField, operation: "up", variant: "changed" },
    { title: "renaming one flow", limit: callLimits.rename, operation: "up", variant: "renamed" },
    { title: "destroying", limit: callLimits.destroy(flows), operation: "destroy" },
    // Last, since a refresh and a destroy list all flows of the organization.
    { title: "creating with tags", limit: callLimits.createTagged(flows), operation: "up", variant: "tagged" },
  ];
}

/** Vendor calls of whole runs by the emulator's journal, and bytes of the state by its export. */
export async function measureCallsAndState(flows: number): Promise<Figure[]> {
  const program = await measuredProgram("flows", { stacks: ["plain", "tagged"] });
  const calls: Figure[] = [];
  const state: Figure[] = [];
  try {
    for (const { title, limit, operation, variant } of journey(flows)) {
      const { calls: value } = await program.run(operation, variant === "tagged" ? "tagged" : "plain", flows, variant);
      calls.push({ name: `${title}, ${flows} flows`, limit, unit: "calls", measured: true, value });
      if (state.length === 0) state.push(...(await stateFigures(program, flows)));
    }
    return [...calls, ...state];
  } finally {
    await program.end();
  }
}

async function stateFigures(program: MeasuredProgram, flows: number): Promise<Figure[]> {
  const resources = await program.resources("plain");
  const kept = resources.filter(({ type }) => type === "pulumi-nodejs:dynamic/kosli:Flow");
  if (kept.length !== flows) throw new Error(`The state has ${kept.length} flows, not ${flows}.`);
  const extra = kept.map(({ inputs, outputs }) => bytesWithoutProvider(outputs) - bytesWithoutProvider(inputs));
  const handlers = kept.map(({ inputs }) => Buffer.byteLength(String(inputs?.__provider)));
  return [
    {
      name: "state of one flow, outputs over inputs",
      limit: STATE_BYTES,
      unit: "bytes",
      measured: true,
      value: Math.max(...extra),
    },
    {
      name: "text that loads the provider",
      limit: HANDLER_BYTES,
      unit: "bytes",
      measured: true,
      value: Math.max(...handlers),
    },
  ];
}

function bytesWithoutProvider(values: Record<string, unknown> = {}): number {
  const { __provider: _, ...others } = values;
  return Buffer.byteLength(JSON.stringify(others));
}
