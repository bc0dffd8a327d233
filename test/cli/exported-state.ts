import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../provider/cli/main";
import { PROVIDER, SECRET, SIGNATURE } from "../../provider/hosts/pulumi-dynamic";
import { replaceSecrets } from "../../provider/lifecycle/secrets";
import { isObject, type Values } from "../../provider/lifecycle/values";
import type { TestSettings } from "../harness/bench";
import type { KeptResource } from "../harness/stack";

/** What a command said, and how it ended. */
export interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that belongs to no project, so that only states and environment configure anything. */
export const nowhere = mkdtempSync(join(tmpdir(), "pulumi-flows-cli-"));
// Several files of tests may share it in one process.
process.once("exit", () => rmSync(nowhere, { recursive: true, force: true }));

/** Runs a command in this process. Without `stdin` there is a terminal. */
export async function run(
  args: readonly string[],
  { stdin, cwd = nowhere }: { stdin?: string; cwd?: string } = {},
): Promise<Told> {
  const told = { stdout: "", stderr: "" };
  const code = await main(args, {
    stdout: (text) => {
      told.stdout += text;
    },
    stderr: (text) => {
      told.stderr += text;
    },
    stdin: async () => stdin,
    cwd,
  });
  return { code, ...told };
}

const URN = "urn:pulumi:dev::shop";

/** Counts runs: equal settings would share connections, and what those remember, with an earlier run of this process. */
let runs = 0;

/** One provider in an exported state. */
export interface ExportedProvider {
  readonly name: string;
  readonly vendor: string;
  readonly settings: TestSettings;
  readonly isExplicit?: boolean;
  /** Other members of the resource. */
  readonly more?: Values;
}

/** One flow in an exported state. */
export interface ExportedFlow {
  readonly name: string;
  readonly token: string;
  readonly kept: Pick<KeptResource, "id" | "state">;
  /** The name of its provider. Default: the first. */
  readonly provider?: string;
  /** Where the state keeps secrets. */
  readonly secrets?: readonly (readonly string[])[];
  /** Other members of the resource. */
  readonly more?: Values;
}

/** What Pulumi would export of a stack. */
export function exported(
  providers: readonly ExportedProvider[],
  flows: readonly ExportedFlow[],
  { showSecrets = true }: { showSecrets?: boolean } = {},
): string {
  const sealed = (value: unknown) => ({
    [SIGNATURE]: SECRET,
    ...(showSecrets ? { plaintext: JSON.stringify(value) } : { ciphertext: "v1:abc:def" }),
  });
  runs += 1;
  const resources = [
    { urn: `${URN}::pulumi:pulumi:Stack::shop-dev`, type: "pulumi:pulumi:Stack", custom: false },
    ...providers.map(({ name, vendor, settings, isExplicit, more = {} }) => ({
      urn: providerUrn(name),
      type: "pulumi:providers:pulumi-nodejs",
      custom: true,
      id: "0a1b",
      inputs: {
        ...Object.fromEntries(
          Object.entries(settings).map(([key, value]) => [
            `${vendor}:${key}`,
            /key|token/i.test(key) ? sealed(value) : value,
          ]),
        ),
        [`${vendor}:maxRequestsPerHour`]: String(1_000_000 + runs),
        ...(isExplicit ? { "pulumi-flows:explicit": "true" } : {}),
      },
      ...more,
    })),
    ...flows.map(
      ({ name, token, kept: { id, state }, provider = providers[0]?.name ?? "", secrets = [], more = {} }) => ({
        urn: `${URN}::pulumi-nodejs:dynamic/${token}::${name}`,
        type: `pulumi-nodejs:dynamic/${token}`,
        custom: true,
        id,
        outputs: {
          [PROVIDER]: `exports.handler=()=>require("pulumi-flows/runtime/v1")("${token}")`,
          ...Object.fromEntries(
            Object.entries(state).map(([key, value]) => [key, replaceSecrets(value, [key], secrets, sealed)]),
          ),
        },
        provider: `${providerUrn(provider)}::0a1b`,
        ...more,
      }),
    ),
  ];
  return JSON.stringify({ version: 3, deployment: { manifest: {}, resources } });
}

function providerUrn(name: string): string {
  return `${URN}::pulumi:providers:pulumi-nodejs::${name}`;
}

/** A value that the command printed as JSON, at a path. */
export function jsonOf(told: Told): Values {
  const found: unknown = JSON.parse(told.stdout);
  if (!isObject(found)) throw new Error(`no object: ${told.stdout}`);
  return found;
}
