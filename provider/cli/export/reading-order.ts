import { textAt } from "../../lifecycle/keyed";
import { isObject, type Values } from "../../lifecycle/values";

/** A graph whose lists have no order of their own, in the order of its runs: along each way to its end, first from where runs start. */
export function inReadingOrder(graph: Values): Values {
  const nodes = valuesIn(graph.nodes);
  const edges = valuesIn(graph.edges);
  const ordered = new Map<unknown, Values>();
  const visit = (node: Values) => {
    // A way may be longer than calls can be deep.
    const ahead = [node];
    for (let next = ahead.pop(); next; next = ahead.pop()) {
      const id = textAt(next, "id");
      if (ordered.has(id)) continue;
      ordered.set(id, next);
      const targets = edges.filter(({ source }) => source === id).map(({ target }) => target);
      ahead.push(
        ...nodes
          .filter(({ id: each }) => targets.includes(each))
          .sort(by(targets, "id"))
          .reverse(),
      );
    }
  };
  for (const node of [...nodes.filter(isStart), ...nodes]) visit(node);
  return { ...graph, nodes: [...ordered.values()], edges: edges.toSorted(by([...ordered.keys()], "source")) };
}

function isStart({ data }: Values): boolean {
  return isObject(data) && data.node_type === "start";
}

function by(order: readonly unknown[], member: string): (a: Values, b: Values) => number {
  return (a, b) => order.indexOf(a[member]) - order.indexOf(b[member]);
}

function valuesIn(list: unknown): Values[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}
