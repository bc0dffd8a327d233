import * as pulumi from "@pulumi/pulumi";
import type { FlowType } from "../lifecycle/flow-type";
import { toRegistered } from "../lifecycle/keyed";
import { SECRET_FIELDS } from "../lifecycle/state";
import { flowTypeOf } from "../runtime/process";
import { handlerText } from "./handler-text";

/** A resource of one flow type. The public classes add what TypeScript users see. */
export abstract class FlowResource extends pulumi.CustomResource {
  /**
   * @param args as the program writes them; lists with identity are registered as maps
   * @throws Error where the program asks for something that Pulumi's dynamic providers cannot do
   */
  protected constructor(token: string, name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions = {}) {
    if (opts.import) {
      throw new Error(
        `${token} "${name}": Pulumi cannot import a dynamic resource by the option "import". Take the existing one over with \`adopt: true\`, ` +
          "or bring it into the stack with an import file (`pulumi import --file`).",
      );
    }
    const { type } = flowTypeOf(token);
    const named = { [type.nameField]: args[type.nameField] ?? name, [SECRET_FIELDS]: secretFields(args) };
    const props = opts.id === undefined ? { ...registered(type, args), ...named } : args;
    super(
      typeOf(token),
      name,
      { ...places(type), ...props, __provider: handlerText(token) },
      { deleteBeforeReplace: true, ...opts },
    );
  }

  /** Whether a value is a resource of this type, also one made by another copy of this package. */
  protected static isOfType(value: unknown, token: string): boolean {
    return pulumi.CustomResource.isInstance(value) && Reflect.get(value, "__pulumiType") === typeOf(token);
  }
}

/** The Pulumi type of a flow type: part of every URN. */
function typeOf(token: string): string {
  return `pulumi-nodejs:dynamic/${token}`;
}

/** The names of arguments that hold a secret; `undefined` where none does. */
function secretFields(args: pulumi.Inputs): pulumi.Output<string[] | undefined> | undefined {
  const computed = Object.entries(args).filter(([, value]) => holdsOutput(value));
  if (computed.length === 0) return undefined;
  const marks = computed.map(async ([field, value]) => ((await pulumi.isSecret(pulumi.output(value))) ? [field] : []));
  return pulumi.output(Promise.all(marks).then((found) => (found.flat().length > 0 ? found.flat() : undefined)));
}

function holdsOutput(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsOutput);
}

/** Arguments as registered; never throws over content, which is for the plan-time check to report. */
function registered(type: FlowType, args: pulumi.Inputs): pulumi.Inputs {
  return Object.fromEntries(
    Object.entries(args).map(([field, value]) => {
      const schema = type.fields.shape[field];
      if (!schema) return [field, value];
      const later = pulumi.Output.isInstance(value) || value instanceof Promise;
      return [
        field,
        later ? pulumi.output(value).apply((known) => toRegistered(schema, known)) : toRegistered(schema, value),
      ];
    }),
  );
}

/** A place for every output: Pulumi fills only those that were registered. */
function places(type: FlowType): pulumi.Inputs {
  return Object.fromEntries([...Object.keys(type.fields.shape), ...type.outputs].map((each) => [each, undefined]));
}
