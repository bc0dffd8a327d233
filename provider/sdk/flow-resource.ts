import * as pulumi from "@pulumi/pulumi";
import type { FlowType } from "../lifecycle/flow-type";
import { toRegistered } from "../lifecycle/keyed";
import { type PropertyPath, placesOf, valueAt } from "../lifecycle/paths";
import { SECRETS } from "../lifecycle/state";
import { defined } from "../lifecycle/values";
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
          "or bring it into the stack with an import file, which `npx pulumi-flows export` writes.",
      );
    }
    const { type } = flowTypeOf(token);
    const props = opts.id === undefined ? registered(type, { ...named(type, name), ...defined(args) }) : args;
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

/** The resource's name, where the flow takes it. */
function named({ nameField }: FlowType, name: string): pulumi.Inputs {
  return nameField === undefined ? {} : { [nameField]: name };
}

/** The Pulumi type of a flow type: part of every URN. */
function typeOf(token: string): string {
  return `pulumi-nodejs:dynamic/${token}`;
}

/** Arguments as registered; never throws over content, which is for the plan-time check to report. */
function registered(type: FlowType, args: pulumi.Inputs): pulumi.Inputs {
  const inputs = Object.fromEntries(
    Object.entries(args).map(([field, value]) => {
      const schema = type.fields.shape[field];
      if (!schema) return [field, value];
      return [
        field,
        isLater(value)
          ? pulumi.output(value).apply((known) => toRegistered(schema, known))
          : toRegistered(schema, value),
      ];
    }),
  );
  return { ...inputs, [SECRETS]: secretPlaces(inputs) };
}

/** Where registered arguments hold secrets; `undefined` where none does. */
function secretPlaces(inputs: pulumi.Inputs): pulumi.Output<PropertyPath[] | undefined> | undefined {
  const later = placesOf(inputs, isLater);
  if (later.length === 0) return undefined;
  const marks = later.map(async (path) =>
    (await pulumi.isSecret(pulumi.output(valueAt(inputs, path)))) ? [path] : [],
  );
  return pulumi.output(Promise.all(marks).then((found) => (found.flat().length > 0 ? found.flat() : undefined)));
}

function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** A place for every output: Pulumi fills only those that were registered. */
function places(type: FlowType): pulumi.Inputs {
  return Object.fromEntries([...Object.keys(type.fields.shape), ...type.outputs].map((each) => [each, undefined]));
}
