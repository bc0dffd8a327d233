import { isObject } from "../../lifecycle/values";
import shapes from "./builder-parameters.json";
import { type Expression, evaluate } from "./expression";

/** What the compiler takes, as plain data: of outputs and promises, what they hold. */
export type Shape =
  | "any"
  | "string"
  | "number"
  | "boolean"
  | "null"
  | { readonly is: string | number | boolean }
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly members: Readonly<Record<string, Shape>>; readonly needs: readonly string[] }
  | { readonly oneOf: readonly Shape[] };

/** A parameter of a function that builds arguments. */
export interface Parameter {
  readonly optional?: boolean;
  readonly shape: Shape;
}

/** The parameters of each function that builds arguments, by how programs call it. */
export type BuilderShapes = Readonly<Record<string, readonly Parameter[]>>;

/** Made from the types by `scripts/builder-shapes.ts`. */
const parameters = shapes as unknown as BuilderShapes;

/** Whether the compiler takes a call with these arguments: a key that the type does not have is refused, as it would be. */
export function accepts(callee: string, args: readonly Expression[]): boolean {
  const known = parameters[callee];
  if (!known || args.length > known.length) return false;
  return known.every(({ optional, shape }, at) => {
    const given = args[at];
    return given ? fits(shape, evaluate(given)) : optional === true;
  });
}

function fits(shape: Shape, value: unknown): boolean {
  if (typeof shape === "string") return shape === "any" || (shape === "null" ? value === null : typeof value === shape);
  if ("is" in shape) return shape.is === value;
  if ("list" in shape) return Array.isArray(value) && value.every((each) => fits(shape.list, each));
  if ("map" in shape) return isObject(value) && Object.values(value).every((each) => fits(shape.map, each));
  if ("oneOf" in shape) return shape.oneOf.some((each) => fits(each, value));
  const { members, needs } = shape;
  if (!isObject(value) || !needs.every((name) => Object.hasOwn(value, name))) return false;
  return Object.entries(value).every(([name, each]) => {
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    return member !== undefined && fits(member, each);
  });
}
