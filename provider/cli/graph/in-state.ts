import { draw } from "../../lifecycle/draw";
import { messageOf } from "../../lifecycle/errors";
import { migrate } from "../../lifecycle/migrate";
import { flowTypeOf } from "../../runtime/process";
import { nearestName } from "../../vendors/nearest-name";
import { compare } from "../export/naming";
import { CommandError, type Io } from "../io";
import { type KeptFlow, readStates } from "../stack-state";
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
  /** `undefined` where it cannot be drawn. */
  readonly subject: Subject | undefined;
  readonly failure: string;
}

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
  return {
    subjects: picked.flatMap(({ subject }) => subject ?? []),
    failures: picked.flatMap(({ subject, failure }) => (subject ? [] : [failure])),
    notes: states.flatMap(({ notes }) => notes),
  };
}

function candidate(kept: KeptFlow, texts: readonly unknown[]): Candidate {
  const name = kept.urn.split("::").at(-1) ?? kept.urn;
  const names = [kept.urn, name, kept.id];
  try {
    const { type } = flowTypeOf(kept.token);
    const { label, drawing } = draw(type, migrate(kept.state), { places: kept.secrets, texts });
    const subject = { name, title: `${type.noun} "${label}"`, drawing };
    return { kept, name, names: [...names, label], subject, failure: "" };
  } catch (error) {
    return { kept, name, names, subject: undefined, failure: `${kept.urn}: ${messageOf(error)}` };
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
