import { isRecord } from "./description";

// Section numbers are those of the vendor notes on Runtype (`vendors/runtype.md`).

interface Issue {
  readonly code: string;
  readonly message: string;
  readonly path: string;
  readonly step?: object;
}

/** What is wrong with a flow as a whole. Any map is taken; the answer is 200 in any case (2). */
export function validationOf(body: unknown, authenticated: boolean, types: readonly unknown[]): object {
  const flow = isRecord(body) ? body : {};
  const [list, steps] = "flowSteps" in flow ? ["flowSteps", flow.flowSteps] : ["steps", flow.steps];
  const errors: Issue[] = [
    ...(isText(flow.name) ? [] : [missing("name")]),
    ...(Array.isArray(steps)
      ? steps.flatMap((step, index) => stepIssues(step, index, `${list}[${index}]`, types))
      : []),
    ...(Array.isArray(steps) ? [] : [missing("flowSteps")]),
  ];
  return {
    valid: errors.length === 0,
    errors,
    warnings: [],
    recommendations: [],
    context: { authenticated, accountChecksPerformed: authenticated, accountChecksSkipped: !authenticated },
  };
}

function stepIssues(input: unknown, index: number, path: string, types: readonly unknown[]): Issue[] {
  const step = isRecord(input) ? input : {};
  const told = { index, name: String(step.name ?? ""), type: String(step.type ?? "") };
  const lacks = ["type", "name"].filter((name) => !isText(step[name])).map((name) => missing(`${path}.${name}`));
  const message = `must be one of ${types.join(", ")} [${step.type}]`;
  const unknown = isText(step.type) && !types.includes(step.type);
  const issues = unknown ? [{ code: "INVALID_ENUM", message, path: `${path}.type` }] : [];
  return [...lacks, ...issues].map((issue) => ({ ...issue, step: told }));
}

const isText = (value: unknown) => typeof value === "string" && value !== "";

const missing = (path: string): Issue => ({ code: "MISSING_REQUIRED_FIELD", message: "Field required", path });
