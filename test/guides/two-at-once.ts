/** Runs tasks in their order, two at a time: each is a promise of its own. */
export function twoAtOnce<T>(tasks: readonly (() => Promise<T>)[]): Promise<T>[] {
  const promised: Promise<T>[] = [];
  for (const task of tasks) {
    const each = (promised.at(-2) ?? Promise.resolve()).then(task, task);
    // Looked at by a test of its own, maybe only later.
    each.catch(() => undefined);
    promised.push(each);
  }
  return promised;
}
