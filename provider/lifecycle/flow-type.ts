import { z } from "zod";
import type { Drawing, Labels } from "./drawing";
import type { Values } from "./values";

/** What the lifecycle needs to know of a field beyond its type. Attach with `.register(rules, { … })`. */
export interface FieldRules {
  /** A change makes a new flow: only for fields that name the account or the parent. */
  readonly replaces?: true;
  /** The vendor never tells it: compared with what was last sent. */
  readonly writeOnly?: true;
  /** What the vendor holds when there is none: settled to when the program drops the field. Without it, dropping the field means to stop managing it. */
  readonly clear?: unknown;
  /** Left out at creation, the vendor chooses a value. */
  readonly vendorFills?: true;
  /** The field is a map of which only the keys that the program writes are managed; others' keys are left alone. */
  readonly owns?: "writtenKeys";
  /**
   * What the state keeps while the program does not declare the field. Default: its value. `"hash"`, for what is large:
   * enough to tell that it changed. `"nothing"`, for what changes at every build.
   */
  readonly keep?: "hash" | "nothing";
  /**
   * A secret at the vendor: kept encrypted and never shown, whoever wrote it. May be attached to a schema at any depth. A
   * function tells which values are.
   */
  readonly secret?: true | ((value: unknown) => boolean);
  /** The setting that fills the field when the program leaves it out. */
  readonly setting?: string;
  /**
   * Not the program's to write: made from its arguments at every check, so that a preview shows what follows from them.
   * `undefined` leaves it out.
   */
  readonly derived?: (inputs: Values) => unknown;
  /**
   * What ends the flow at a vendor that deletes nothing: `value` is a difference also where the program leaves the field
   * out, and is brought back to `revived`.
   */
  readonly ends?: { readonly value: unknown; readonly revived: unknown };
  /** `false`: a difference from what was last seen is nobody's work, such as a deployment that failed, and is made good without asking. */
  readonly conflicts?: false;
  /** The value with which the type's own rules stop nothing: what people made elsewhere may break them. */
  readonly lenient?: unknown;
  /** Fields of one group are different spellings of one thing at the vendor: a program may use only one of them. */
  readonly spells?: string;
  /**
   * A pure normal form of registered values: two values with equal normal forms mean the same. It keeps the names and
   * places of what it keeps, so that a difference can be named by its path.
   */
  readonly canonical?: (value: unknown) => unknown;
}

/** The lifecycle's rules of each field schema. */
export const rules = z.registry<FieldRules>();

/**
 * How a list whose items have an identity is registered with Pulumi: as a map, so that a preview shows an inserted
 * item as one addition instead of a change of everything behind it.
 */
export interface Keying {
  /** The map of a list, or `undefined` where it could not hold the list without loss. */
  toMap(items: readonly unknown[]): Values | undefined;
  /** The list again, or `undefined` for a map that no list leads to. */
  toList(map: Values): unknown[] | undefined;
}

/** The keying of each list schema whose items have an identity. */
export const keyings = z.registry<Keying>();

/** Something wrong with an argument, found at plan time. `path` leads to it from the arguments. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** A doubt: said aloud, does not stop. */
  readonly warning?: true;
}

/** Something that exists at the vendor. */
export interface Listed {
  /** Pulumi's id of it. */
  readonly id: string;
  /** How messages name it. */
  readonly label: string;
  /** What identifies it at the vendor for ever, where that is not the id. */
  readonly identity?: string;
}

/** What a creation did. */
export interface Creation<Wire> {
  /** Whether an upsert met a flow that was not there when looked up just before. */
  readonly overwrote: boolean;
  /** Pulumi's id of the flow. */
  readonly id: string;
  /** The flow as made, where the answer was the whole of it: it need not be read again. */
  readonly whole?: Wire;
}

/**
 * One kind of thing at one vendor: its fields and a few small functions. Everything else is the lifecycle's.
 *
 * `Desired` is what a checked program says, `Wire` the vendor's own object, `Account` the way to the vendor.
 * Functions that call the vendor throw `VendorError`.
 */
export interface FlowType<Desired extends object = Values, Wire = unknown, Account = unknown> {
  /** The Pulumi type after `pulumi-nodejs:dynamic/`; part of every URN, so never changed. */
  readonly token: string;
  /** What messages call it, such as `Kosli flow`. */
  readonly noun: string;
  /** The records that it acts on, where another type of the vendor acts on the same ones: a hand-over between the two deletes nothing. Default: its token. */
  readonly records?: string;
  readonly fields: z.ZodObject;
  /** The field that takes the resource's name where the program leaves it out; absent for what has no name. */
  readonly nameField?: string;
  /** The field that holds the vendor's own document, where one does: what people have in a file of its own. */
  readonly documentField?: string;
  /** Members of the state that only the vendor sets. */
  readonly outputs: readonly string[];
  /**
   * What the vendor does when something is created whose key is taken: it overwrites, it refuses, or it makes a second
   * one. `"settles"`: a pointer type, a setting of another object that is there at most once; creating it sets it.
   */
  readonly onDuplicate: "upserts" | "refuses" | "twins" | "settles";

  /** The fields that `create` sets; `finish` sets the others. */
  readonly creates: readonly string[];

  /** Rules between fields; `desired` may lack fields and hold unknowns. */
  crossCheck?(desired: Partial<Desired>): Problem[];
  /** How messages name a flow, and what is unique at the vendor: `acme/web`. */
  label(values: Values): string;
  /** What identifies a flow at the vendor for ever, also across renames. */
  identity(id: string, state: Values): string;
  /** What changes wait for each other by, where two labels may mean one thing. Default: the label. */
  queue?(values: Values): string;
  /**
   * The flow as a drawing.
   *
   * @param values a state or checked arguments, in registered form; `HIDDEN` stands for secrets, `UNKNOWN` for what a preview
   *   cannot know yet, and nothing in them need be right
   * @param labels what flows are called to which this one may lead
   */
  draw(values: Values, labels: Labels): Drawing;
  /** The Pulumi id of a flow that was just created or adopted. */
  idOf(wire: Wire): string;
  /** The values that an id alone tells; throws when it is no id of this type. */
  fromId(id: string): Values;
  /**
   * The wire object in the product's names. Collections take the form (text, object) that `spelledAs` uses. A field that is
   * left out is one that this vendor, or this server of it, does not tell; within a field, `UNTOLD` stands for what is there
   * and not told.
   */
  observe(wire: Wire, spelledAs: Values): Values;
  /**
   * What a program would say of a flow that is taken over, where that is not what `observe` tells without one: also what the
   * vendor may have chosen, since somebody may have meant it.
   */
  toDeclare?(wire: Wire): Values;
  /** The members named by `outputs`. */
  outputsOf(wire: Wire, account: Account): Values;
  /** The account that holds the flow, told without a call; empty where that is not known. */
  accountOf(wire: Wire, account: Account): string;
  /** The account that the credentials reach, proved by a call: compared with the state's before a flow counts as gone. */
  currentAccount(account: Account, state: Values): Promise<string>;

  /**
   * The flow, or `undefined` when it is gone.
   *
   * @param id Pulumi's id of it; `undefined` where none is known yet, so that only `state` can tell
   * @param fresh forbids an answer from a cache
   * @param wanted what an update is going to make of it, and an earlier one without an answer may have made already
   */
  read(
    account: Account,
    id: string | undefined,
    state: Values,
    fresh: boolean,
    wanted?: Values,
  ): Promise<Wire | undefined>;
  /**
   * Everything of this type that lives in the account, archived ones left out; of a pointer type, where something is set.
   *
   * @param settings the vendor's settings, for accounts of which one names a part
   */
  list(account: Account, settings: Values): Promise<readonly Listed[]>;
  /** What `read` needs to know of a flow of which only the id is known, beside what `fromId` tells. */
  locate?(account: Account, id: string): Promise<Values>;
  /** What already has the key of `desired`. Default, for what has no key but its place: what `read` answers. */
  find?(account: Account, desired: Desired): Promise<Wire | undefined>;
  /** What a user should know of a flow that stands in the way of a creation, as a sentence. */
  inTheWay?(wire: Wire): string | undefined;
  /** What the vendor tells of who changed the flow last, and when, as a sentence. */
  changedBy?(wire: Wire): string | undefined;
  create(account: Account, desired: Desired): Promise<Creation<Wire>>;
  /** Sets what `create` cannot carry. Answers with the whole flow where it knows it: it need not be read again. */
  finish?(account: Account, desired: Desired, created: Creation<Wire>): Promise<Wire | undefined>;
  /**
   * Makes the `changed` fields of `wire` equal to `target`, and leaves everything else as it is. Answers with the whole
   * flow where the vendor does: it need not be read again.
   *
   * @param target what the program declares, and the values that clear the fields that it dropped
   * @param keys the keys of each field that the program owns by key, now or before
   * @param reached takes the flow as it is after each of several writes: what is recorded if a later one fails, where `read`
   *   would not show it
   */
  update(
    account: Account,
    wire: Wire,
    target: Partial<Desired>,
    changed: readonly string[],
    keys: Readonly<Record<string, readonly string[]>>,
    reached: (now: Wire) => void,
  ): Promise<Wire | undefined>;
  /** Deletes. Answers with what a user should know of it, if anything. */
  delete(account: Account, wire: Wire, state: Values): Promise<string | undefined>;
}
