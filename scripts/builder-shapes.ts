import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import type { BuilderShapes, Parameter, Shape } from "../provider/cli/export/builder-shapes";

const root = resolve(__dirname, "..");

/** Where the shapes are kept. */
export const SHAPES_FILE = join(root, "provider/cli/export/builder-parameters.json");

/** What builds arguments, by how programs call it. */
const BUILDERS = [
  { file: "provider/sdk/kapso-nodes.ts", names: ["node", "edge"] },
  { file: "provider/sdk/runtype-steps.ts", names: ["step"] },
];

/** The shapes as they are kept: a line for each function. */
export function shapesText(): string {
  const lines = Object.entries(builderShapes()).map(([name, shapes]) => `"${name}": ${JSON.stringify(shapes)}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** What the compiler takes as parameters of each function that builds arguments, as plain data. */
function builderShapes(): BuilderShapes {
  const files = BUILDERS.map(({ file }) => join(root, file));
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram(files, { ...options, noEmit: true });
  const reader = new TypeReader(program.getTypeChecker());
  const entries = BUILDERS.flatMap(({ file, names }) => {
    const source = program.getSourceFile(join(root, file));
    if (!source) throw new Error(`${file} is missing`);
    return names.flatMap((name) => reader.builders(source, name));
  });
  return Object.fromEntries(entries);
}

class TypeReader {
  constructor(readonly checker: ts.TypeChecker) {}

  builders(source: ts.SourceFile, name: string): [string, Parameter[]][] {
    const module = this.checker.getSymbolAtLocation(source);
    const symbol = module && this.checker.getExportsOfModule(module).find((each) => each.name === name);
    if (!symbol) throw new Error(`${source.fileName} exports no ${name}`);
    const type = this.checker.getTypeOfSymbol(symbol);
    const [signature] = type.getCallSignatures();
    if (signature) return [[name, this.#parameters(signature)]];
    return type.getProperties().flatMap((member) => {
      const [call] = this.checker.getTypeOfSymbol(member).getCallSignatures();
      return call ? [[`${name}.${member.name}`, this.#parameters(call)] satisfies [string, Parameter[]]] : [];
    });
  }

  #parameters(signature: ts.Signature): Parameter[] {
    return signature.getParameters().map((each) => {
      const { valueDeclaration: declared } = each;
      const optional = declared !== undefined && ts.isParameter(declared) && this.checker.isOptionalParameter(declared);
      return { ...(optional ? { optional } : {}), shape: this.#shape(this.checker.getTypeOfSymbol(each)) };
    });
  }

  #shape(type: ts.Type): Shape {
    if (type.flags & (ts.TypeFlags.Unknown | ts.TypeFlags.Any)) return "any";
    if (!type.isUnion()) return this.#single(type);
    // What is not there yet is no value that an export has.
    const forms = type.types.filter((each) => !(each.flags & ts.TypeFlags.Undefined) && !isLater(each));
    const shapes = forms.map((each) => JSON.stringify(this.#single(each)));
    const different = [...new Set(shapes)].map((each): Shape => JSON.parse(each));
    const isBoolean =
      different.length > 1 && [true, false].every((each) => shapes.includes(JSON.stringify({ is: each })));
    const told = isBoolean
      ? [
          ...different.filter((each) => typeof each === "string" || !("is" in each) || typeof each.is !== "boolean"),
          "boolean" as const,
        ]
      : different;
    const [only] = told;
    return told.length === 1 && only !== undefined ? only : { oneOf: told };
  }

  #single(type: ts.Type): Shape {
    if (type.flags & ts.TypeFlags.String) return "string";
    if (type.flags & ts.TypeFlags.Number) return "number";
    if (type.flags & ts.TypeFlags.Boolean) return "boolean";
    if (type.flags & ts.TypeFlags.Null) return "null";
    if (type.isStringLiteral() || type.isNumberLiteral()) return { is: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { is: this.checker.typeToString(type) === "true" };
    if (this.checker.isArrayType(type)) {
      const [item] = this.checker.getTypeArguments(type as ts.TypeReference);
      return { list: item ? this.#shape(item) : "any" };
    }
    if (type.flags & ts.TypeFlags.Object) {
      const members = type.getProperties();
      const index = this.checker.getIndexInfoOfType(type, ts.IndexKind.String);
      if (index && members.length === 0) return { map: this.#shape(index.type) };
      if (index) throw new Error(`${this.checker.typeToString(type)} has both names and an index`);
      const needs = members.filter((each) => !(each.flags & ts.SymbolFlags.Optional)).map(({ name }) => name);
      return {
        members: Object.fromEntries(
          members.map((each) => [each.name, this.#shape(this.checker.getTypeOfSymbol(each))]),
        ),
        needs,
      };
    }
    throw new Error(`There is no shape for ${this.checker.typeToString(type)}`);
  }
}

/** An output or a promise. */
function isLater(type: ts.Type): boolean {
  const name = type.aliasSymbol?.name ?? type.symbol?.name;
  return name === "OutputInstance" || name === "Promise";
}

if (require.main === module) writeFileSync(SHAPES_FILE, shapesText());
