import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import kebabCase from "lodash/kebabCase";
import ts from "typescript";
import { rulesOf } from "../provider/lifecycle/canonical";
import type { FlowType } from "../provider/lifecycle/flow-type";
import { allVendors } from "../provider/vendors";
import type { Vendor } from "../provider/vendors/vendor";
import { callsTable, rightsForReading } from "./rights";

const root = resolve(__dirname, "..");

/** One argument, output or setting. */
interface Member {
  /** From the outermost: `template.trail.attestations[].name`. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly documentation: string;
}

/**
 * The reference pages by path, made of the documentation that an editor shows for the same members.
 *
 * @throws Error naming every public member that lacks documentation
 */
export function referencePages(): Map<string, string> {
  return new Map(allVendors().flatMap((vendor) => [...new Reference(vendor).pages()]));
}

const TAKING_OVER =
  "Set `adopt: true`, or run `pulumi up` once with `PULUMI_FLOWS_ADOPT`: see [One flow: adopt](../../guides/adopt.md#one-flow-adopt). Many at once: [Taking over a whole account](../../guides/export.md). `pulumi import TYPE NAME ID` does not work for dynamic resources.";

/** The file of a page in the folder of its vendor: `flow-publication.md`. */
export function fileOf(name: string): string {
  return `${kebabCase(name)}.md`;
}

/** All that one vendor has. */
class Reference {
  readonly #vendor: Vendor;
  readonly #checker: ts.TypeChecker;
  readonly #source: ts.SourceFile;
  readonly #exports: ReadonlyMap<string, ts.Symbol>;
  readonly #undocumented: string[] = [];
  #lines: string[] = [];

  constructor(vendor: Vendor) {
    this.#vendor = vendor;
    const file = join(root, `provider/sdk/${vendor.name}.ts`);
    const program = ts.createProgram([file], compilerOptions());
    const source = program.getSourceFile(file);
    this.#checker = program.getTypeChecker();
    const module = source && this.#checker.getSymbolAtLocation(source);
    if (!source || !module) throw new Error(`${file} is no module`);
    this.#source = source;
    this.#exports = new Map(this.#checker.getExportsOfModule(module).map((each) => [each.name, this.#resolve(each)]));
  }

  /** By their places in the repository, the overview first. */
  pages(): Map<string, string> {
    const { name, flowTypes } = this.#vendor;
    const parts: [title: string, file: string, add: () => string][] = [
      ...flowTypes.map((type): [string, string, () => string] => {
        const resource = nameOf(type);
        return [`${name}.${resource}`, fileOf(resource), () => this.#addResource(type)];
      }),
      ...this.#builders().map((symbol): [string, string, () => string] => [
        `${name}.${symbol.name}`,
        fileOf(symbol.name),
        () => this.#addBuilders(symbol),
      ]),
      [`${name}: lookups`, "lookups.md", () => this.#addLookups()],
      [`${name}.Provider`, "provider.md", () => this.#addProvider()],
    ];
    const contents: string[] = [];
    const pages = parts.map(([title, file, add], index): [string, string] => {
      let summary = "";
      const text = this.#page(title, index + 1, () => {
        summary = add();
      });
      contents.push(`| [${title}](${name}/${file}) | ${summary.split("\n")[0]} |`);
      return [`docs/reference/${name}/${file}`, text];
    });
    const overview = this.#page(name, 0, () => this.#addOverview(contents));
    if (this.#undocumented.length > 0) {
      throw new Error(`Without documentation in the schema or the interface: ${this.#undocumented.join(", ")}`);
    }
    return new Map([[`docs/reference/${name}.md`, overview], ...pages]);
  }

  #page(title: string, order: number, add: () => void): string {
    this.#lines = [
      `---\ntitle: "${title}"\norder: ${order}\n---`,
      `<!-- Generated from provider/sdk/${this.#vendor.name}.ts by \`npm run docs:reference\`. Do not edit. -->`,
      `# ${title}`,
    ];
    add();
    return `${this.#lines.join("\n\n")}\n`;
  }

  #addOverview(contents: readonly string[]): void {
    const { name } = this.#vendor;
    this.#add(
      `Everything here is exported as \`${name}\`: \`import { ${name} } from "pulumi-flows"\`. Every argument of a resource also takes an output of another resource. See also [how its flows behave](../vendors/${name}.md).`,
      ["| Page | What it is |", "|---|---|", ...contents].join("\n"),
    );
    this.#addConfiguration();
    this.#addRights();
  }

  /** Answers with what it is, as each of these does. */
  #addResource(type: FlowType): string {
    const name = nameOf(type);
    const resource = this.#declarationOf(name, ts.isClassDeclaration);
    const args = this.#exported(`${name}Args`);
    const qualified = `${this.#vendor.name}.${name}`;
    const summary = this.#documented(this.#exported(name), name);
    const { name: vendor } = this.#vendor;
    this.#add(summary, this.#see(name));
    this.#add(`Pulumi type: \`pulumi-nodejs:dynamic/${type.token}\`.`);
    this.#add("## Example", `\`\`\`ts\n${exampleOf(this.#vendor, qualified)}\n\`\`\``);
    this.#add(
      `More of it: [how its flows behave](../../vendors/${vendor}.md) · [what you can rely on](../../how-it-works.md#what-you-can-rely-on) · [a complete program](../../../examples/${vendor}/index.ts) · [settings: keys, addresses and limits](../${vendor}.md#configuration)`,
    );

    const made = resource.members.find(ts.isConstructorDeclaration);
    this.#add("## Arguments", `\`new ${qualified}(${made ? namesOf(made) : ""})\``);
    const taken = this.#members(this.#checker.getDeclaredTypeOfSymbol(args), "", `${name}Args`);
    for (const member of taken) {
      const replaces = member.path in type.fields.shape && rulesOf(type, member.path).replaces;
      this.#addMember(member, [...argumentFacts(member), ...(replaces ? ["**a change replaces it**"] : [])]);
    }

    this.#add("## Outputs", "Beside Pulumi's own `id` and `urn`:");
    for (const each of resource.members.filter(ts.isPropertyDeclaration)) {
      const path = each.name.getText();
      const resolved = /^pulumi\.Output<(.*)>$/s.exec(each.type?.getText() ?? "")?.[1] ?? "";
      const type = resolved.replace(/ \| undefined$/, "");
      const documentation = this.#documented(this.#checker.getSymbolAtLocation(each.name), `${name}.${path}`);
      const member = { path, type, required: type === resolved, documentation };
      this.#addMember(member, resultFacts(member));
    }

    if (taken.some(({ path }) => path === "adopt")) this.#add("## Taking over one that exists", TAKING_OVER);

    this.#add("## Calls and rights", `See [Rights](../${vendor}.md#rights).`, callsTable(this.#vendor, type.token));

    const get = resource.members.filter(ts.isMethodDeclaration).find((each) => each.name.getText() === "get");
    if (!get) return summary;
    this.#add("## Get", `\`${qualified}.get(${parametersOf(get)})\``);
    const symbol = this.#checker.getSymbolAtLocation(get.name);
    const state = this.#exports.get(`${name}State`);
    const hints = state ? `\n- \`state\`: ${this.#documented(state, `${name}State`)}` : "";
    this.#add(this.#documented(symbol, `${name}.get`), `${this.#tags(symbol)}${hints}`);
    const members = state ? this.#members(this.#checker.getDeclaredTypeOfSymbol(state), "state.", `${name}State`) : [];
    for (const member of members) this.#addMember(member, argumentFacts(member));
    return summary;
  }

  /** What an SDK hands on from another file makes parts of arguments: functions, and objects of functions. */
  #builders(): ts.Symbol[] {
    const place = ({ valueDeclaration }: ts.Symbol) => valueDeclaration?.pos ?? 0;
    return [...this.#exports.values()]
      .filter(({ valueDeclaration: made }) => made && made.getSourceFile() !== this.#source)
      .sort((a, b) => place(a) - place(b));
  }

  #addBuilders(symbol: ts.Symbol): string {
    const declaration = symbol.valueDeclaration;
    const type = this.#checker.getTypeOfSymbol(symbol);
    const qualified = `${this.#vendor.name}.${symbol.name}`;
    const options = new Set<string>();
    const summary = this.#documented(symbol, symbol.name);
    if (declaration && ts.isFunctionDeclaration(declaration))
      for (const name of this.#addBuilder(qualified, symbol, type)) options.add(name);
    else {
      this.#add(summary);
      for (const each of this.#checker.getPropertiesOfType(type)) {
        this.#add(`## ${qualified}.${each.name}`);
        for (const name of this.#addBuilder(`${qualified}.${each.name}`, each, this.#checker.getTypeOfSymbol(each)))
          options.add(name);
      }
    }
    for (const name of options) {
      this.#add(`## ${this.#vendor.name}.${name}`, this.#documented(this.#exported(name), name));
      this.#addInterface(name);
    }
    return summary;
  }

  /** A function with the members of its `config`. Answers with the names of the options that it takes. */
  #addBuilder(qualified: string, symbol: ts.Symbol, type: ts.Type): string[] {
    const parameters = type.getCallSignatures()[0]?.parameters ?? [];
    const signature = parameters.map((each) => {
      const given = each.valueDeclaration;
      const isOptional = given && ts.isParameter(given) && (given.questionToken || given.initializer);
      // The compiler numbers parameters that are taken apart where they stand.
      const name = given && ts.isParameter(given) && !ts.isIdentifier(given.name) ? "options" : each.name;
      return `${name}${isOptional ? "?" : ""}: ${readable(this.#checker.typeToString(this.#checker.getTypeOfSymbol(each)))}`;
    });
    this.#add(`\`${qualified}(${signature.join(", ")})\``);
    const settings = parameters.find(({ name }) => name === "config");
    const taken = settings && this.#namedIn(this.#checker.getTypeOfSymbol(settings));
    this.#add(this.#documented(taken ?? symbol, qualified), this.#tags(symbol));
    if (settings) {
      const alternatives = alternativesOf(this.#checker.getTypeOfSymbol(settings)).filter(isPlainObject);
      for (const member of unique(alternatives.flatMap((each) => this.#members(each, "", qualified))))
        this.#addMember(member, argumentFacts(member));
    }
    return parameters
      .flatMap((each) => alternativesOf(this.#checker.getTypeOfSymbol(each)).map(({ symbol }) => symbol?.name ?? ""))
      .filter((name) => name.endsWith("Options"));
  }

  /** The exported type in arguments of it. */
  #namedIn(type: ts.Type): ts.Symbol | undefined {
    const [named] = alternativesOf(type).flatMap((each) => each.aliasTypeArguments ?? []);
    const symbol = named?.aliasSymbol ?? named?.getSymbol();
    return symbol && this.#exports.get(symbol.name);
  }

  #addLookups(): string {
    const functions = this.#source.statements
      .filter(ts.isFunctionDeclaration)
      .filter((each) => each.name && this.#exports.has(each.name.text));
    const { name: vendor } = this.#vendor;
    const summary = "What exists, for the program to use.";
    this.#add(
      `${summary} A lookup calls the vendor in every preview and every up, as soon as its arguments are known. See [Rights](../${vendor}.md#rights).`,
      callsTable(this.#vendor, this.#vendor.name),
    );
    const types = new Set<string>();
    const answers = new Set<string>();
    for (const each of functions) {
      const name = each.name?.text ?? "";
      const symbol = this.#exported(name);
      this.#add(`## ${vendor}.${name}`);
      this.#add(`\`${name}(${parametersOf(each)}): ${readable(each.type?.getText() ?? "")}\``);
      this.#add(this.#documented(symbol, name), this.#tags(symbol));
      for (const found of typeNamesIn(each.getText())) types.add(found);
      for (const found of typeNamesIn(each.type?.getText() ?? "")) answers.add(found);
    }
    for (const name of [...types].filter((each) => this.#exports.has(each))) {
      this.#add(`## ${vendor}.${name}`);
      this.#addInterface(name, answers.has(name) ? resultFacts : argumentFacts);
    }
    return summary;
  }

  #addProvider(): string {
    const { name } = this.#vendor;
    const summary = this.#documented(this.#exported("Provider"), "Provider");
    this.#add(summary);
    this.#add(`\`new ${name}.Provider(name, args, opts?)\``);
    this.#addInterface("ProviderArgs");
    return summary;
  }

  #addRights(): void {
    this.#add(
      "## Rights",
      this.#vendor.rights.keys,
      "The tables on the pages above list every call that is made and the least right that it needs. When it is made was recorded on the emulator, rare cases such as a lost answer included. *Inferred* means: it follows from what the vendor documents, which does not say it of this call. Where the least right is not documented, one is named that is enough.",
      [
        "- `refresh`: `pulumi refresh`, `--refresh` of a preview or an up, and `get`. A preview without it makes no calls but those of lookups.",
        "- `create`, `update`, `delete`: what an up or a destroy does. `adopt`: what a creation with `adopt` calls besides.",
        "- `export`: listing everything and taking over what is there. `pulumi-flows drift` makes calls of `refresh`; with `--unmanaged` it makes calls of `export` too, and so does `pulumi-flows doctor`, which also asks whose the key is. `pulumi-flows graph --id` makes those of taking over.",
        `- **For reading only** (previews, refreshes, lookups, exports, drift, doctor, graph) it takes: ${rightsForReading(this.#vendor)}.`,
      ].join("\n"),
    );
  }

  #addInterface(name: string, facts: (member: Member) => string[] = argumentFacts): void {
    for (const member of this.#members(this.#checker.getDeclaredTypeOfSymbol(this.#exported(name)), "", name))
      this.#addMember(member, facts(member));
  }

  #addConfiguration(): void {
    const settings = this.#checker.getDeclaredTypeOfSymbol(this.#exported("ProviderArgs"));
    const documented = new Map(this.#members(settings, "", "ProviderArgs").map((each) => [each.path, each]));
    const rows = Object.entries(this.#vendor.settings).map(([name, setting]) => {
      const { variable, secret, oneOf, insteadOf } = setting;
      const key = `${this.#vendor.name}:${name}`;
      const words = documented.get(name)?.documentation ?? setting.documentation;
      if (!words) this.#undocumented.push(key);
      const values = oneOf ? ` One of ${oneOf.map((each) => `\`${each}\``).join(", ")}.` : "";
      const rival = insteadOf ? ` Not together with \`${this.#vendor.name}:${insteadOf}\`.` : "";
      return `| \`${key}\` | ${variable ? `\`${variable}\`` : ""} | ${secret ? "yes" : ""} | ${words}${values}${rival} |`;
    });
    this.#add(
      "## Configuration",
      "The stack's configuration wins over the environment; an empty value counts as none. An explicit provider takes what its arguments leave out from here, except secrets, which it never takes from the stack.",
      ["| Key | Environment variable | Secret | Meaning |", "|---|---|---|---|", ...rows].join("\n"),
    );
  }

  /** The members of an object type, those of nested objects after the one that holds them. */
  #members(type: ts.Type, prefix: string, owner: string): Member[] {
    const members = this.#checker.getPropertiesOfType(type).flatMap((symbol) => {
      const path = prefix + symbol.name;
      const alternatives = alternativesOf(this.#checker.getTypeOfSymbol(symbol));
      const member = {
        path,
        type: alternatives.length > 0 ? this.#typeText(alternatives) : "undefined",
        required: (symbol.flags & ts.SymbolFlags.Optional) === 0,
        documentation: this.#documented(symbol, `${owner}.${path}`),
      };
      return [member, ...alternatives.flatMap((each) => this.#nested(each, path, owner))];
    });
    return unique(members);
  }

  #nested(type: ts.Type, path: string, owner: string): Member[] {
    const item = this.#itemOf(type);
    if (item) return alternativesOf(item).flatMap((each) => this.#nested(each, `${path}[]`, owner));
    const value = type.getStringIndexType();
    if (value) return alternativesOf(value).flatMap((each) => this.#nested(each, `${path}.<key>`, owner));
    return isPlainObject(type) ? this.#members(type, `${path}.`, owner) : [];
  }

  #itemOf(type: ts.Type): ts.Type | undefined {
    return this.#checker.isArrayType(type) ? type.getNumberIndexType() : undefined;
  }

  #typeText(alternatives: readonly ts.Type[]): string {
    const texts = alternatives.map((type) => {
      const item = this.#itemOf(type);
      const value = type.getStringIndexType();
      if (item) {
        const inner = this.#typeText(alternativesOf(item));
        return inner.includes(" ") ? `(${inner})[]` : `${inner}[]`;
      }
      if (value) {
        const inner = this.#typeText(alternativesOf(value));
        return `map of ${inner.includes(" ") ? `(${inner})` : inner} by key`;
      }
      if (isPlainObject(type)) return "object";
      if (type.flags & ts.TypeFlags.Unknown) return "any";
      return this.#checker.typeToString(type);
    });
    const both = texts.includes("true") && texts.includes("false");
    const named = both ? ["boolean", ...texts.filter((each) => each !== "true" && each !== "false")] : texts;
    // The compiler's own order is that in which it met the types.
    return [...new Set(named)].sort(byPlainFirst).join(" | ");
  }

  #documented(symbol: ts.Symbol | undefined, what: string): string {
    const words = ts.displayPartsToString(symbol?.getDocumentationComment(this.#checker));
    if (words === "") this.#undocumented.push(what);
    return prose(words);
  }

  #tags(symbol: ts.Symbol | undefined): string {
    const tags = symbol?.getJsDocTags(this.#checker) ?? [];
    const lines = tags.flatMap(({ name, text = [] }) => {
      const words = prose(ts.displayPartsToString(text));
      if (name === "param") return [`- \`${words.replace(/^(\w+) /, "$1`: ")}`];
      return name === "throws" ? [`- Fails with ${words.replace(/^(\w+) /, "an `$1` ")}.`] : [];
    });
    return lines.join("\n");
  }

  #see(name: string): string {
    const see = this.#exported(name)
      .getJsDocTags(this.#checker)
      .filter((tag) => tag.name === "see");
    return see.map(({ text }) => `See <${ts.displayPartsToString(text)}>.`).join("\n");
  }

  #addMember({ path, type, documentation }: Member, facts: readonly string[]): void {
    const head = [`**\`${path}\`**`, code(type), ...facts].join(" · ");
    this.#add(documentation ? `- ${head}\\\n  ${documentation.replaceAll("\n", "\n  ")}` : `- ${head}`);
  }

  #add(...blocks: string[]): void {
    this.#lines.push(...blocks.filter((each) => each !== ""));
  }

  #resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #exported(name: string): ts.Symbol {
    const symbol = this.#exports.get(name);
    if (!symbol) throw new Error(`${this.#source.fileName} exports no ${name}`);
    return symbol;
  }

  #declarationOf<Node extends ts.Declaration>(name: string, is: (node: ts.Node) => node is Node): Node {
    const found = this.#exported(name).declarations?.find(is);
    if (!found) throw new Error(`${this.#source.fileName} exports ${name}, but not as expected`);
    return found;
  }
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
  return ts.convertCompilerOptionsFromJson(config.compilerOptions, root).options;
}

/** What may be written for a type: Pulumi's wrappers and absence left out. */
function alternativesOf(type: ts.Type): ts.Type[] {
  const parts = type.isUnion() ? type.types : [type];
  const wrappers = ["Promise", "OutputInstance"];
  return parts.filter(
    (each) => !(each.flags & ts.TypeFlags.Undefined) && !wrappers.includes(each.getSymbol()?.name ?? ""),
  );
}

/** An object that is told member by member; a resource is told by its class. */
function isPlainObject(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Object) !== 0 && !type.isClass();
}

/** The first of each path: outputs make several forms of one member. */
function unique(members: readonly Member[]): Member[] {
  return [...new Map([...members].reverse().map((each) => [each.path, each])).values()].reverse();
}

/** Named types, then literals, then patterns, each by the alphabet. */
function byPlainFirst(a: string, b: string): number {
  const rank = (text: string) => (text === "null" ? 3 : text.startsWith('"') ? 1 : text.startsWith("`") ? 2 : 0);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function parametersOf(node: ts.SignatureDeclaration): string {
  return node.parameters
    .map((each) => {
      const optional = each.questionToken || each.initializer ? "?" : "";
      return `${each.name.getText()}${optional}: ${readable(each.type?.getText() ?? "")}`;
    })
    .join(", ");
}

/** The parameters by name: `name, args?, opts?`. */
function namesOf(node: ts.SignatureDeclaration): string {
  return node.parameters
    .map((each) => `${each.name.getText()}${each.questionToken || each.initializer ? "?" : ""}`)
    .join(", ");
}

/** The name of a flow type's class. */
function nameOf({ token }: FlowType): string {
  return token.split(":")[1] ?? "";
}

/** The page on which people are told of a vendor. */
function guideOf({ name }: Vendor): string {
  return join(root, `docs/vendors/${name}.md`);
}

/**
 * The first code on the vendor's page that makes a resource; a test compiles it.
 *
 * @throws Error where there is none
 */
function exampleOf(vendor: Vendor, resource: string): string {
  const page = readFileSync(guideOf(vendor), "utf8");
  const blocks = [...page.matchAll(/^```ts\n(.*?)\n```$/gms)].map(([, text = ""]) => text);
  const found = blocks.find((text) => text.includes(`new ${resource}(`));
  if (found === undefined) throw new Error(`${guideOf(vendor)} shows no ${resource}`);
  return found;
}

function readable(type: string): string {
  return type
    .replace(/\bpulumi\./g, "")
    .replace(/\bArguments<(\w+)>/g, "$1")
    .replace(/ \| undefined$/, "");
}

/** The types that a text of TypeScript names. */
function typeNamesIn(text: string): string[] {
  return [...text.matchAll(/\b[A-Z]\w+\b/g)].map(([name]) => name);
}

function argumentFacts({ required, documentation }: Member): string[] {
  const value = defaultIn(documentation);
  return [required ? "required" : "optional", ...(value ? [`default: ${value}`] : [])];
}

function resultFacts({ required }: Member): string[] {
  return required ? [] : ["may be absent"];
}

/** The default that a documentation names: `Default: x.`, or `x` (the default). */
function defaultIn(documentation: string): string | undefined {
  const found =
    /\bDefault:? ((?:`[^`]*`|[^.:;`])+)/.exec(documentation) ?? /(`[^`]*`) \(the default\)/.exec(documentation);
  return found?.[1]?.trim();
}

/** Text as code, also where it holds backticks itself. */
function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** A comment's words in one line for each paragraph, with links as code. */
export function prose(words: string): string {
  return words
    .replace(/\{@link (\S+?)\s*\}/g, "`$1`")
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").trim())
    .join("\n\n");
}

if (require.main === module) {
  for (const [path, text] of referencePages()) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(path);
  }
}
