import { withoutCredentials } from "./credentials";
import { type Drawing, drawnText } from "./drawing";
import type { FlowType } from "./flow-type";
import { type PropertyPath, valueAt } from "./paths";
import { redacted, withoutSecrets, withoutSecretTexts } from "./secrets";
import { secretsOf } from "./state";
import { mapMembers, type Values } from "./values";

/** A flow to look at, and what messages call it. */
export interface Drawn {
  /** Such as `acme/web`. */
  readonly label: string;
  /** What the program calls it, where its type has names; else the label. */
  readonly name: string;
  readonly drawing: Drawing;
}

/** What is secret of a flow, beside what its type and its state say. */
export interface KnownSecrets {
  /** Where values of the flow hold secrets. */
  readonly places?: readonly PropertyPath[];
  /** Secrets from elsewhere, such as settings, which may stand anywhere. */
  readonly texts?: Iterable<unknown>;
}

/**
 * Draws a flow without its secrets, and without what looks like one.
 *
 * @param values a state of this version, or checked arguments
 */
export function draw(type: FlowType, values: Values, known: KnownSecrets = {}): Drawn {
  const places = [...secretsOf(type, values), ...(known.places ?? [])];
  // A text that is a secret in one place is one everywhere.
  const texts = [...places.map((path) => valueAt(values, path)), ...(known.texts ?? [])];
  const shown = mapMembers(values, (value, field) =>
    withoutCredentials(withoutSecretTexts(redacted(value, [field], places), texts), field),
  );
  const label = withoutSecrets(type.label(shown), texts);
  const name = type.nameField === undefined ? label : drawnText(shown[type.nameField]);
  return { label, name, drawing: type.draw(shown) };
}
