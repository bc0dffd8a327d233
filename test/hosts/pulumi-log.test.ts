import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { pulumiLog } from "../../provider/hosts/pulumi-log";

describe("messages to Pulumi", () => {
  const { debug, info, warn } = pulumi.log;
  afterEach(() => Object.assign(pulumi.log, { debug, info, warn }));

  it("messages: each level is Pulumi's own", () => {
    const told: string[] = [];
    const keep = (level: string) => async (message: string) => void told.push(`${level}: ${message}`);
    Object.assign(pulumi.log, { debug: keep("debug"), info: keep("info"), warn: keep("warn") });
    pulumiLog.debug("one");
    pulumiLog.info("two");
    pulumiLog.warn("three");
    assert.deepEqual(told, ["debug: one", "info: two", "warn: three"]);
  });

  it("messages: what every state loads does not load Pulumi's SDK before the first of them", () => {
    const script =
      'require("pulumi-flows/runtime/v1")("kosli:Flow");' +
      'console.log(Object.keys(require.cache).filter((file) => file.includes("@pulumi")).length)';
    const loaded = execFileSync(process.execPath, ["-e", script], {
      cwd: resolve(__dirname, "../.."),
      encoding: "utf8",
    });
    assert.equal(loaded.trim(), "0");
  });
});
