import type { FlowType } from "../../provider/lifecycle/flow-type";
import type { Values } from "../../provider/lifecycle/values";
import type { Emulator, Seed, Switches } from "../../testing/src/emulator";
import type { Benched, Emulated, TestSettings } from "../harness/bench";

/** The rules of the suite. Each is a group of tests that every flow type passes, or waives with a reason. */
export const ruleNames = [
  "check is idempotent",
  "check and diff are pure",
  "unknowns",
  "create, read, diff",
  "look-up",
  "changed alone",
  "removed",
  "undeclared",
  "plain state",
  "collision",
  "adoption",
  "two creations",
  "rename",
  "rename to a taken name",
  "deleted outside",
  "ended outside",
  "stranger of the name",
  "changed outside",
  "conflict",
  "race to create",
  "race with a deletion",
  "hand-over",
  "forced replacement",
  "delete",
  "another host",
  "another key",
  "secrets",
  "list",
  "take",
  "take, made by others",
  "taken, changed",
  "taken, deleted",
  "taken with another key",
] as const;

export type RuleName = (typeof ruleNames)[number];

/** Rules about names that can be taken, given up and changed: a pointer has none. */
export const ABOUT_NAMES: readonly RuleName[] = [
  "collision",
  "adoption",
  "rename",
  "rename to a taken name",
  "race to create",
];

/** Rules about what is gone and made again, or by somebody else: a pointer without a place of its own is only gone with its flow. */
export const ABOUT_BEING_GONE: readonly RuleName[] = [
  "deleted outside",
  "forced replacement",
  "stranger of the name",
  "race with a deletion",
];

/** Says why a rule does not apply to a flow type. All waivers stand in `waivers.golden.json`. */
export interface Waiver {
  readonly rule: RuleName;
  /** Only for this field. */
  readonly field?: string;
  /** Only for this nature of the vendor. */
  readonly nature?: string;
  readonly reason: string;
}

/** A thing that lives at the vendor, as the emulator stores it. */
export interface StoredObject {
  /** What the vendor knows it by for ever, also across renames. */
  readonly identity: string;
  /** What is unique at the vendor, as messages write it: `acme/web`. */
  readonly key: string;
  /** Everything that a user can set. */
  readonly content: Values;
}

/** The people outside of a stack, and what they see of one flow type. */
export interface People {
  /** Everything of this flow type that lives: not what is deleted or archived. */
  objects(): StoredObject[];
  /**
   * Somebody outside makes one of this name, with nothing set that need not be.
   *
   * @param like a program whose key it has, where a name alone is none
   */
  add(name: string, like?: Values): void;
  /** Somebody outside deletes it. */
  remove(identity: string): void;
  /** Somebody outside ends it, at a vendor that deletes nothing. */
  end?(identity: string): void;
  /** Somebody outside gives a field another value, in the form that the vendor stores; of a map: these keys. */
  edit(identity: string, field: string, stored: unknown): void;
}

/** A vendor in one test, with the people outside of it. */
export interface World extends People {
  readonly emulator: Emulated;
  /** Another world of the same nature that begins, and begins again at each reset, with what is stored here now. */
  branch(): Promise<World>;
  /** The same at another host. Default: a branch; of a vendor whose ids are unique everywhere, one with other ids of accounts. */
  elsewhere?(): Promise<World>;
  /** Settings that reach another account, each after the vendor was told of it. */
  readonly otherAccounts: Readonly<Record<string, () => TestSettings>>;
}

/** One way in which the vendor may behave. */
export interface Nature {
  /** The switches of the emulator that make it so. Default: what `open` sets alone. */
  readonly switches?: Partial<Switches>;
  open(): Promise<World>;
  /** The flow type, where this nature needs a form of its own. */
  readonly type?: FlowType;
  /** Set where it leads to the same calls as another nature, so that faults need not be tried under it too. */
  readonly withoutFaults?: true;
}

/** What the suites need to know of one field. */
export interface FieldCase {
  /** The program in which it is changed. Default: the first. */
  readonly within?: string;
  /** Another value than the program's. */
  readonly to: unknown;
  /** What else the program changes with it, where this value alone would make no sense. */
  readonly toWith?: Values;
  /** Of a field that follows from another one: that one, whose other value `to` is. */
  readonly derivedFrom?: string;
  /** The field of whose value it is a property: with another value there, this one is another one's. */
  readonly belongsTo?: string;
  /** Set for what the provider alone reads: the vendor stores nothing of it. */
  readonly neverSent?: true;
  /** The member of the stored content that holds it. Default: the field's name. */
  readonly stored?: string;
  /** What the vendor stores for `to`. Default: the same. */
  readonly storedTo?: unknown;
  /** What the vendor stores after the program dropped the field. Default: the field's `clear`; without one, what it was. */
  readonly cleared?: unknown;
  /** Fields that can only be dropped together with this one. */
  readonly droppedWith?: readonly string[];
  /** What somebody else gives it, in the form that the vendor stores. Only for fields that nobody else can change there is none. */
  readonly theirs?: unknown;
  /** Words by which messages show these values. Default: the texts in them that are not in the other one. */
  readonly told?: { readonly to?: readonly string[]; readonly theirs?: readonly string[] };
  /** Of a map of which only the written keys are managed: keys of others. */
  readonly othersKeys?: Values;
  /** Whether the program's value holds something that the vendor never tells, such as a token; or the programs in which it does. */
  readonly holdsUntold?: true | readonly string[];
}

/** A value in a program that nobody may see. */
export interface SecretCase {
  /** In the registered form: lists whose items have an identity are maps. */
  readonly program: Values;
  /** Leads to the secret leaf, in the program and in the state. */
  readonly path: readonly string[];
  readonly secret: string;
}

/** A flow type at an emulator that plays all vendors. */
export interface Shared {
  /** What is there to begin with. */
  readonly seed: Seed;
  people(emulator: Emulator, switches: Partial<Switches>): People;
}

/** Everything that the conformance suite and the fault matrix need to know of one flow type. */
export interface Subject extends Benched {
  /** Only of vendors of the tests there is none. */
  readonly shared?: Shared;
  /** By name; the first is the ordinary one. */
  readonly natures: Readonly<Record<string, Nature>>;
  /** The smallest program. */
  readonly least: Values;
  /** Programs that together declare every field, all of the same name as the smallest one. */
  readonly programs: Readonly<Record<string, Values>>;
  /** Every field of the schema. */
  readonly fields: Readonly<Record<string, FieldCase>>;
  readonly secrets: readonly SecretCase[];
  readonly waivers: readonly Waiver[];
  /** The fields by which a look-up finds a flow, beside its id. Default: none. */
  readonly lookUpBy?: readonly string[];
  /** How the paths of calls end that look, although they are no GET. Default: there are none. */
  readonly looks?: readonly string[];
  /** The Pulumi ids of what lives in each world from the beginning. Default: there is none. */
  readonly beside?: readonly string[];
  /** The fields beside the name that are unique at the vendor. Default: none. */
  readonly alsoUnique?: readonly string[];
  /** What nothing else at the vendor may have, where that is more than what messages call it by. */
  place?(values: Values): string;
  /** Whether deleting a resource with this state leaves the object that is there. Default: never. */
  stays?(state: Values, object: StoredObject): boolean;
  /** For a flow type without names: the field by which messages tell one from another. */
  readonly keyField?: string;
}

/** The field that tells one flow of a type from another: its name, where it has one. */
export function keyFieldOf({ type, keyField = type.nameField }: Subject): string {
  if (keyField === undefined) throw new Error(`the subject of ${type.token} needs a keyField`);
  return keyField;
}
