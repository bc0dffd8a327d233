import type { Contract } from "./contract";
import type { Call } from "./vendor";

/** A parameter of the path. They come decoded and checked; one that is missing is a mistake of the emulator. */
export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`${call.operation} has no path parameter ${name}`);
  return value;
}

/** The body as the type which the named schema describes; it was compared with the description before. */
export function bodyAs<T>(schema: string, call: Call, contract: Contract): T {
  const matches = contract.schema<T>(schema);
  if (matches(call.body)) return call.body;
  throw new Error(`The body of ${call.operation} is no ${schema}`);
}
