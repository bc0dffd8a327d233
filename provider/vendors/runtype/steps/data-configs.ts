import type { Failing, HttpRequest, Producing, RecordFilter, Streaming } from "./config-parts";
import type { Step } from "./step";

/** Settings of a `transform-data` step: runs a script of yours. */
export interface TransformDataConfig extends Producing, Streaming, Failing {
  /** The script. */
  script: string;
  /** Where the script runs. Default: `cloudflare-worker`. Runtype takes another one for the older `cloudflare-sandbox`. */
  sandboxProvider?: "cloudflare-worker" | "quickjs" | "runtype-sandbox" | "daytona" | "cloudflare-sandbox" | undefined;
  /** The language of the script. */
  language?: string | undefined;
}

/** Settings of a `template` step: makes a text or a document of a template. */
export interface TemplateConfig extends Producing, Streaming {
  /** The template. */
  template: string;
  /** The form of the result. */
  outputFormat?: string | undefined;
  /** What the template gets. */
  inputs?: unknown;
  /** Templates that the template uses. */
  partials?: unknown;
  /** How a PDF is made. */
  pdfOptions?: Record<string, unknown> | undefined;
  /** Whether the result is kept as a file. */
  asArtifact?: boolean | undefined;
  /** What stands for the inputs where the template is tried out. */
  sampleData?: unknown;
}

/** Settings of a `conditional` step: goes on with one of two lists of steps. Ten may stand within each other. */
export interface ConditionalConfig {
  /** What decides; may hold `{{<name>}}`. */
  condition: string;
  /** What is done where the condition holds. */
  trueSteps?: Step[] | undefined;
  /** What is done where it does not. */
  falseSteps?: Step[] | undefined;
}

/** Settings of a `set-variable` step: gives a variable a value. */
export interface SetVariableConfig {
  /** The variable's name; later steps read it as `{{<name>}}`. */
  variableName: string;
  /** The value; a text may hold `{{<name>}}`. */
  value: unknown;
}

/** Asking again and again until something is there. */
export interface Poll {
  /** The call. */
  http: HttpRequest;
  /** What must hold of the answer. */
  success?: unknown;
  /** How often is asked, in milliseconds. */
  intervalMs?: number | undefined;
  /** How often is asked at most. */
  maxAttempts?: number | undefined;
}

/** Settings of a `wait-until` step: waits for a time, or until a call succeeds. */
export interface WaitUntilConfig extends Producing, Streaming, Failing {
  /** How long, in milliseconds. */
  delayMs?: number | undefined;
  /** Whether the run goes on when the time is over and nothing came. */
  continueOnTimeout?: boolean | undefined;
  /** What is waited for. */
  poll?: Poll | undefined;
}

/** Settings of a `retrieve-record` step: reads records. Runtype calls it deprecated, for `get-record` and `list-records`. */
export interface RetrieveRecordConfig extends Producing, Streaming {
  /** The record's type. */
  recordType?: string | undefined;
  /** The record's name. */
  recordName?: string | undefined;
  /** Which records are meant. */
  recordFilter?: RecordFilter | undefined;
  /** Only these fields are read. */
  fieldsToInclude?: string[] | undefined;
  /** These fields are not read. */
  fieldsToExclude?: string[] | undefined;
}

/** Settings of an `upsert-record` step: makes a record, or changes it where it is there. */
export interface UpsertRecordConfig extends Producing, Streaming, Failing {
  /** The record's type. */
  recordType: string;
  /** The record's name; may hold `{{<name>}}`. */
  recordName?: string | undefined;
  /** The variable that holds what is kept. */
  sourceVariable?: string | undefined;
  /** Whether what the record has already is kept beside the new values. */
  mergeStrategy?: "merge" | "replace" | undefined;
}

/** Settings of an `update-record` step: changes records that are there. */
export interface UpdateRecordConfig extends Producing {
  /** The record's id. */
  recordId?: string | undefined;
  /** Which records are meant, where that is not one. */
  recordFilter?: RecordFilter | undefined;
  /** The new values. */
  updates: unknown;
  /** Whether what a record has already is kept beside the new values, and how deep. */
  mergeStrategy?: "merge" | "replace" | "deep-merge" | undefined;
}

/** Settings of a `store-asset` step: keeps a file. */
export interface StoreAssetConfig extends Producing {
  /** Where the file is got from. */
  url?: string | undefined;
  /** The file itself, in place of `url`. */
  content?: unknown;
  /** The file's name. */
  filename?: string | undefined;
  /** Such as `image/png`. */
  contentType?: string | undefined;
  /** Who may read the file. */
  visibility?: string | undefined;
}

/** Settings of a `generate-pdf` step: makes a PDF. */
export interface GeneratePdfConfig extends Producing {
  /** What stands in it, as HTML. */
  html?: string | undefined;
  /** What stands in it, as Markdown, in place of `html`. */
  markdown?: string | undefined;
  /** The file's name. */
  filename?: string | undefined;
  /** Who may read the file. */
  visibility?: string | undefined;
  /** How the PDF is made. */
  pdfOptions?: Record<string, unknown> | undefined;
}
