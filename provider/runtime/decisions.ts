import type { Overrides } from "../lifecycle/ports";

/** What users decide for one run, from the environment. */
export interface RunDecisions extends Overrides {
  /** What is in force, to be shown in every run that it applies to. */
  readonly notes: readonly string[];
  readonly problems: readonly { readonly key: string; readonly message: string }[];
}

/** Reads the decisions. */
export function decisionsOf({ PULUMI_FLOWS_ADOPT, PULUMI_FLOWS_ON_CONFLICT }: NodeJS.ProcessEnv): RunDecisions {
  const adopted = partsOf(PULUMI_FLOWS_ADOPT ?? "");
  const overwrites = PULUMI_FLOWS_ON_CONFLICT === "overwrite";
  const notes = [
    ...(adopted.length > 0
      ? [
          `PULUMI_FLOWS_ADOPT is in force: ${adopted.includes("all") ? "every flow that exists already" : adopted.join(", ")} may be taken over in this run.`,
        ]
      : []),
    ...(overwrites
      ? ["PULUMI_FLOWS_ON_CONFLICT=overwrite is in force: changes made outside of Pulumi are overwritten in this run."]
      : []),
  ];
  const known = overwrites || !PULUMI_FLOWS_ON_CONFLICT || PULUMI_FLOWS_ON_CONFLICT === "fail";
  const problems = known
    ? []
    : [{ key: "PULUMI_FLOWS_ON_CONFLICT", message: "PULUMI_FLOWS_ON_CONFLICT must be fail or overwrite" }];
  // A name may hold commas itself.
  const adopts = (label: string) => {
    const name = partsOf(label).join(",");
    return adopted.includes("all") || (name !== "" && `,${adopted.join(",")},`.includes(`,${name},`));
  };
  return { adopts, overwrites, notes, problems };
}

function partsOf(list: string): string[] {
  return list.split(",").flatMap((part) => part.trim() || []);
}
