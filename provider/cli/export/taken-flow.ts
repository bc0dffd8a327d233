import type { FlowType } from "../../lifecycle/flow-type";
import type { Lifecycle } from "../../lifecycle/lifecycle";
import type { Taken } from "../../lifecycle/take";

/** A flow that exists at the vendor, as Pulumi would keep it had a stack made it. */
export interface TakenFlow extends Taken {
  readonly type: FlowType;
  /** What messages call it. */
  readonly label: string;
  readonly lifecycle: Pick<Lifecycle, "check" | "diff" | "secrets">;
}
