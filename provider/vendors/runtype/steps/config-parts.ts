/** Steps that leave a result. */
export interface Producing {
  /** The variable that gets the step's result; later steps read it as `{{<name>}}`. */
  outputVariable?: string | undefined;
}

/** Steps that can stream what they make. */
export interface Streaming {
  /** Whether whoever runs the flow gets the result bit by bit. */
  streamOutput?: boolean | undefined;
}

/** What follows a failure, in detail. */
export interface ErrorRules {
  /** `fail` ends the run, `continue` goes on with the next step, `fallback` tries `fallbacks`. */
  onError: "fail" | "continue" | "fallback";
  /** What is tried in place of the step. */
  fallbacks?: unknown[] | undefined;
  /** Which failures the rules are for. */
  triggers?: unknown[] | undefined;
}

/** Steps that tell what follows when they fail. */
export interface Failing {
  /** What follows when the step fails: a word, or rules. Default: the run goes on with the next step. */
  errorHandling?: "fail" | "continue" | "retry" | ErrorRules | undefined;
}

/** A call over HTTP. */
export interface HttpRequest {
  /** The address; may hold `{{<name>}}`. */
  url: string;
  /** Such as `GET` or `POST`. */
  method?: string | undefined;
  /** Request headers. Runtype gives them back in clear: write credentials as `{{secret:<NAME>}}`. */
  headers?: Record<string, string> | undefined;
  /** The request body. */
  body?: unknown;
}

/** Which records are meant. */
export interface RecordFilter {
  /** The records' type. */
  type?: string | undefined;
  /** What holds for the records. */
  where?: unknown;
}
