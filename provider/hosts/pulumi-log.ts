import * as pulumi from "@pulumi/pulumi";
import type { Log } from "../lifecycle/ports";

/** Messages as Pulumi's own diagnostics. Pulumi knows no resource here, so each message names its flow. */
export const pulumiLog: Log = {
  debug: (message) => void pulumi.log.debug(message),
  info: (message) => void pulumi.log.info(message),
  warn: (message) => void pulumi.log.warn(message),
};
