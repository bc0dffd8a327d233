/** An object with these members and no others. */
export const closed = (properties: object, ...required: string[]) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

export const listOf = (items: object) => ({ type: "array", items });
export const text = { type: "string", minLength: 1 };
export const textOrNull = { type: ["string", "null"] };
export const time = { type: "string", format: "date-time" };
export const timeOrNull = { type: ["string", "null"], format: "date-time" };

/** The members of an edit beside `vendor` and `action`, by name; those that end with `?` may be left out. */
export type ActionMembers = Readonly<Record<string, object>>;

/** The schema of a vendor's edits, each action with members of its own. */
export function editSchema(vendor: string, actions: Readonly<Record<string, ActionMembers>>): object {
  return {
    type: "object",
    required: ["vendor", "action"],
    properties: { vendor: { const: vendor }, action: { enum: Object.keys(actions) } },
    allOf: Object.entries(actions).map(([action, members]) => ({
      if: { properties: { action: { const: action } } },
      then: closed(
        {
          vendor: true,
          action: true,
          ...Object.fromEntries(Object.entries(members).map(([name, schema]) => [name.replace("?", ""), schema])),
        },
        ...Object.keys(members).filter((name) => !name.endsWith("?")),
      ),
    })),
  };
}
