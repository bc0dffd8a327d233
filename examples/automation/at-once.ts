/** What came of one item: a result, or why there is none. */
export type Ended<Item, Result> = { readonly item: Item } & (
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly error: unknown }
);

/**
 * Does something with every item, with so many of them at once. One that fails stops no other; what came of each is
 * answered in the order of the items.
 */
export async function atOnce<Item, Result>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Ended<Item, Result>[]> {
  const ended: Ended<Item, Result>[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) {
      try {
        ended[index] = { item, ok: true, result: await work(item) };
      } catch (error) {
        ended[index] = { item, ok: false, error };
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return ended;
}
