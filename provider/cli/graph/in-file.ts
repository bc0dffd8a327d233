import { basename, extname } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { plainText } from "../../http/plain-text";
import { rulesOf } from "../../lifecycle/canonical";
import { argumentNames, check } from "../../lifecycle/check";
import { textWithoutCredentials } from "../../lifecycle/credentials";
import { draw } from "../../lifecycle/draw";
import type { FlowType } from "../../lifecycle/flow-type";
import { isObject, type Values } from "../../lifecycle/values";
import { CommandError, type Io } from "../io";
import { pipedText, readText } from "../text-file";
import type { Subject } from "./subject";

/** A flow of a file, and what a preview would say of it. */
export interface FoundInFile {
  readonly subject: Subject;
  /** Sentences. */
  readonly doubts: readonly string[];
}

/**
 * Draws the flow whose arguments, or whose document, a file holds.
 *
 * @param file JSON or YAML; `-` is standard input
 */
export async function drawnInFile(type: FlowType, file: string, io: Io): Promise<FoundInFile> {
  const text =
    file === "-"
      ? await pipedText(io, "Standard input is a terminal: pipe the flow into it, or name a file.")
      : readText(file, "The file", io);
  const source = file === "-" ? "standard input" : file;
  const content = contentOf(text, source);
  const { args, isWhole } = argumentsIn(type, content, source);
  // In a program the resource's name, or a setting, fills in what a file need not say.
  const known = file === "-" ? undefined : basename(file, extname(file));
  const { nameField } = type;
  const named = nameField === undefined || known === undefined ? args : { [nameField]: known, ...args };
  const { inputs, failures, warnings } = check(type, named, {});
  const isTold = ({ property }: { property: string }) => {
    const [field = ""] = property.split(/[.[]/);
    if (!isWhole) return field === type.documentField;
    return args[field] !== undefined || (field !== nameField && !rulesOf(type, field).setting);
  };
  // What the picture hides, these hide, too.
  const shown = (text: string, most: number) => plainText(textWithoutCredentials(text), most);
  const tell = (what: string) => (each: { property: string; reason: string }) =>
    `${source}: ${what}${shown(each.property, 200)}: ${shown(each.reason, 500)}`;
  const { name, drawing } = draw(type, inputs);
  return {
    subject: {
      name: known ?? type.token.split(":")[0] ?? type.token,
      title: name === "" ? type.noun : `${type.noun} "${name}"`,
      drawing,
    },
    doubts: [
      ...failures.filter(isTold).map(tell("a preview would refuse it: ")),
      ...warnings.filter(isTold).map(tell("")),
    ],
  };
}

function contentOf(text: string, source: string): unknown {
  const bare = text.replace(/^\uFEFF/, "");
  try {
    return JSON.parse(bare);
  } catch {
    // Then it is YAML.
  }
  try {
    return parse(bare, { logLevel: "error" });
  } catch (error) {
    // The parser's own words would quote the line, which may hold a secret.
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    throw new CommandError(`${source} is neither JSON nor YAML${line ? `: see line ${line}` : ""}.`);
  }
}

/** The arguments in a file, which may hold the type's document alone. */
function argumentsIn(
  type: FlowType,
  content: unknown,
  source: string,
): { readonly args: Values; readonly isWhole: boolean } {
  const { documentField } = type;
  if (documentField !== undefined && !isArguments(type, documentField, content))
    return { args: { [documentField]: content }, isWhole: false };
  if (!isObject(content)) throw new CommandError(`${source} does not hold the arguments of a ${type.noun}.`);
  return { args: content, isWhole: true };
}

/** Whether something names the type's document, in whichever spelling, or nothing but what a program may say. */
function isArguments(type: FlowType, documentField: string, content: unknown): boolean {
  if (!isObject(content)) return false;
  const names = argumentNames(type);
  const { spells } = rulesOf(type, documentField);
  const isDocument = (name: string) =>
    name === documentField || (spells !== undefined && rulesOf(type, name).spells === spells);
  return (
    names.some((name) => isDocument(name) && Object.hasOwn(content, name)) ||
    Object.keys(content).every((key) => names.includes(key))
  );
}
