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
