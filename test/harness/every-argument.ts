import { join, resolve } from "node:path";
import ts from "typescript";

const built = join(resolve(__dirname, "../.."), "dist/");

/** Something that a user of the package may point at. */
export interface Mentioned {
  /** Where it stands in {@link EveryArgument.text}. */
  readonly at: number;
  /** What it belongs to, as the reference calls it: `kapso.Workflow`, `kapso.node.sendText`, `kapso.getFlow`. */
  readonly of: string;
  readonly role: "export" | "argument" | "result";
  /** From the outermost, as in the reference: `definition.nodes[].id`; of an export its name. */
  readonly path: string;
}

/**
 * A program that writes every argument of everything that the package exports, reads every output and result, and so
 * mentions whatever a user can point at. Made of the exports as they are built: what is new there is in it.
 */
export class EveryArgument {
  text = 'import type * as pulumi from "@pulumi/pulumi";\nimport * as flows from "pulumi-flows";\n';
  readonly mentioned: Mentioned[] = [];
  readonly #checker: ts.TypeChecker;
  #results = 0;

  /** @param source a module that holds an import of the whole package */
  constructor(source: ts.SourceFile, checker: ts.TypeChecker) {
    this.#checker = checker;
    const imported = source.statements.find(ts.isImportDeclaration)?.moduleSpecifier;
    const whole = imported && checker.getSymbolAtLocation(imported);
    if (!whole) throw new Error("The package has no types: build it first");
    for (const vendor of checker.getExportsOfModule(whole))
      for (const each of checker.getExportsOfModule(this.#resolve(vendor))) this.#addExport(vendor.name, each);
  }

  #addExport(vendor: string, symbol: ts.Symbol): void {
    const { flags, valueDeclaration } = this.#resolve(symbol);
    if (!valueDeclaration) return;
    const name = `${vendor}.${symbol.name}`;
    const type = this.#checker.getTypeOfSymbol(this.#resolve(symbol));
    if (flags & ts.SymbolFlags.Class) this.#addClass(name, type);
    else if (type.getCallSignatures().length > 0) this.#addCall(name, type.getCallSignatures(), name);
    else {
      this.#write("void ");
      this.#mention(name, "export", name);
      this.#write(";\n");
      for (const each of this.#checker.getPropertiesOfType(type)) {
        const inner = `${name}.${each.name}`;
        this.#addCall(inner, this.#checker.getTypeOfSymbol(each).getCallSignatures(), inner);
      }
    }
  }

  #addClass(name: string, type: ts.Type): void {
    this.#addCall(name, type.getConstructSignatures(), name, "new ");
    const get = type.getProperty("get");
    if (get) this.#addCall(`${name}.get`, this.#checker.getTypeOfSymbol(get).getCallSignatures(), `${name}.get`);
    const [signature] = type.getConstructSignatures();
    for (const each of signature ? this.#ownProperties(signature.getReturnType()) : [])
      this.#addResult(name, each.name, `flows.${name}["${each.name}"]`, this.#checker.getTypeOfSymbol(each), name);
  }

  /** A call with every member of its parameters, and all that it answers. */
  #addCall(name: string, signatures: readonly ts.Signature[], of: string, before = ""): void {
    const [signature] = signatures;
    if (!signature) return;
    this.#write(`void ${before}`);
    this.#mention(name, "export", of);
    this.#write("(");
    for (const parameter of signature.getParameters()) {
      const [form = () => this.#write("undefined!")] = this.#formsOf(this.#checker.getTypeOfSymbol(parameter), "", []);
      form(of);
      this.#write(", ");
    }
    this.#write(");\n");
    if (before === "" && !name.endsWith(".get"))
      this.#addResult(name, "", `ReturnType<typeof flows.${name}>`, signature.getReturnType(), of);
  }

  /** How a value of the type is written: what writes it. Several, where it may be objects of several forms. */
  #formsOf(type: ts.Type, path: string, within: readonly ts.Type[]): ((of: string) => void)[] {
    return alternativesOf(type).flatMap((each) => {
      if (within.includes(each)) return [];
      const inner = [...within, each];
      const [open, close, item, place] = this.#checker.isArrayType(each)
        ? (["[", "]", each.getNumberIndexType(), `${path}[]`] as const)
        : (["{ key: ", " }", each.getStringIndexType(), `${path}.<key>`] as const);
      if (item)
        return this.#formsOf(item, place, inner).map((form) => (of: string) => {
          this.#write(open);
          form(of);
          this.#write(close);
        });
      const members = isPlainObject(each) ? this.#ownProperties(each) : [];
      return members.length === 0 ? [] : [(of: string) => this.#writeObject(members, path, inner, of)];
    });
  }

  #writeObject(members: readonly ts.Symbol[], path: string, within: readonly ts.Type[], of: string): void {
    this.#write("{ ");
    for (const member of members) {
      const place = path === "" ? member.name : `${path}.${member.name}`;
      const forms = this.#formsOf(this.#checker.getTypeOfSymbol(member), place, within);
      // A member that may be written in several ways is written in each of them.
      for (const form of forms.length > 0 ? forms : [() => this.#write("undefined!")]) {
        this.mentioned.push({ at: this.text.length, of, role: "argument", path: place });
        this.#write(`${JSON.stringify(member.name)}: `);
        form(of);
        this.#write(", ");
      }
    }
    this.#write("}");
  }

  /** Reads a value, and every member of it. */
  #addResult(owner: string, path: string, typeText: string, type: ts.Type, of: string): void {
    if (path !== "") {
      const value = `result${this.#results++}`;
      this.#write(`declare const ${value}: flows.${owner};\nvoid ${value}.`);
      this.mentioned.push({ at: this.text.length, of, role: "result", path });
      this.#write(`${path};\n`);
    }
    const [inner = type] = this.#insideOf(type);
    this.#readMembers(inner, `pulumi.Unwrap<${typeText}>`, path, of, []);
  }

  /** What an output or a promise holds. */
  #insideOf(type: ts.Type): ts.Type[] {
    const parts = type.isUnion() || type.isIntersection() ? type.types : [type];
    return parts
      .filter((each) => WRAPPERS.includes(each.getSymbol()?.name ?? ""))
      .flatMap((each) => (each as ts.TypeReference).typeArguments ?? each.aliasTypeArguments ?? []);
  }

  #readMembers(type: ts.Type, typeText: string, path: string, of: string, within: readonly ts.Type[]): void {
    for (const each of alternativesOf(type)) {
      if (within.includes(each)) continue;
      const inner = [...within, each];
      const item = this.#checker.isArrayType(each) ? each.getNumberIndexType() : undefined;
      const entry = each.getStringIndexType();
      if (item) this.#readMembers(item, `Extract<${typeText}, readonly unknown[]>[number]`, `${path}[]`, of, inner);
      else if (entry) this.#readMembers(entry, `Extract<${typeText}, object>[string]`, `${path}.<key>`, of, inner);
      else if (isPlainObject(each)) {
        const value = `result${this.#results++}`;
        this.#write(`declare const ${value}: Extract<${typeText}, object>;\n`);
        for (const member of this.#ownProperties(each)) {
          const place = path === "" ? member.name : `${path}.${member.name}`;
          this.#write(`void ${value}.`);
          this.mentioned.push({ at: this.text.length, of, role: "result", path: place });
          this.#write(`${member.name};\n`);
          const memberText = `(typeof ${value})["${member.name}"]`;
          this.#readMembers(this.#checker.getTypeOfSymbol(member), memberText, place, of, inner);
        }
      }
    }
  }

  /** The members that this package declares, not Pulumi or the language. */
  #ownProperties(type: ts.Type): ts.Symbol[] {
    return this.#checker.getPropertiesOfType(type).filter(({ declarations = [] }) => {
      // Members that a mapped type makes of literals are declared nowhere, and have no documentation.
      if (declarations.length === 0) return true;
      const isOwn = declarations.some((each) => each.getSourceFile().fileName.startsWith(built));
      return isOwn && !declarations.some((each) => ts.getCombinedModifierFlags(each) & HIDDEN);
    });
  }

  #mention(name: string, role: Mentioned["role"], of: string): void {
    const from = `flows.${name}`.lastIndexOf(".") + 1;
    this.mentioned.push({ at: this.text.length + from, of, role, path: name });
    this.#write(`flows.${name}`);
  }

  #write(text: string): void {
    this.text += text;
  }

  #resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }
}

const HIDDEN = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
const WRAPPERS = ["Promise", "OutputInstance"];

function alternativesOf(type: ts.Type): ts.Type[] {
  const parts = type.isUnion() ? type.types : [type];
  return parts.filter((each) => !WRAPPERS.includes(each.getSymbol()?.name ?? ""));
}

function isPlainObject(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Object) !== 0 && !type.isClass() && type.getCallSignatures().length === 0;
}
