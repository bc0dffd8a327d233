import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type EngineKind, pulumi, rehearsal } from "../test/crash/crash-engine";
import { nameOf, sampleOf } from "../test/crash/points";
import type { Verdict } from "../test/crash/trial";
import { problemsOf, summaryOf, Trials } from "../test/crash/trials";
import { pulumiVersion } from "./engines";

/**
 * Kills the provider's process and the engine at every vendor call of two runs of `up`, runs again as the messages say,
 * and tells what became of it.
 */
const USAGE = `Usage: npm run test:crash -- [options]

  --engine rehearsal|pulumi  one of them; default: the rehearsal, and Pulumi's CLI where it is on PATH
  --at POINT                 only the points whose name begins so, such as create/12, with all that a user saw
  --sample N                 only so many points of each engine
  --at-once N                points that are tried at once; default: one more than there are processors
`;

const OPTIONS = {
  engine: { type: "string" },
  at: { type: "string" },
  sample: { type: "string" },
  "at-once": { type: "string", default: String(availableParallelism() + 1) },
} as const;

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const { engine, at, sample } = values;
  const atOnce = Number(values["at-once"]);
  const isNumber = [values["at-once"], sample ?? "1"].every((text) => /^[1-9]\d*$/.test(text));
  if (!isNumber || (engine !== undefined && !["rehearsal", "pulumi"].includes(engine))) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  const version = pulumiVersion();
  if (!version && engine !== "rehearsal")
    console.log("!!! There is no Pulumi CLI on PATH: the runs of the REAL engine are NOT killed.");
  if (!version && engine === "pulumi") process.exitCode = 1;
  const kinds = [
    ...(engine === "pulumi" ? [] : [rehearsal]),
    ...(engine === "rehearsal" || !version ? [] : [pulumi(version)]),
  ];
  for (const kind of kinds) await tryAll(kind, at, sample === undefined ? undefined : Number(sample), atOnce);
}

async function tryAll(kind: EngineKind, at: string | undefined, sample: number | undefined, atOnce: number) {
  const trials = await Trials.prepare(kind);
  try {
    const wanted = trials.points.filter((point) => at === undefined || `${nameOf(point)}/`.startsWith(`${at}/`));
    if (wanted.length === 0)
      throw new Error(`${kind.name} has no point ${at}:\n${trials.points.map(nameOf).join("\n")}`);
    const points = sampleOf(wanted, sample ?? wanted.length);
    const all = trials.points.length;
    if (points.length < all) console.log(`!!! ${kind.name}: ONLY ${points.length} of ${all} kill points.`);
    const from = Date.now();
    const seconds = () => Math.round((Date.now() - from) / 1000);
    let done = 0;
    const tell = (verdict: Verdict) => {
      console.log(
        `${++done}/${points.length} (${seconds()} s) ${nameOf(verdict.point)}: converged ${verdict.converged}`,
      );
      for (const each of at === undefined ? [] : verdict.saw) console.log(each.trimEnd().replace(/^/gm, "    | "));
      for (const problem of problemsOf(verdict)) console.log(problem.replace(/^/gm, "    !!! "));
    };
    const verdicts = await trials.try(points, atOnce, tell);
    const broken = verdicts.filter((verdict) => problemsOf(verdict).length > 0);
    for (const { point } of broken) console.log(`${kind.name}: broken at ${nameOf(point)}`);
    console.log(`${kind.name}, ${seconds()} s: ${summaryOf(verdicts)}`);
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    trials.close();
  }
}
