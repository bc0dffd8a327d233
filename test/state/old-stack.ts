import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { PROVIDER, SECRET, SIGNATURE } from "../../provider/hosts/pulumi-dynamic";
import { replaceSecrets } from "../../provider/lifecycle/secrets";
import { mapMembers, type Values } from "../../provider/lifecycle/values";
import { handlerText } from "../../provider/sdk/handler-text";
import {
  type Engine,
  type Operation,
  type OperationOptions,
  pulumiEngine,
  rehearsalEngine,
  type StateResource,
} from "../../scripts/engines";
import { compiledProject, QUICK_START } from "../harness/compiled";
import { type Case, cases, type Opened } from "./cases";
import { readGolden, versionsOf, writtenNow } from "./goldens";

const root = resolve(__dirname, "../..");

/** Declares what `flows.json` lists; `__secret` tells where the program has its secrets. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const vendors = require("pulumi-flows");
for (const { token, name, args: { __secret = [], ...args } } of require("./flows.json")) {
  for (const path of __secret) {
    const holder = path.slice(0, -1).reduce((value, key) => value[key], args);
    holder[path.at(-1)] = pulumi.secret(holder[path.at(-1)]);
  }
  const [vendor, type] = token.split(":");
  new vendors[vendor][type](name, args);
}
`;

/** A golden: states of one flow type in one shape. */
export interface Shape {
  readonly name: string;
  readonly version: number;
  readonly of: Case;
}

/** All goldens, in as few stacks as they fit in: each has an emulator of its own, and a stack reaches one for each vendor. */
export function shapesByStack(): Shape[][] {
  const stacks: Shape[][] = [];
  const vendorOf = ({ name }: Shape) => name.split("-")[0];
  for (const [name, of] of Object.entries(cases)) {
    for (const version of versionsOf(name)) {
      const shape = { name, version, of };
      const free = stacks.find((stack) => stack.every((each) => vendorOf(each) !== vendorOf(shape)));
      if (free) free.push(shape);
      else stacks.push([shape]);
    }
  }
  return stacks;
}

interface OpenedShape extends Shape {
  readonly opened: Opened;
  readonly token: string;
}

/** A stack as older versions of the package left it, with this version installed since. */
export class OldStack {
  private constructor(
    private readonly folder: string,
    private readonly shapes: readonly OpenedShape[],
    private readonly engine: Engine,
  ) {}

  /**
   * Makes the flows at their vendors, and puts into a new stack what older versions kept of them.
   *
   * @param cli the version of the Pulumi CLI; without one the rehearsal plays it
   */
  static async open(shapes: readonly Shape[], cli: string | undefined): Promise<OldStack> {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-flows-old-stack-"));
    const opened: OpenedShape[] = [];
    for (const shape of shapes) {
      const place = await shape.of.open();
      await writtenNow(place.bench, shape.of);
      opened.push({ ...shape, opened: place, token: place.bench.of.type.token });
    }
    const settings = opened.flatMap(({ opened: { bench } }) =>
      Object.entries(bench.of.settings(bench.emulator.url)).map(([key, value]) => [
        `${bench.of.vendor.name}:${key}`,
        value,
      ]),
    );
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "old", private: true }));
    writeFileSync(join(folder, "Pulumi.yaml"), compiledProject("old"));
    writeFileSync(join(folder, "Pulumi.dev.yaml"), stringify({ config: Object.fromEntries(settings) }));
    writeFileSync(join(folder, "index.js"), PROGRAM);
    const engine = cli ? await pulumiEngine(cli, folder, {}, ["dev"]) : rehearsalEngine(folder, QUICK_START);
    const stack = new OldStack(folder, opened, engine);
    stack.declare((args) => args);
    const file = join(folder, "import.json");
    writeFileSync(file, JSON.stringify({ resources: opened.flatMap(keptResources) }));
    const imported = await engine.import(file, "dev");
    assert.ok(imported.ok, imported.output);
    for (const { opened: place } of opened) place.bench.emulator.clearJournal();
    return stack;
  }

  /** Edits the program: what it declares is made of what it declared when the flows were made. */
  declare(edit: (args: Values, of: Case) => Values): void {
    const flows = this.shapes.flatMap(({ token, of }) =>
      Object.entries(of.programs).map(([name, args]) => ({ token, name, args: edit(args, of) })),
    );
    writeFileSync(join(this.folder, "flows.json"), JSON.stringify(flows));
  }

  /** Runs the engine, and answers with the calls that changed something at a vendor. Fails where the engine fails. */
  async run(operation: Operation, options: OperationOptions = {}): Promise<string[]> {
    const { ok, output } = await this.engine.run(operation, "dev", options);
    assert.ok(ok, `${operation} on ${this.engine.name}: ${output}`);
    return this.shapes.flatMap(({ opened: { bench } }) => {
      const writes = bench.emulator.journal().filter(({ wrote }) => wrote);
      bench.emulator.clearJournal();
      return writes.map((entry) => entry.operation);
    });
  }

  /** The flows in the state, each with the case that it is of. */
  async flows(): Promise<(StateResource & { readonly of: Case })[]> {
    const resources = await this.engine.resources("dev");
    return resources.flatMap((resource) => {
      const shape = this.shapes.find(({ token }) => resource.type === `pulumi-nodejs:dynamic/${token}`);
      return shape ? [{ ...resource, of: shape.of }] : [];
    });
  }

  /** What lives at the vendors. */
  alive(): readonly unknown[] {
    return this.shapes.flatMap(({ opened }) => opened.alive());
  }

  async close(): Promise<void> {
    for (const { opened } of this.shapes) await opened.bench.emulator.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What Pulumi kept, with secrets as `pulumi import` takes them. */
function keptResources({ name, version, token, opened: { bench } }: OpenedShape): Values[] {
  const { lifecycle } = bench.run();
  const inClear = (secret: unknown) => ({ [SIGNATURE]: SECRET, plaintext: JSON.stringify(secret) });
  const sealed = (values: Values) => {
    const secrets = lifecycle.secrets(values);
    const members = mapMembers(values, (value, member) => replaceSecrets(value, [member], secrets, inClear));
    return { ...members, [PROVIDER]: handlerText(token) };
  };
  const type = `pulumi-nodejs:dynamic/${token}`;
  return Object.entries(readGolden(name, version, bench.emulator.url)).flatMap(([title, { id, inputs, state }]) =>
    inputs ? [{ type, name: title, id, inputs: sealed(inputs), outputs: sealed(state) }] : [],
  );
}
