import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import type { Figure } from "./figure";
import { median } from "./median";

const PAIRS = 15;

/** How long the package takes to load, each time in a new process, over a process that does not load it. */
export function measureLoading(): Figure[] {
  return [
    {
      name: 'require("pulumi-flows/runtime/v1") over an empty node',
      limit: 150,
      unit: "ms",
      ...over("", 'require("pulumi-flows/runtime/v1")'),
    },
    {
      name: 'import "pulumi-flows" over @pulumi/pulumi alone',
      limit: 150,
      unit: "ms",
      ...over('require("@pulumi/pulumi")', 'require("@pulumi/pulumi");require("pulumi-flows")'),
    },
  ];
}

/** The median of the differences of pairs that were run one after the other, since a machine's speed changes. */
function over(less: string, more: string): { measured: true; value: number; note: string } {
  const differences = Array.from({ length: PAIRS }, () => -timed(less) + timed(more));
  const [low, high] = [Math.min(...differences), Math.max(...differences)].map(Math.round);
  return { measured: true, value: median(differences), note: `${low} to ${high}` };
}

function timed(script: string): number {
  const begun = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["-e", script], {
    cwd: dirname(__dirname),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - begun;
}
