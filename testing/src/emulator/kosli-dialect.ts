import type { Dialect, Reply } from "./vendor";
import { shown, type Violation } from "./violations";

// Section numbers are those of the vendor notes on Kosli (`vendors/kosli.md`).

/** An error with the vendor's usual body. */
export const failure = (status: number, message: string): Reply => ({ status, body: { message } });

/** The answer wherever a flow is named that is not there. */
export const noFlow = (name: string, org: string) =>
  failure(404, `Flow named '${name}' does not exist for organization '${org}'`);

/** A refused input (4): one general message, and for each field a text that ends with the offending input in square brackets. */
export function invalid(violations: readonly Violation[]): Reply {
  const errors = violations.map(({ in: place, field, message, input }) => {
    const name = place === "query" ? `query.${field}` : field || place;
    return [name, `${message} [${shown(input)}]`];
  });
  return { status: 400, body: { message: "Input payload validation failed", errors: Object.fromEntries(errors) } };
}

/** {@link invalid} for one field of the body. */
export const invalidField = (field: string, message: string, input: unknown) =>
  invalid([{ in: "body", field, message, input }]);

/** How Kosli refuses. */
export const dialect: Dialect = {
  invalid(_operation, params, violations) {
    // A flow cannot have a name against the pattern, so asking for it is asking for a flow that is not there.
    // The description declares no 400 for GET and archive either.
    const [first] = violations;
    return first?.in === "path" && first.field === "flow_name"
      ? noFlow(params.flow_name ?? "", params.org ?? "")
      : invalid(violations);
  },
  // JSON since 7 Aug 2026 (4). 405 rather than 404 for a known path: a DELETE must not pass for "already gone".
  unknownRoute: (pathExists) =>
    pathExists
      ? failure(405, "The method is not allowed for the requested URL.")
      : failure(404, "The requested URL was not found on the server."),
  tooManyRequests: () => failure(429, "Too many requests"),
  busy: () => failure(409, "The flow is being created by another request, try again"),
  error: (message) => ({ message }),
};
