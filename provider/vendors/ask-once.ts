/** Asks once and gives every caller that answer, so that the resources of a run share a call. A failure is forgotten. */
export function askOnce<T>(ask: () => Promise<T>): () => Promise<T> {
  let shared: Promise<T> | undefined;
  return () => {
    shared ??= ask().catch((error) => {
      shared = undefined;
      throw error;
    });
    return shared;
  };
}
