import type { Step } from "../vendors/runtype/steps/step";
import type { StepConfigs } from "../vendors/runtype/steps/step-configs";
import type { Arguments } from "./argument";

/** What a step has besides its kind, its name and its settings. */
export interface StepOptions {
  /**
   * Runtype's id of the step, or one of your own; needed only to tell steps of the same name apart or to keep a step's
   * results when it is renamed.
   */
  id?: string | undefined;
  /** `false`: the step is not run. Default: `true`. */
  enabled?: boolean | undefined;
  /** A JavaScript predicate; the step is skipped where it is falsy. */
  when?: string | undefined;
}

/** Makes a step. Any value of its config may be an output of another resource. */
type Make<Config> = (
  /** What the step is called. */
  name: string,
  /** The settings of this kind of step. */
  config: Arguments<Config>,
  /** Its id, and whether it is run. */
  options?: StepOptions,
) => Step;

function maker<Type extends keyof StepConfigs>(type: Type): Make<StepConfigs[Type]> {
  return (name, config, { id, enabled, when } = {}) => ({
    ...(id !== undefined && { id }),
    type,
    name,
    ...(enabled !== undefined && { enabled }),
    ...(when !== undefined && { when }),
    config,
  });
}

/**
 * Steps of a flow, one function for each kind: plain objects for `steps`. Kinds whose settings Runtype does not tell
 * (`loop`, `get-record`, `list-records`), and settings that are missing here, are written as plain objects.
 */
export const step = {
  /** Asks an AI model. */
  prompt: maker("prompt"),
  /** Gets what stands at an address on the web. */
  fetchUrl: maker("fetch-url"),
  /** Reads a website, page by page. */
  crawl: maker("crawl"),
  /** Calls an API. */
  apiCall: maker("api-call"),
  /** Calls an API page by page. */
  paginateApi: maker("paginate-api"),
  /** Runs a script of yours. */
  transformData: maker("transform-data"),
  /** Makes a text or a document of a template. */
  template: maker("template"),
  /** Goes on with one of two lists of steps. */
  conditional: maker("conditional"),
  /** Gives a variable a value. */
  setVariable: maker("set-variable"),
  /** Waits for a time, or until a call succeeds. */
  waitUntil: maker("wait-until"),
  /** Reads records. Runtype calls it deprecated, for `get-record` and `list-records`. */
  retrieveRecord: maker("retrieve-record"),
  /** Makes a record, or changes it where it is there. */
  upsertRecord: maker("upsert-record"),
  /** Changes records that are there. */
  updateRecord: maker("update-record"),
  /** Searches the web. */
  search: maker("search"),
  /** Makes the vector of a text. */
  generateEmbedding: maker("generate-embedding"),
  /** Finds the records that are nearest in meaning. */
  vectorSearch: maker("vector-search"),
  /** Keeps vectors. */
  storeVector: maker("store-vector"),
  /** Sends an email. */
  sendEmail: maker("send-email"),
  /** Reports an event to a service. */
  sendEvent: maker("send-event"),
  /** Sends something to whoever runs the flow, before it ends. */
  sendStream: maker("send-stream"),
  /** Uses a tool, without a model that decides it. */
  toolCall: maker("tool-call"),
  /** Lets an agent of Runtype answer. */
  executeAgent: maker("execute-agent"),
  /** Keeps a file. */
  storeAsset: maker("store-asset"),
  /** Makes a PDF. */
  generatePdf: maker("generate-pdf"),
  /** Keeps something for later runs. */
  saveMemory: maker("save-memory"),
  /** Asks for what was kept. */
  recallMemory: maker("recall-memory"),
  /** Sums up what was kept. */
  memorySummary: maker("memory-summary"),
};
