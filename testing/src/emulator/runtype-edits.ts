import { Refusal } from "./runtype-dialect";
import type { RuntypeFlows } from "./runtype-flows";
import { type RuntypeEdit, type RuntypeFlow, runtypeDefaults } from "./runtype-records";
import type { RuntypeStore } from "./runtype-store";
import { ControlError } from "./vendor";

/** What a person does in Runtype's dashboard, or a flow by running. */
export class RuntypeEdits {
  constructor(
    private readonly store: RuntypeStore,
    private readonly flows: RuntypeFlows,
  ) {}

  /** What a call would be refused for makes no sense as an edit either. */
  perform(edit: RuntypeEdit): void {
    try {
      this.act(edit);
    } catch (error) {
      if (error instanceof Refusal) throw new ControlError(`Wrong edit: ${error.message}`);
      throw error;
    }
  }

  private act(edit: RuntypeEdit): void {
    if (edit.action === "createFlow") {
      this.store.addVersion(this.flows.create(edit.account ?? runtypeDefaults, edit.set, "dashboard"));
      return;
    }
    const flow = this.flow(edit.flow);
    switch (edit.action) {
      case "updateFlow":
        this.store.addVersion(this.flows.update(flow, edit.set, "dashboard"));
        return;
      case "deleteFlow":
        this.flows.delete(flow);
        return;
      case "publishFlow": {
        const versions = this.store.versionsOf(flow);
        const version = edit.version === undefined ? versions.at(-1) : versions.find(({ id }) => id === edit.version);
        if (version === undefined) {
          throw new ControlError(`Wrong edit: the flow has no version ${edit.version ?? "at all"}`);
        }
        this.flows.publish(flow, version, "dashboard");
        return;
      }
      case "runFlow":
        for (let times = edit.times ?? 1; times > 0; times -= 1) this.flows.run(flow);
        return;
      case "referenceFlow":
        this.store.flows.put({ ...flow, referenced: edit.referenced });
    }
  }

  private flow(idOrName: string): RuntypeFlow {
    const found = this.store.flows.all().filter(({ id, name }) => id === idOrName || name === idOrName);
    const [flow] = found;
    if (flow === undefined || found.length > 1) {
      throw new ControlError(`Wrong edit: ${found.length} flows have the id or name '${idOrName}'`);
    }
    return flow;
  }
}
