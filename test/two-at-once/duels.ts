import isEqual from "lodash/isEqual";
import type { Values } from "../../provider/lifecycle/values";
import { changedElsewhere, type Field, fieldsOf, leavesOf, type Scene } from "../conformance/scene";

/** What a stack does: it goes to a program, or is destroyed. */
export type StackMove = { readonly to: Values } | { readonly destroys: true };

/** What the other side does: another stack, or a person. */
export type Move =
  | StackMove
  | { readonly field: string; readonly stored: unknown }
  | { readonly adds: string; readonly like: Values };

/** Two who do something to one flow at once. */
export interface Duel {
  readonly name: string;
  /** What both stacks keep before; absent where both create. */
  readonly from?: Values;
  readonly ours: StackMove;
  readonly theirs: Move;
  /** The field that they change, and the words by which a refusal of ours names what they did, and of theirs what we did. */
  readonly about?: { readonly field: string; readonly theirs: readonly string[]; readonly ours: readonly string[] };
}

/** Every way in which two may meet at a flow of this type. */
export async function duelsOf(scene: Scene): Promise<Duel[]> {
  const { nameField } = scene.type;
  const fields = fieldsOf(scene.subject).filter(
    ({ rules, neverSent, derivedFrom }) => !rules.replaces && !neverSent && derivedFrom === undefined,
  );
  const duels: Duel[] = [];
  for (const field of fields) duels.push(...(await duelsAbout(scene, field, fields)));
  const changing = fields.find(({ name, rules }) => name !== nameField && !rules.writeOnly) ?? fields[0];
  if (changing) duels.push(...lives(changing));
  const renaming = fields.find(({ name }) => name === nameField);
  if (renaming) {
    const to = { ...scene.subject.least, [renaming.name]: renaming.to };
    const adds = String(renaming.to);
    duels.push({
      name: "renamed to a name that somebody takes",
      from: scene.subject.least,
      ours: { to },
      theirs: { adds, like: to },
    });
  }
  return duels;
}

/** What two do to one field, and to others beside it. */
async function duelsAbout(scene: Scene, field: Field, fields: readonly Field[]): Promise<Duel[]> {
  const { name, program: from, changed: to, theirs: stored, told } = field;
  const about = {
    field: name,
    theirs: told?.theirs ?? wordsOf(stored, field.to, from[name]),
    ours: told?.to ?? wordsOf(field.to, stored),
  };
  const elsewhere = changedElsewhere(scene.subject, field, from);
  const person = { field: name, stored };
  const third = await asProgram(scene, field);
  const together = { ...from };
  for (const each of fields) if (each.program === from) Object.assign(together, { [each.name]: each.to });
  return [
    third
      ? { name: `${name}: two stacks`, from, ours: { to }, theirs: { to: third }, about }
      : {
          name: `${name}: a stack and a person`,
          from,
          ours: { to },
          theirs: person,
          ...(isEqual(field.to, stored) ? {} : { about }),
        },
    ...(elsewhere
      ? [
          {
            name: `${name}: changed by a person while a stack changes something else`,
            from,
            ours: { to: elsewhere },
            theirs: person,
            about: { ...about, ours: [] },
          },
        ]
      : []),
    {
      name: `${name}: changed by a person while a stack changes everything`,
      from,
      ours: { to: together },
      theirs: person,
      ...(isEqual(field.to, stored) ? {} : { about: { ...about, ours: [] } }),
    },
  ];
}

/** What two do to the whole of it. */
function lives({ program: from, changed: to }: Field): Duel[] {
  return [
    { name: "two creations", ours: { to: from }, theirs: { to } },
    { name: "an update and a deletion", from, ours: { to }, theirs: { destroys: true } },
    { name: "a deletion and an update", from, ours: { destroys: true }, theirs: { to } },
    { name: "two deletions", from, ours: { destroys: true }, theirs: { destroys: true } },
  ];
}

/** The program that says what somebody else made of a field: a third value of it. */
async function asProgram(scene: Scene, { name, program, theirs, changed, rules }: Field): Promise<Values | undefined> {
  if (rules.writeOnly) return undefined;
  scene.world.emulator.reset();
  const stack = await scene.created(program);
  scene.world.edit(scene.only.identity, name, theirs);
  const inputs = await stack.refresh();
  const known = [changed, program].map((each) => scene.bench.inputs(each)[name]);
  if (inputs?.[name] === undefined || known.some((each) => isEqual(inputs[name], each))) return undefined;
  return { ...program, [name]: inputs[name] };
}

/** The words of a value that no other one has. */
function wordsOf(value: unknown, ...others: readonly unknown[]): string[] {
  const known = new Set(others.flatMap(leavesOf));
  return leavesOf(value).filter((leaf) => !known.has(leaf));
}
