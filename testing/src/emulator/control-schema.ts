import type { ValidateFunction } from "ajv/dist/2020";
import { ControlError } from "./vendor";
import { describeViolation, toViolations } from "./violations";

/** The value, if it is what the schema asks for. Throws a {@link ControlError} that lists what is wrong with it. */
export function parseControl<T>(validate: ValidateFunction<T>, value: unknown, what: string): T {
  if (validate(value)) return value;
  const problems = toViolations("body", validate.errors).map((violation) =>
    describeViolation(violation).replace(/^body:? ?/, ""),
  );
  throw new ControlError(`Wrong ${what}: ${problems.join("; ")}`);
}
