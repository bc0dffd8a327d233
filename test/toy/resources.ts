import type * as pulumi from "@pulumi/pulumi";
import { FlowResource } from "../../provider/sdk/flow-resource";

/** `toy:Graph` as a program uses it. */
export class Graph extends FlowResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly definition: pulumi.Output<unknown>;
  declare readonly url: pulumi.Output<string>;
  constructor(name: string, args: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super("toy:Graph", name, args, opts);
  }
}

/** `toy:Channel` as a program uses it. */
export class Channel extends FlowResource {
  declare readonly revision: pulumi.Output<number>;
  constructor(name: string, args: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super("toy:Channel", name, args, opts);
  }
}
