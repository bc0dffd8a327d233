import type { Client } from "../../http/client";
import type { FlowLists } from "./flow-lists";

/** The way to one Kosli account. */
export interface KosliAccount {
  readonly client: Client;
  /** Without path: `https://app.kosli.com`. */
  readonly hostRoot: string;
  readonly lists: FlowLists;
}
