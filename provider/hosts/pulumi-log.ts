import type * as pulumi from "@pulumi/pulumi";
import type { Log } from "../lifecycle/ports";

/**
 * Messages as Pulumi's own diagnostics. Pulumi knows no resource here, so each message names its flow.
 *
 * Pulumi's SDK is loaded at the first message: it takes longer to load than everything of this package together.
 */
export const pulumiLog: Log = {
  debug: (message) => void log().debug(message),
  info: (message) => void log().info(message),
  warn: (message) => void log().warn(message),
};

function log(): typeof pulumi.log {
  const sdk: typeof pulumi = require("@pulumi/pulumi");
  return sdk.log;
}
