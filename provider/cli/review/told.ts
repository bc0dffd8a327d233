import type { Operation, Preview } from "./preview";
import type { ReviewedFlow } from "./reviewed-flow";

/** A preview with its flows as people look at them. */
export interface ReviewedPreview extends Omit<Preview, "flows"> {
  readonly flows: readonly ReviewedFlow[];
}

/** The sign of each operation, as Pulumi writes it, and its words. */
export const OPERATIONS: Readonly<Record<Operation, { readonly sign: string; readonly words: string }>> = {
  create: { sign: "+", words: "to create" },
  update: { sign: "~", words: "to update" },
  replace: { sign: "+-", words: "to replace" },
  delete: { sign: "-", words: "to delete" },
  import: { sign: "=", words: "to import" },
};

/** What becomes of flows, counted: `1 to create, 2 to update, 3 unchanged`. */
export function countsOf({ flows, unchanged }: ReviewedPreview): string {
  const counts = Object.entries(OPERATIONS).flatMap(([operation, { words }]) => {
    const count = flows.filter((each) => each.operation === operation).length;
    return count > 0 ? [`${count} ${words}`] : [];
  });
  const all = [...counts, ...(unchanged === undefined ? [] : [`${unchanged} unchanged`])];
  return all.length > 0 ? all.join(", ") : "no changes";
}

/**
 * What changes in a flow, counted: `steps: 2 changed, 1 added; connections: 3 added; other: description`.
 *
 * @param quoted writes the name of a field
 */
export function changesOf({ boxes, arrows, fields }: ReviewedFlow, quoted = (field: string) => field): string {
  const counted = (what: string, all: readonly { readonly fate: string }[]) => {
    const counts = ["changed", "added", "removed"].flatMap((fate) => {
      const count = all.filter((each) => each.fate === fate).length;
      return count > 0 ? [`${count} ${fate}`] : [];
    });
    return counts.length > 0 ? [`${what}: ${counts.join(", ")}`] : [];
  };
  const beside = [...new Set(fields.map(({ place }) => place.split(/[.[]/)[0] || place))];
  return [
    ...counted("steps", boxes),
    ...counted("connections", arrows),
    ...(beside.length > 0 ? [`other: ${beside.map((each) => quoted(each)).join(", ")}`] : []),
  ].join("; ");
}

/** What happens to resources that are no flows, counted; empty where there are none. */
export function othersOf({ others }: ReviewedPreview): string {
  const counts = [...others].map(([operation, count]) => `${count} ${operation}`);
  return counts.length === 0 ? "" : `Other resources, which are not shown here: ${counts.join(", ")}.`;
}

/** The stack that a preview is of; where it does not say, its file. */
export function stackOf({ project, stack, source }: ReviewedPreview): string {
  return [project, stack].filter((each) => each !== "").join("/") || source;
}
