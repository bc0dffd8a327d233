import type { Drawing } from "./drawing";
import type { FlowType } from "./flow-type";
import { type PropertyPath, valueAt } from "./paths";
import { redacted, withoutSecrets, withoutSecretTexts } from "./secrets";
import { secretsOf } from "./state";
import { mapMembers, type Values } from "./values";

/** A flow to look at, and what messages call it. */
export interface Drawn {
  /** Such as `acme/web`. */
  readonly label: string;
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
 * Draws a flow without its secrets.
 *
 * @param values a state of this version, or checked arguments
 */
export function draw(type: FlowType, values: Values, known: KnownSecrets = {}): Drawn {
  const places = [...secretsOf(type, values), ...(known.places ?? [])];
  // A text that is a secret in one place is one everywhere.
  const texts = [...places.map((path) => valueAt(values, path)), ...(known.texts ?? [])];
  const shown = mapMembers(values, (value, field) => withoutSecretTexts(redacted(value, [field], places), texts));
  return { label: withoutSecrets(type.label(shown), texts), drawing: type.draw(shown) };
}
