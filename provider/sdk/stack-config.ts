import * as pulumi from "@pulumi/pulumi";
import type { ReadConfig } from "../runtime/settings";

/** The stack's configuration, read raw: a secret stays inside the call that needs it. */
export const stackConfig: ReadConfig = (namespace, name) => pulumi.runtime.getConfig(`${namespace}:${name}`);
