/** The most vendor calls that an operation on a stack of Kosli flows may take. */
export const callLimits = {
  create: (flows: number) => 3 * flows + 3,
  createTagged: (flows: number) => 4 * flows + 3,
  refresh: (flows: number) => Math.ceil(flows / 100) + 1,
  previewUnchanged: 0,
  upUnchanged: 0,
  changeOneField: 3,
  rename: 4,
  destroy: (flows: number) => flows + Math.ceil(flows / 100) + 1,
} as const;

/** The most bytes by which a flow's outputs in the state may be larger than its inputs. */
export const STATE_BYTES = 700;

/** The longest text, in bytes, that a state may carry for loading the provider. */
export const HANDLER_BYTES = 100;

/** The vendor calls of an operation on one flow of every type, by the title of the operation. */
export const CALLS_OF_A_SET: Readonly<Record<string, number>> = {
  "up (create)": 29,
  "up, nothing changed": 0,
  "up (change all)": 29,
  refresh: 9,
  destroy: 21,
};

/** The most memory that the process of the provider may take with ten thousand resources, in MiB. */
export const MEMORY = 600;

/** The most calls that an operation makes once for all flows, where no list has more than a page. */
export const SHARED_CALLS = 4;
