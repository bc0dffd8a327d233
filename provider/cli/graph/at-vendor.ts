import { draw } from "../../lifecycle/draw";
import type { FlowType } from "../../lifecycle/flow-type";
import { lifecycleOf } from "../../runtime/process";
import { findConfiguration } from "../configuration";
import { CommandError, type Io, logTo } from "../io";
import type { Subject } from "./subject";

/**
 * Draws a flow as its vendor has it now.
 *
 * @param id Pulumi's id of it
 * @param stack the stack whose configuration is used
 */
export async function drawnAtVendor(type: FlowType, id: string, stack: string | undefined, io: Io): Promise<Subject> {
  const { read, notes, secrets } = await findConfiguration({ stack }, io.cwd);
  for (const note of notes) io.stderr(`${note}\n`);
  const { state, notes: left } = await lifecycleOf(type.token, read, logTo(io)).take(id);
  const { label, drawing } = draw(type, state, { texts: secrets.values() });
  const title = `${type.noun} "${label}"`;
  if (drawing.boxes.length === 0) throw new CommandError([`There is nothing to draw of ${title}.`, ...left].join("\n"));
  for (const note of left) io.stderr(`note: ${note}\n`);
  return { name: label, title, drawing };
}
