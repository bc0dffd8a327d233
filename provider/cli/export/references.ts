import { isOwner, type Name } from "./naming";
import type { TakenFlow } from "./taken-flow";

type Flow = TakenFlow & Name;

/** What a text leads to: another flow's id, or one of its outputs. */
export interface Target {
  readonly to: Flow;
  readonly output: string;
}

/** A place that keeps an id, since the flow behind it leads back. */
export interface Broken {
  readonly from: Flow;
  readonly to: Flow;
}

/** Which texts of which flow are to be references, without a circle among the flows. */
export class References {
  readonly #targets = new Map<string, Target | undefined>();
  readonly #needs = new Map<Flow, Set<Flow>>();
  readonly #broken = new Map<string, Broken>();

  constructor(flows: readonly Flow[]) {
    const owners = new Set(flows.filter(isOwner).map(({ id }) => id));
    for (const flow of flows) {
      // The id of a setting is that of the flow that it is a setting of.
      if (isOwner(flow) || !owners.has(flow.id)) this.#add(flow.id, { to: flow, output: "id" });
      for (const output of flow.type.outputs.filter((each) => each.endsWith("Id"))) {
        const value = flow.state[output];
        if (isOwner(flow) && typeof value === "string" && value !== "") this.#add(value, { to: flow, output });
      }
    }
  }

  /** A text that several flows have leads nowhere. */
  #add(text: string, target: Target): void {
    this.#targets.set(text, this.#targets.has(text) ? undefined : target);
  }

  /** What a text of a flow leads to; records that the flow needs the other one. */
  target(from: Flow, text: string): Target | undefined {
    const target = this.#targets.get(text);
    if (!target || target.to === from) return undefined;
    const { to } = target;
    if (this.#leadsTo(to, from, new Set())) {
      this.#broken.set(`${from.slug} ${to.slug}`, { from, to });
      return undefined;
    }
    this.#needs.set(from, (this.#needs.get(from) ?? new Set()).add(to));
    return target;
  }

  /** Forgets what a flow needs: it is written with ids. */
  forget(from: Flow): void {
    this.#needs.delete(from);
  }

  get broken(): readonly Broken[] {
    return [...this.#broken.values()];
  }

  /** Flows in an order in which each comes after those that it needs. */
  inOrder(flows: readonly Flow[]): Flow[] {
    const ordered = new Set<Flow>();
    const visit = (flow: Flow) => {
      if (ordered.has(flow)) return;
      for (const need of this.#needs.get(flow) ?? []) visit(need);
      ordered.add(flow);
    };
    for (const flow of flows) visit(flow);
    return [...ordered];
  }

  #leadsTo(from: Flow, to: Flow, seen: Set<Flow>): boolean {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...(this.#needs.get(from) ?? [])].some((next) => this.#leadsTo(next, to, seen));
  }
}
