import assert from "node:assert/strict";

/** What an action that must fail throws; fails itself where the action succeeds. */
export async function failureOf(action: Promise<unknown>): Promise<Error> {
  try {
    await action;
  } catch (error) {
    assert.ok(error instanceof Error, "what is thrown is an Error");
    return error;
  }
  throw new assert.AssertionError({ message: "it should have failed" });
}

/** The failure of an action, which must be of this class. */
export async function failureAs<T extends Error>(
  kind: abstract new (...args: never[]) => T,
  action: Promise<unknown>,
): Promise<T> {
  const error = await failureOf(action);
  assert.ok(error instanceof kind, `${error.name} instead of ${kind.name}: ${error.message}`);
  return error;
}
