import type { Edge, Node, Position } from "../vendors/kapso/definition/definition";
import type {
  AgentConfig,
  CallConfig,
  DecideConfig,
  EmitEventConfig,
  FunctionConfig,
  HandoffConfig,
  PipedreamConfig,
  SendInteractiveConfig,
  SendTemplateConfig,
  SendTextConfig,
  SetVariableConfig,
  WaitForResponseConfig,
  WebhookConfig,
} from "../vendors/kapso/definition/node-configs";
import type { Arguments } from "./argument";

/** What a step has besides its kind and its settings. */
export interface NodeOptions {
  /** Where the step stands on the canvas of Kapso's editor. */
  position?: Position | undefined;
}

/** What an edge has besides its ends. */
export interface EdgeOptions {
  /** Default: `next`. An edge that leaves a decide step has the label of one of its conditions. */
  label?: string | undefined;
}

/** Makes a step. Any value of its config may be an output of another resource. */
type Make<Config> = (
  /** What edges call the step. */
  id: string,
  /** The settings of this kind of step. */
  config: Arguments<Config>,
  /** Where it stands on the canvas. */
  options?: NodeOptions,
) => Node;

/** Makes a step that can do without settings. */
type MakePlain<Config> = (
  /** What edges call the step. */
  id: string,
  /** The settings of this kind of step. */
  config?: Arguments<Config>,
  /** Where it stands on the canvas. */
  options?: NodeOptions,
) => Node;

function made(type: string, id: string, config: Record<string, unknown>, { position }: NodeOptions = {}): Node {
  return { id, ...(position && { position }), data: { node_type: type, config } };
}

function maker<Config extends object>(type: string): Make<Config> {
  return (id, config, options) => made(type, id, config, options);
}

function plainMaker<Config extends object>(type: string): MakePlain<Config> {
  return (id, config, options) => made(type, id, config ?? {}, options);
}

/** Steps of a workflow, one function for each kind: plain objects for `definition.nodes`. */
export const node = {
  /**
   * Where a run begins; every workflow has one.
   *
   * @param id what edges call the step
   * @param options where it stands on the canvas
   */
  start(id = "start", options?: NodeOptions): Node {
    return made("start", id, {}, options);
  },
  /** Sends a text. */
  sendText: maker<SendTextConfig>("send_text"),
  /** Sends a message template that Meta approved. */
  sendTemplate: maker<SendTemplateConfig>("send_template"),
  /** Sends a message that can be answered by a tap: on buttons, a list, a link and others. */
  sendInteractive: maker<SendInteractiveConfig>("send_interactive"),
  /** Waits for the other side's next message. */
  waitForResponse: plainMaker<WaitForResponseConfig>("wait_for_response"),
  /** Goes on along one of several edges, as an AI model or a function decides. */
  decide: maker<DecideConfig>("decide"),
  /** Runs a function of Kapso. */
  function: maker<FunctionConfig>("function"),
  /** Calls an address on the web. */
  webhook: maker<WebhookConfig>("webhook"),
  /** Lets an AI model talk with the other side, with tools, until it is done. */
  agent: plainMaker<AgentConfig>("agent"),
  /** Runs another workflow, and goes on when that ended. */
  call: plainMaker<CallConfig>("call"),
  /** Lets a person take over; the workflow goes no further. */
  handoff: plainMaker<HandoffConfig>("handoff"),
  /** Gives a variable a value. */
  setVariable: maker<SetVariableConfig>("set_variable"),
  /** Reports an event to the project. */
  emitEvent: maker<EmitEventConfig>("emit_event"),
  /** Runs an action of Pipedream. Known from Kapso's SDK; the API's description has no such step. */
  pipedream: maker<PipedreamConfig>("pipedream"),
};

/**
 * What follows a step: a plain object for `definition.edges`.
 *
 * @param source the id of the step that is left
 * @param target the id of the step that follows
 * @param options the label
 */
export function edge(source: string, target: string, options: EdgeOptions = {}): Edge {
  const { label } = options;
  return { source, target, ...(label !== undefined && { label }) };
}
