import { z } from "zod";
import { keyings, rules } from "../../../lifecycle/flow-type";
import { keyedInOrder } from "../../../lifecycle/keyed-in-order";
import { canonicalSteps } from "./meaning";
import type { Step } from "./step";

/** The name of a secret that Runtype keeps, as in `Bearer {{secret:SHOP}}`, is none. */
const REFERENCE = /^\s*(?:(?:Bearer|Basic|Token)\s+)?\{\{\s*secret:[\w.-]+\s*\}\}\s*$/i;

const hidden = { secret: (value: unknown) => !(typeof value === "string" && REFERENCE.test(value)) };

/** A schema of a form that settings are known to have. They may have any other one: Runtype takes whatever is written. */
function usually<Usual extends z.ZodType>(usual: Usual) {
  return z
    .union([usual, z.array(z.unknown()), z.record(z.string(), z.unknown()), z.string(), z.number(), z.boolean()])
    .nullish();
}

const secret = z.unknown().register(rules, hidden);
/** Headers carry keys: every value is a secret, and whatever holds them all is one as a whole. */
const headers = z
  .union([
    z.record(z.string(), secret),
    z.array(z.unknown()).register(rules, hidden),
    z.string().register(rules, hidden),
    z.number(),
    z.boolean(),
  ])
  .nullish();
const http = usually(z.looseObject({ headers }));

/** Runtype's own limit. */
const DEEPEST = 10;

/** Only what the engine must know of every config: what is a secret. `validate.ts` knows the rest. */
function configSchema(depth: number): z.ZodObject {
  const own = {
    http,
    poll: usually(z.looseObject({ http })),
    auth: secret.nullish(),
    authenticate: secret.nullish(),
    cookies: secret.nullish(),
    setExtraHTTPHeaders: headers,
  };
  if (depth === DEEPEST) return z.looseObject(own);
  const nested = usually(z.array(usually(z.looseObject({ config: usually(configSchema(depth + 1)) }))));
  return z.looseObject({ ...own, trueSteps: nested, falseSteps: nested });
}

const step = z.strictObject({
  id: z.string().min(1).optional(),
  type: z.string().min(1),
  name: z.string().min(1),
  enabled: z.boolean().optional(),
  when: z.string().min(1, "A step without a condition has no `when`").nullish(),
  order: z.int().optional(),
  config: configSchema(1).nullish(),
});

/** How steps are registered: by id, or else by name, each after the one before it. */
export const keying = keyedInOrder({ id: "id", name: "name", order: "order" });

/** The steps argument: a list whose order counts. */
export const stepsSchema = z
  .array(
    step,
    "Must be a list of steps. Where an option such as ignoreChanges keeps a whole step as it was, its place among the others is lost: name a part of it, such as steps.<name>.config",
  )
  .superRefine((steps, context) => {
    const seen = new Set<string>();
    let last: number | undefined;
    steps.forEach(({ id, order }, index) => {
      if (id !== undefined && seen.has(id))
        context.addIssue({ code: "custom", path: [index, "id"], message: `There are two steps with the id "${id}"` });
      if (id !== undefined) seen.add(id);
      if (order === undefined) return;
      if (last !== undefined && order <= last) {
        const message = `order ${order} comes after order ${last}: the order of the list counts. Sort the steps, or leave order out`;
        context.addIssue({ code: "custom", path: [index, "order"], message });
      }
      last = order;
    });
  })
  .register(keyings, keying)
  .register(rules, { keep: "hash", canonical: canonicalSteps }) satisfies z.ZodType<Step[]>;
