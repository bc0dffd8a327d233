import { withoutCredentials } from "./credentials";
import { type Drawing, drawnText, type Labels } from "./drawing";
import type { FlowType } from "./flow-type";
import { type PropertyPath, valueAt } from "./paths";
import { redacted, withoutSecrets, withoutSecretTexts } from "./secrets";
import { secretsOf } from "./state";
import { mapMembers, type Values } from "./values";

/** What a flow is called, and its values, so that both can be shown. */
export interface Shown {
  /** What messages call it, such as `acme/web`. */
  readonly label: string;
  /** What the program calls it, where its type has names; else the label. Empty where the values do not say enough. */
  readonly name: string;
  /** Without secrets, and without what looks like one. */
  readonly values: Values;
}

/** A flow to look at, and what it is called. */
export interface Drawn extends Pick<Shown, "label" | "name"> {
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
  return drawn(type, shownOf(type, values, known));
}

/** @param labels what other flows are called, by Pulumi's ids of them */
export function drawn(type: FlowType, { label, name, values }: Shown, labels: Labels = new Map()): Drawn {
  return { label, name, drawing: type.draw(values, labels) };
}

/** @param values a state of this version, or checked arguments */
export function shownOf(type: FlowType, values: Values, known: KnownSecrets): Shown {
  const places = [...secretsOf(type, values), ...(known.places ?? [])];
  // A text that is a secret in one place is one everywhere.
  const texts = [...places.map((path) => valueAt(values, path)), ...(known.texts ?? [])];
  const shown = mapMembers(values, (value, field) =>
    withoutCredentials(withoutSecretTexts(redacted(value, [field], places), texts), field),
  );
  const label = withoutSecrets(type.label(shown), texts);
  const own = isLabelled(type, shown) ? label : "";
  const name = type.nameField === undefined ? own : drawnText(shown[type.nameField]);
  return { label, name, values: shown };
}

/** Whether all is said that a flow cannot be without: of less, a label would have gaps. */
function isLabelled({ fields: { shape } }: FlowType, values: Values): boolean {
  return Object.entries(shape).every(
    ([field, schema]) => values[field] !== undefined || schema.safeParse(undefined).success,
  );
}
