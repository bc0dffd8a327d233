import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import ts from "typescript";

const root = resolve(__dirname, "../..");

/** Something that the compiler says of a module. */
export interface TypeProblem {
  readonly module: string;
  /** From 1. */
  readonly line: number;
  /** Where in the module it begins to underline, and what it underlines. */
  readonly start: number;
  readonly underlined: string;
  readonly message: string;
}

/**
 * Modules that are nowhere but in memory, checked together as a user's program: strictly, in the repository's root, and
 * against the built packages.
 */
export class TypedModules {
  readonly #texts: Map<string, string>;
  readonly #service: ts.LanguageService;

  /** @param modules their texts by name; each is a module of its own */
  constructor(modules: Readonly<Record<string, string>>) {
    const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    const texts = new Map(Object.entries(modules).map(([name, text]) => [fileOf(name), `${text}\nexport {};\n`]));
    this.#texts = texts;
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => ({ ...options, noEmit: true }),
      getCurrentDirectory: () => root,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      getScriptFileNames: () => [...texts.keys()],
      // A module is written once, and files stay as they are.
      getScriptVersion: () => "1",
      getScriptSnapshot: (file) => {
        const text = texts.get(file) ?? ts.sys.readFile(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      fileExists: (file) => texts.has(file) || ts.sys.fileExists(file),
      readFile: (file) => texts.get(file) ?? ts.sys.readFile(file),
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      ...(ts.sys.realpath ? { realpath: ts.sys.realpath } : {}),
    });
  }

  /** Adds a module that is made of what the types of another one show. */
  add(module: string, from: string, make: (source: ts.SourceFile, checker: ts.TypeChecker) => string): void {
    const program = this.#service.getProgram();
    const source = program?.getSourceFile(fileOf(from));
    if (!program || !source) throw new Error(`There is no module ${from}`);
    this.#texts.set(fileOf(module), make(source, program.getTypeChecker()));
  }

  /** What the compiler refuses in one module. */
  problems(module: string): TypeProblem[] {
    const file = fileOf(module);
    const found = [...this.#service.getSyntacticDiagnostics(file), ...this.#service.getSemanticDiagnostics(file)];
    return found.map(({ file: source, start = 0, length = 0, messageText }) => ({
      module,
      line: (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1,
      start,
      underlined: source?.text.slice(start, start + length) ?? "",
      message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    }));
  }

  /** The documentation that an editor shows over the first occurrence of `words`, at its beginning. */
  hover(module: string, words: string): string {
    return this.hoverAt(module, this.#placeOf(module, words)).documentation;
  }

  /** What an editor shows over a place: the type and the documentation. */
  hoverAt(module: string, place: number): { readonly type: string; readonly documentation: string } {
    const { displayParts, documentation } = this.#service.getQuickInfoAtPosition(fileOf(module), place) ?? {};
    return { type: ts.displayPartsToString(displayParts), documentation: ts.displayPartsToString(documentation) };
  }

  /** What an editor offers to write behind the first occurrence of `words`. */
  completions(module: string, words: string): string[] {
    return this.completionsAt(module, this.#placeOf(module, words) + words.length);
  }

  /** What an editor offers to write at a place. */
  completionsAt(module: string, place: number): string[] {
    return this.#service.getCompletionsAtPosition(fileOf(module), place, {})?.entries.map(({ name }) => name) ?? [];
  }

  /** What an editor tells of the parameters of a call while it is written, by name. */
  parametersAt(module: string, place: number): Record<string, string> {
    const [signature] = this.#service.getSignatureHelpItems(fileOf(module), place, {})?.items ?? [];
    return Object.fromEntries(
      (signature?.parameters ?? []).map(({ name, documentation }) => [name, ts.displayPartsToString(documentation)]),
    );
  }

  #placeOf(module: string, words: string): number {
    const at = this.#texts.get(fileOf(module))?.indexOf(words) ?? -1;
    if (at < 0) throw new Error(`${module} does not hold ${JSON.stringify(words)}`);
    return at;
  }
}

function fileOf(module: string): string {
  return join(root, `${module.replace(/[^A-Za-z0-9]+/g, "-")}.in-memory.ts`);
}

/** Statements by what is wrong with them: each with a word of what the compiler must say. */
export type Refused = Readonly<Record<string, readonly [statement: string, said: RegExp]>>;

/**
 * Declares a test for each statement: that it does not compile, or that it does.
 *
 * @param subject what the names of the tests begin with
 * @param head what stands before each statement
 * @param more further modules, by name
 * @returns the modules, for use within tests
 */
export function testCompiling(
  subject: string,
  head: string,
  refused: Refused,
  accepted: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>>,
): () => TypedModules {
  let modules: TypedModules;
  before(() => {
    const statements = [
      ...Object.entries(refused).map(([title, [text]]) => [title, text] as const),
      ...Object.entries(accepted),
      ...Object.entries(more),
    ];
    modules = new TypedModules(Object.fromEntries(statements.map(([title, text]) => [title, head + text])));
  });
  for (const [title, [, said]] of Object.entries(refused)) {
    it(`${subject}: ${title} does not compile`, () => {
      const [problem, ...others] = modules.problems(title);
      assert.ok(problem, "it compiles");
      assert.match(problem.message, said);
      assert.deepEqual(briefly(others), []);
    });
  }
  for (const title of Object.keys(accepted)) {
    it(`${subject}: ${title} compiles`, () => assert.deepEqual(briefly(modules.problems(title)), []));
  }
  return () => modules;
}

function briefly(problems: readonly TypeProblem[]): string[] {
  return problems.map(({ message }) => message.split("\n")[0] ?? "");
}
