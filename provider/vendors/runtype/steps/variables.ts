import type { Problem } from "../../../lifecycle/flow-type";
import { containsUnknown } from "../../../lifecycle/values";
import { nearestName } from "../../nearest-name";
import { configKeys } from "./config-keys";
import { eachText, type KnownStep, knownText, withNested } from "./known-steps";
import { BRANCHES } from "./meaning";

/** What a request brings of itself, or by the custom of Runtype's own flows. */
const BROUGHT: ReadonlySet<string> = new Set(["messages", "user_message", "record", "inputs"]);

/** Steps that may set variables under names that their config does not tell. */
const UNTOLD: ReadonlySet<string> = new Set(["transform-data", "execute-agent", "tool-call"]);

/** Steps in whose texts a name may be one of the step's own: the next page of an API. */
const OWN_NAMES: ReadonlySet<string> = new Set(["paginate-api"]);

/** Settings in which a name may be another one: code, a tool's parameters, an answer, an error. */
const OTHER_NAMES: ReadonlySet<string> = new Set([
  "script",
  "tools",
  "success",
  "responseMapping",
  "errorHandling",
  "partials",
  "sampleData",
]);

const MARKER = /\{\{([^{}]*)\}\}/g;
const REFERENCE = /^\s*([A-Za-z$][\w$]*)(?:[.[][^|\s]*)?\s*$/;

/** A variable that a step reads. */
interface Reading {
  readonly name: string;
  readonly path: readonly PropertyKey[];
}

/** What is there when a step begins. */
interface Scope {
  readonly produced: Set<string>;
  /** Whether there may be variables that nothing tells of. */
  untold: boolean;
}

/** A step that gives a variable its value. */
interface Producer {
  readonly step: KnownStep;
  /** Its place among all steps. */
  readonly place: number;
}

/** Doubts about variables that are read where no step before has set them. */
export function variableProblems(steps: readonly KnownStep[]): Problem[] {
  const all = withNested(steps);
  const places = new Map(all.map((step, place) => [step, place]));
  const producers = new Map<string, Producer[]>();
  all.forEach((step, place) => {
    for (const name of productsOf(step)) {
      const others = producers.get(name);
      if (others) others.push({ step, place });
      else producers.set(name, [{ step, place }]);
    }
  });
  const problems: Problem[] = [];
  /** Names that count as inputs of the request: read before any step has set one, or doubted already. */
  const inputs = new Set<string>();

  const doubt = (step: KnownStep, { name }: Reading, { produced, untold }: Scope): string | undefined => {
    if (produced.has(name) || BROUGHT.has(name)) return undefined;
    const others = producers.get(name);
    if (others) return misplaced(name, step, others, places.get(step) ?? 0);
    if (inputs.has(name)) return undefined;
    const meant = nearestName(name, [...produced]);
    if (meant) return `no earlier step produces {{${name}}}: did you mean {{${meant}}}?`;
    inputs.add(name);
    if (produced.size === 0 || untold) return undefined;
    return `no earlier step produces {{${name}}}: if it is an input of the request, ignore this; else correct the name, or write outputVariable: ${JSON.stringify(name)} in the step that is to produce it`;
  };

  const walk = (list: readonly KnownStep[], scope: Scope) => {
    for (const step of list) {
      for (const reading of readingsOf(step)) {
        const message = doubt(step, reading, scope);
        if (message) problems.push({ path: reading.path, message: `${step.named}: ${message}`, warning: true });
      }
      const ways = step.branches.map(({ steps: nested = [] }) => {
        const way = { produced: new Set(scope.produced), untold: scope.untold };
        walk(nested, way);
        return way;
      });
      // The next step may come after any of them.
      for (const { produced, untold } of ways) {
        for (const name of produced) scope.produced.add(name);
        scope.untold ||= untold;
      }
      for (const name of productsOf(step)) scope.produced.add(name);
      scope.untold ||= mayProduceMore(step);
    }
  };
  walk(steps, { produced: new Set(), untold: false });
  return problems;
}

/** What is said of a variable that only other steps set. */
function misplaced(name: string, step: KnownStep, producers: readonly Producer[], place: number): string {
  const producer = producers.find((each) => each.step !== step);
  if (!producer)
    return `{{${name}}} is produced only by this step itself: if it is an input of the request, give the result another name`;
  const named = producer.step.named.replace(/^[ST]/, (letter) => letter.toLowerCase());
  return producer.place > place
    ? `{{${name}}} is produced only by ${named}, which runs later: move one of them, or correct the name`
    : `{{${name}}} is produced only by ${named}, which runs only where this step does not: correct the name`;
}

/** The variables that a step is told to set. */
function productsOf({ type, config = {} }: KnownStep): string[] {
  const written = [config.outputVariable, type === "set-variable" ? config.variableName : undefined];
  return written.flatMap((text) => knownText(text)?.split(/[.[]/, 1) ?? []);
}

/** Whether a step may set variables that its config does not tell, or read inputs that this preview cannot know yet. */
function mayProduceMore({ type, config }: KnownStep): boolean {
  const keys = type === undefined ? undefined : configKeys(type);
  if (!config || !keys || type === undefined || UNTOLD.has(type)) return true;
  if (Object.hasOwn(keys, "outputVariable") && knownText(config.outputVariable) === undefined) return true;
  // The newer catalog has branches of other names, which this package does not know.
  if (type === "conditional" && Object.keys(config).some((key) => !Object.hasOwn(keys, key))) return true;
  return containsUnknown(config);
}

/** The variables that a step reads itself, each once. */
function readingsOf({ path, type, config, branches }: KnownStep): Reading[] {
  // What is not known of a step may give names a meaning of its own: the item of a loop.
  if (type === undefined || !configKeys(type) || OWN_NAMES.has(type)) return [];
  const readings = new Map<string, Reading>();
  // A template reads what it is given, under the names that it is given under.
  const given = type === "template" && config?.inputs !== undefined;
  const isWanted = (key: string) =>
    !OTHER_NAMES.has(key) && !(given && key === "template") && !(branches.length > 0 && BRANCHES.includes(key));
  eachText(config, ["config"], isWanted, (text, at) => {
    for (const name of namesIn(text)) if (!readings.has(name)) readings.set(name, { name, path: [...path, ...at] });
  });
  return [...readings.values()];
}

/** The names that a text reads, without those in blocks, where a name may be that of an item. */
function namesIn(text: string): string[] {
  if (!text.includes("{{")) return [];
  const names: string[] = [];
  let blocks = 0;
  for (const [, inner = ""] of text.matchAll(MARKER)) {
    if (/^\s*[#^]/.test(inner)) blocks++;
    else if (/^\s*\//.test(inner)) blocks--;
    const name = REFERENCE.exec(inner)?.[1];
    if (blocks === 0 && name !== undefined && name !== "this" && name !== "else") names.push(name);
  }
  return names;
}
