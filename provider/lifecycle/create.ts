import { differing, fieldsOf, readable, revivals, rulesOf } from "./canonical";
import { clauseOf, FlowError, PartialFailure, VendorError } from "./errors";
import type { Creation, FlowType } from "./flow-type";
import { showPath } from "./paths";
import { showsOneOf } from "./secrets";
import type { Kept, Settler } from "./settler";
import { declare, secretValues } from "./state";
import type { Values } from "./values";

/** A creation is tried so often while the vendor says that another writer is at it; pauses in milliseconds. */
const CONFLICT_PAUSES = [500, 1000, 2000, 4000];

/** How long a creation without an answer is looked for where the vendor would make a twin, in milliseconds. */
const TWIN_SEARCH_PAUSES = [0, 1000, 2000, 4000, 8000, 15000];

/** One creation. */
interface Creating<Wire, Account> {
  readonly settler: Settler<Wire, Account>;
  readonly account: Account;
  /** The arguments as registered. */
  readonly inputs: Values;
  /** The arguments as the vendor's functions take them. */
  readonly desired: Values;
}

/** Creates a flow, or adopts the one that has its key where the program asks for that. */
export async function create<Wire, Account>(
  settler: Settler<Wire, Account>,
  account: Account,
  inputs: Values,
): Promise<Kept> {
  const creating = { settler, account, inputs, desired: settler.apiForm(inputs) };
  if (settler.ports.memory.holdsKey(settler.key(inputs))) throw describedTwice(creating);
  const found = await settler.find(account, creating.desired);
  if (found === undefined) return createNew(creating);
  const known = knownOf(creating, found);
  if (settler.ports.memory.holds(settler.identity(settler.type.idOf(found), known))) throw describedTwice(creating);
  // A setting of another object has a value before the program sets it; there is nothing of somebody's to take over.
  if (settler.type.onDuplicate !== "settles") allowAdoption(creating, found);
  return takeOver(creating, found, known);
}

async function createNew<Wire, Account>(creating: Creating<Wire, Account>): Promise<Kept> {
  const { settler, account, inputs, desired } = creating;
  const created = await createOnce(creating);
  const { id, whole } = created;
  let wire: Wire;
  try {
    const known = settler.type.finish ? await settler.type.finish(account, desired, created) : whole;
    wire = known ?? (await settler.readBack(account, id, desired));
  } catch (error) {
    const left = await settler.record(account, id, desired, inputs);
    const message = `${settler.name(inputs)} was created, but not finished: ${clauseOf(error)}. It is recorded in the stack; run \`pulumi up\` again to finish it.`;
    throw new PartialFailure(left.id, left.state, message, error);
  }
  const target = fieldsOf(settler.type, inputs);
  const { keys } = declare(settler.type, inputs, "");
  settler.warnOfPerpetualDifferences(wire, { inputs, target, changed: Object.keys(target), keys });
  return { id: settler.type.idOf(wire), state: settler.settled(wire, account, inputs) };
}

/** Creates exactly one flow, or fails without leaving one that the stack does not know. */
async function createOnce<Wire, Account>(creating: Creating<Wire, Account>): Promise<Creation<Wire>> {
  const { settler, account, desired } = creating;
  let unanswered = false;
  const undecided = (error: VendorError) => outcomeUnknown(creating, error, "no flow of this name shows");
  for (let conflicts = 0; ; ) {
    try {
      const creation = await settler.type.create(account, desired);
      if (creation.overwrote) throw await lostRace(creating, creation);
      return creation;
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      if (error.kind === "conflict") {
        const made = unanswered ? await madeUnanswered(creating, error) : undefined;
        if (made) return made;
        const other = settler.type.onDuplicate === "settles" ? undefined : await settler.find(account, desired);
        if (other !== undefined) throw collision(creating, other);
        const pause = CONFLICT_PAUSES[conflicts++];
        if (pause === undefined) throw unanswered ? undecided(error) : error;
        await settler.ports.clock.sleep(pause);
        continue;
      }
      // An earlier try without an answer may yet show.
      if (!error.outcomeUnknown) throw unanswered ? undecided(error) : error;
      const made = await madeUnanswered(creating, error);
      if (made) return made;
      if (unanswered || settler.type.onDuplicate === "twins") throw undecided(error);
      unanswered = true;
    }
  }
}

/** What a creation without an answer has made, if it is what was wanted: absent before, there now, and equal to what was sent. */
async function madeUnanswered<Wire, Account>(
  creating: Creating<Wire, Account>,
  cause: VendorError,
): Promise<Creation<Wire> | undefined> {
  const { settler, inputs } = creating;
  const found = await lookFor(creating, cause);
  if (found === undefined) return undefined;
  const observed = settler.observe(found, inputs);
  const different = differing(settler.type, readable(settler.type, madeOf(settler.type, inputs), observed), observed);
  if (different.length === 0) return { overwrote: false, id: settler.type.idOf(found), whole: found };
  throw outcomeUnknown(creating, cause, `a flow of this name exists now, but differs in ${different.join(", ")}`);
}

/** What a creation has made, before anything else is set: what was sent, and nothing where nothing was sent. */
function madeOf(type: FlowType, inputs: Values): Values {
  const fields = Object.keys(type.fields.shape).flatMap((field) => {
    const { clear, vendorFills } = rulesOf(type, field);
    const sent = type.creates.includes(field) ? inputs[field] : undefined;
    const made = sent ?? (vendorFills ? undefined : clear);
    return made === undefined ? [] : [[field, made]];
  });
  return Object.fromEntries(fields);
}

async function lookFor<Wire, Account>(
  creating: Creating<Wire, Account>,
  cause: VendorError,
): Promise<Wire | undefined> {
  const { settler, account, desired } = creating;
  try {
    for (const pause of settler.type.onDuplicate === "twins" ? TWIN_SEARCH_PAUSES : [0]) {
      if (pause > 0) await settler.ports.clock.sleep(pause);
      const found = await settler.find(account, desired);
      if (found !== undefined) return found;
    }
    return undefined;
  } catch (error) {
    throw outcomeUnknown(creating, cause, `looking for it failed too: ${clauseOf(error)}`);
  }
}

/** What is known of a flow that was found. Nothing was sent to it yet: what the vendor never tells is sent. */
function knownOf<Wire, Account>({ settler, account, inputs }: Creating<Wire, Account>, found: Wire): Values {
  const told = readable(settler.type, inputs, settler.observe(found, inputs, {}));
  return settler.stateOf(found, account, settler.declared(found, account, inputs), told, {});
}

/** @throws FlowError unless the program, or the user for this run, says that what is there may be taken over */
function allowAdoption<Wire, Account>(creating: Creating<Wire, Account>, found: Wire): void {
  const { settler, inputs, desired } = creating;
  if (inputs.adopt !== true && !settler.ports.overrides.adopts(settler.type.label(desired)))
    throw collision(creating, found);
}

async function takeOver<Wire, Account>(
  { settler, account, inputs }: Creating<Wire, Account>,
  found: Wire,
  known: Values,
): Promise<Kept> {
  const { type, ports } = settler;
  const { keys } = settler.declared(found, account, inputs);
  const target = { ...fieldsOf(type, inputs), ...revivals(type, inputs, known) };
  const changed = differing(type, target, known);
  const show = settler.shower(inputs);
  const changes = changed.map((field) =>
    known[field] === undefined
      ? `${field}: ${show([field], target[field])}`
      : settler.differences(field, known[field], target[field], [inputs], (path, before, after) => {
          return `${showPath(path, {})}: ${show(path, before)} => ${show(path, after)}`;
        }),
  );
  const name = settler.name(inputs);
  const verb = type.onDuplicate === "settles" ? "Setting" : "Adopting";
  if (changes.length > 0) ports.log.info(`${verb} ${name}, changing ${changes.join("; ")}.`);
  else if (type.onDuplicate === "settles") ports.log.info(`${name} is as wanted already.`);
  else ports.log.info(`Adopting ${name}, which is as wanted.`);
  const id = type.idOf(found);
  return { id, state: await settler.write(account, found, { id, known, inputs, target, changed, keys }) };
}

/** The command that adopts what has this label, for a shell. */
export function adopting(label: string): string {
  const word = /^[\w./-]+$/.test(label) ? label : `'${label.replaceAll("'", "'\\''")}'`;
  return `PULUMI_FLOWS_ADOPT=${word} pulumi up`;
}

/** The command that adopts what these arguments describe. A name that holds a secret cannot be told: then everything. */
function adoptingAgain<Wire, Account>(type: FlowType<Values, Wire, Account>, inputs: Values): string {
  const label = type.label(inputs);
  return adopting(showsOneOf(secretValues(type, inputs), label) ? "all" : label);
}

function collision<Wire, Account>({ settler, inputs }: Creating<Wire, Account>, found: Wire): FlowError {
  const { type } = settler;
  const about = type.inTheWay?.(found);
  const name = type.nameField && inputs[type.nameField];
  const ways = [
    `take it over with \`adopt: true\` (or for one run with \`${adoptingAgain(type, inputs)}\`)`,
    ...(name === undefined ? [] : [`give the new one another name such as "${String(name)}-<stack>"`]),
    "bring the existing one into the stack with an import file, which `npx pulumi-flows export` writes",
  ];
  return new FlowError(
    "collision",
    `${settler.name(inputs)} exists already, and is not in this stack's state: it was made elsewhere, or by a \`pulumi up\` that was killed.${about ? ` ${about}` : ""} Nothing was changed. Either ${ways.join(", or ")}.`,
  );
}

function outcomeUnknown<Wire, Account>(
  { settler, inputs }: Creating<Wire, Account>,
  cause: VendorError,
  found: string,
): FlowError {
  const unknown = `It is not known whether ${settler.name(inputs)} was created: ${clauseOf(cause)}`;
  if (settler.type.onDuplicate === "settles") {
    return new FlowError("outcomeUnknown", `${unknown}. Run \`pulumi up\` again: it settles what is there.`, cause);
  }
  return new FlowError(
    "outcomeUnknown",
    `${unknown}; ${found}. ` +
      `Look at it in the vendor's UI. If it is yours, take it over: \`${adoptingAgain(settler.type, inputs)}\`; if nothing is there, run \`pulumi up\` again.`,
    cause,
  );
}

function describedTwice<Wire, Account>({ settler, inputs }: Creating<Wire, Account>): FlowError {
  const message = `Two resources of this program describe ${settler.name(inputs)}. Remove one of them, or give it another name.`;
  return new FlowError("collision", message);
}

/** A flow that was not there a moment before was overwritten: it must be recorded and said, since it can no longer be undone. */
async function lostRace<Wire, Account>(
  creating: Creating<Wire, Account>,
  { id }: Creation<Wire>,
): Promise<PartialFailure> {
  const { settler, account, inputs, desired } = creating;
  const left = await settler.record(account, id, desired, inputs);
  const carried = settler.type.creates.filter((field) => inputs[field] !== undefined);
  const message =
    `${settler.name(inputs)} was made by somebody else (or by an own attempt that got no answer) in the moment between looking and creating, and has been overwritten with ${carried.join(", ")} of this program. ` +
    "It is recorded in this stack; look at it, and settle with the other side who manages it. `pulumi up` goes on.";
  return new PartialFailure(left.id, left.state, message);
}
