import { basename, extname } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { plainText } from "../../http/plain-text";
import { rulesOf } from "../../lifecycle/canonical";
import { check } from "../../lifecycle/check";
import { draw } from "../../lifecycle/draw";
import type { FlowType } from "../../lifecycle/flow-type";
import { isObject, type Values } from "../../lifecycle/values";
import { CommandError, type Io } from "../io";
import { readText } from "../text-file";
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
  const text = file === "-" ? await piped(io) : readText(file, "The file", io);
  const source = file === "-" ? "standard input" : file;
  const content = contentOf(text, source);
  const name = file === "-" ? (type.token.split(":")[0] ?? type.token) : basename(file, extname(file));
  const { args, isWhole } = argumentsIn(type, content, name, source);
  const { inputs, failures, warnings } = check(type, args, {});
  // What a program says beside the document, or a setting fills in, need not stand in a file.
  const isTold = ({ property }: { property: string }) => {
    const [field = ""] = property.split(/[.[]/);
    return isWhole ? args[field] !== undefined || !rulesOf(type, field).setting : field === type.documentField;
  };
  const tell = (what: string) => (each: { property: string; reason: string }) =>
    `${source}: ${what}${plainText(each.property, 200)}: ${plainText(each.reason, 500)}`;
  const { name: called, drawing } = draw(type, inputs);
  return {
    subject: { name, title: `${type.noun} "${called}"`, drawing },
    doubts: [
      ...failures.filter(isTold).map(tell("a preview would refuse it: ")),
      ...warnings.filter(isTold).map(tell("")),
    ],
  };
}

async function piped(io: Io): Promise<string> {
  const text = await io.stdin();
  if (text === undefined)
    throw new CommandError("Standard input is a terminal: pipe the flow into it, or name a file.");
  return text;
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

/**
 * The arguments in a file. A file that does not name the type's document is taken for the document itself.
 *
 * @param name what the flow is called where the file does not say
 */
function argumentsIn(
  type: FlowType,
  content: unknown,
  name: string,
  source: string,
): { readonly args: Values; readonly isWhole: boolean } {
  const { documentField, nameField } = type;
  const named = nameField === undefined ? {} : { [nameField]: name };
  if (documentField !== undefined && !(isObject(content) && documentField in content))
    return { args: { ...named, [documentField]: content }, isWhole: false };
  if (!isObject(content)) throw new CommandError(`${source} does not hold the arguments of a ${type.noun}.`);
  return { args: { ...named, ...content }, isWhole: true };
}
