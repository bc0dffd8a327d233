import { drawn, type Shown, shownOf } from "../../lifecycle/draw";
import type { Labels } from "../../lifecycle/drawing";
import { messageOf } from "../../lifecycle/errors";
import { migrate } from "../../lifecycle/migrate";
import { flowTypeOf } from "../../runtime/process";
import { nearestName } from "../../vendors/nearest-name";
import { compare } from "../export/naming";
import { CommandError, type Io } from "../io";
import { type KeptFlow, nameIn, readStates } from "../stack-state";
import type { Subject } from "./subject";

/** The flows of a state, and what of it cannot be drawn. */
export interface FoundInState {
  readonly subjects: readonly Subject[];
  /** Sentences. */
  readonly failures: readonly string[];
  /** What else is to be known of the states, as sentences. */
  readonly notes: readonly string[];
}

/** A flow of a state. */
interface Candidate {
  readonly kept: KeptFlow;
  /** The resource's name. */
  readonly name: string;
  /** What a user may call it. */
  readonly names: readonly string[];
  readonly shown: Attempt<Shown>;
}

/** Something, or why there is none, as a sentence. */
type Attempt<T> = { readonly done: T } | { readonly failure: string };

/**
 * Draws the flows of exported states, in the order of their URNs.
 *
 * @param wanted the name, label, id or URN of the only one that is wanted
 * @throws CommandError where no flow, or more than one, is called so
 */
export async function drawnInStates(
  files: readonly string[],
  wanted: string | undefined,
  io: Io,
): Promise<FoundInState> {
  const states = await readStates(files, "graph", io);
  const all = states
    .flatMap(({ flows, providers }) => {
      // An organization may be one, and labels are made of it.
      const texts = providers.flatMap(({ secrets }) => secrets);
      return flows.map((kept) => candidate(kept, texts));
    })
    .sort((a, b) => compare(a.kept.urn, b.kept.urn));
  if (all.length === 0) throw new CommandError("There is no flow in the state.");
  const picked = wanted === undefined ? all : [theOne(wanted, all)];
  const labels = new Map(all.flatMap(({ kept, shown }) => labelOf(kept, shown)));
  const tried = picked.map((each) => subjectOf(each, labels));
  return {
    subjects: tried.flatMap((each) => ("done" in each ? [each.done] : [])),
    failures: tried.flatMap((each) => ("failure" in each ? [each.failure] : [])),
    notes: states.flatMap(({ notes }) => notes),
  };
}

function candidate(kept: KeptFlow, texts: readonly unknown[]): Candidate {
  const name = nameIn(kept.urn);
  const shown = attempt(kept, () =>
    shownOf(flowTypeOf(kept.token).type, migrate(kept.state), { places: kept.secrets, texts }),
  );
  const labels = "done" in shown ? [shown.done.label] : [];
  return { kept, name, names: [kept.urn, name, kept.id, ...labels], shown };
}

/** What other flows call this one; what has no name of its own has the id of what it belongs to, and is not meant. */
function labelOf({ token, id }: KeptFlow, shown: Attempt<Shown>): [id: string, label: string][] {
  return "done" in shown && flowTypeOf(token).type.nameField !== undefined ? [[id, shown.done.label]] : [];
}

function subjectOf({ kept, name, shown }: Candidate, labels: Labels): Attempt<Subject> {
  if ("failure" in shown) return shown;
  return attempt(kept, () => {
    const { type } = flowTypeOf(kept.token);
    const { label, drawing } = drawn(type, shown.done, labels);
    return { name, title: `${type.noun} "${label}"`, drawing };
  });
}

function attempt<T>({ urn }: KeptFlow, make: () => T): Attempt<T> {
  try {
    return { done: make() };
  } catch (error) {
    return { failure: `${urn}: ${messageOf(error)}` };
  }
}

function theOne(wanted: string, all: readonly Candidate[]): Candidate {
  // One stack may call one flow what another flow is called at its vendor.
  const byUrn = all.filter(({ kept }) => kept.urn === wanted);
  const found = byUrn.length > 0 ? byUrn : all.filter(({ names }) => names.includes(wanted));
  const [first] = found;
  if (first && found.length === 1) return first;
  if (first)
    throw new CommandError(
      `"${wanted}" may mean ${found.length} flows. Name one by its URN:\n${found.map(({ kept }) => `  ${kept.urn}\n`).join("")}`.trimEnd(),
    );
  // Labels and ids may be secrets that the state hides: only what the program calls them is told.
  const known = [...new Set(all.map(({ name }) => name))];
  const near = nearestName(wanted, known);
  throw new CommandError(
    `There is no flow "${wanted}" in the state.${near ? ` Did you mean ${near}?` : ""} It has ${told(known)}.`,
  );
}

/** So many names are told. */
const MOST_TOLD = 20;

function told(names: readonly string[]): string {
  const shown = names.slice(0, MOST_TOLD).join(", ");
  return names.length > MOST_TOLD ? `${shown} and ${names.length - MOST_TOLD} more` : shown;
}
