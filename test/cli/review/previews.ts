import { PROVIDER } from "../../../provider/hosts/pulumi-dynamic";
import { check } from "../../../provider/lifecycle/check";
import { encode } from "../../../provider/lifecycle/migrate";
import { redacted } from "../../../provider/lifecycle/secrets";
import { DECLARED, declare, secretsOf } from "../../../provider/lifecycle/state";
import { mapMembers, type Values } from "../../../provider/lifecycle/values";
import { flowTypeOf } from "../../../provider/runtime/process";

/** One flow of a preview. */
export interface Previewed {
  readonly token: string;
  /** The resource's name. */
  readonly name: string;
  /** The arguments of the program before; absent for a flow that is new. */
  readonly before?: Values;
  /** The arguments of the program now; absent for a flow that is to be deleted. */
  readonly after?: Values;
  /** What the vendor tells beside. */
  readonly outputs?: Values;
  readonly id?: string;
  /** Default: what follows from the arguments. */
  readonly op?: string;
  /** Other members of the step. */
  readonly more?: Values;
}

const URN = "urn:pulumi:dev::shop";

export function urnOf(token: string, name: string): string {
  return `${URN}::pulumi-nodejs:dynamic/${token}::${name}`;
}

/** A step as `pulumi preview --json` tells it, with secrets hidden as the engine hides them. */
export function stepOf({
  token,
  name,
  before,
  after,
  outputs = {},
  id = `${name}-1`,
  op,
  more = {},
}: Previewed): Values {
  const urn = urnOf(token, name);
  const kept = { urn, custom: true, type: `pulumi-nodejs:dynamic/${token}` };
  const was = before && inputsOf(token, before);
  const is = after && inputsOf(token, after);
  return {
    op: op ?? (was ? (is ? "update" : "delete") : "create"),
    urn,
    ...(was && {
      oldState: { ...kept, id, inputs: hidden(token, was), outputs: hidden(token, stateOf(token, was, outputs)) },
    }),
    ...(is && { newState: { ...kept, inputs: hidden(token, is) } }),
    detailedDiff: null,
    ...more,
  };
}

/** What `pulumi preview --json` writes. */
export function previewOf(flows: readonly Previewed[], more: Values = {}): string {
  const stack = { urn: `${URN}::pulumi:pulumi:Stack::shop-dev`, type: "pulumi:pulumi:Stack" };
  const steps = [{ op: "same", urn: stack.urn, oldState: stack, newState: stack }, ...flows.map(stepOf)];
  return JSON.stringify({ config: {}, steps, duration: 1, changeSummary: {}, ...more });
}

function inputsOf(token: string, args: Values): Values {
  return check(flowTypeOf(token).type, args, {}).inputs;
}

function stateOf(token: string, inputs: Values, outputs: Values): Values {
  const { adopt: _, onConflict: __, __secret: ___, ...fields } = inputs;
  return { ...fields, ...outputs, [DECLARED]: encode(declare(flowTypeOf(token).type, inputs, "acme")) };
}

function hidden(token: string, values: Values): Values {
  const secrets = secretsOf(flowTypeOf(token).type, values);
  const shown = mapMembers(values, (value, field) => redacted(value, [field], secrets));
  return { [PROVIDER]: `exports.handler=()=>require("pulumi-flows/runtime/v1")("${token}")`, ...shown };
}
