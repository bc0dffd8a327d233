import type { Failing, HttpRequest, Producing, Streaming } from "./config-parts";

/** Settings of a `fetch-url` step: gets what stands at an address on the web. */
export interface FetchUrlConfig extends Producing, Streaming, Failing {
  /** The call. */
  http: HttpRequest;
  /** What the answer is read as. */
  responseType?: "json" | "text" | "xml" | undefined;
  /** Whether Markdown is taken where the address offers it. */
  markdownIfAvailable?: boolean | undefined;
  /** Who makes the call: Runtype itself, or a service. */
  fetchMethod?: "http" | "firecrawl" | "massive" | undefined;
  /** Settings of Firecrawl. */
  firecrawl?: Record<string, unknown> | undefined;
  /** Settings of Massive. */
  massive?: Record<string, unknown> | undefined;
}

/** Settings of a `crawl` step: reads a website, page by page. */
export interface CrawlConfig extends Producing {
  /** The address to begin with. */
  url: string;
  /** How many pages are read at most. */
  limit?: number | undefined;
  /** How many links away from the first page. */
  depth?: number | undefined;
  /** Where further pages are learned from. */
  source?: string | undefined;
  /** The forms in which pages are wanted. */
  formats?: string[] | undefined;
  /** Whether pages are drawn by a browser, so that their scripts run. */
  render?: boolean | undefined;
  /** How old a page may be that was read before. */
  maxAge?: number | undefined;
  /** Only pages that were changed since. */
  modifiedSince?: unknown;
  /** Further settings. */
  options?: Record<string, unknown> | undefined;
  /** The account for a site that asks for one. Write credentials as `{{secret:<NAME>}}`. */
  authenticate?: Record<string, unknown> | undefined;
  /** Cookies that the browser has. */
  cookies?: unknown[] | undefined;
  /** Headers that the browser sends. Write credentials as `{{secret:<NAME>}}`. */
  setExtraHTTPHeaders?: Record<string, string> | undefined;
  /** How the browser opens a page. */
  gotoOptions?: Record<string, unknown> | undefined;
  /** What must be on a page before it is read. */
  waitForSelector?: unknown;
  /** What the browser does not load, such as `image`. */
  rejectResourceTypes?: string[] | undefined;
  /** Addresses that the browser does not load. */
  rejectRequestPattern?: unknown;
  /** What the browser calls itself. */
  userAgent?: string | undefined;
  /** What is taken out of pages as JSON. */
  jsonOptions?: Record<string, unknown> | undefined;
  /** How often is asked whether the crawl is done, in milliseconds. */
  pollIntervalMs?: number | undefined;
  /** How long the crawl may take, in milliseconds. */
  completionTimeoutMs?: number | undefined;
}

/** Settings of an `api-call` step: calls an API. */
export interface ApiCallConfig extends Producing {
  /** The call. */
  http: HttpRequest;
  /** How the call is authorised. Write credentials as `{{secret:<NAME>}}`. */
  auth?: unknown;
  /** What is sent. */
  requestTemplate?: unknown;
  /** What is taken out of the answer. */
  responseMapping?: unknown;
}

/** Settings of a `paginate-api` step: calls an API page by page. */
export interface PaginateApiConfig extends Producing {
  /** The address. */
  url: string;
  /** How the API is asked for the next page. */
  paginationType?: string | undefined;
  /** Where the items stand in an answer. */
  entityPath?: string | undefined;
}

/** Settings of a `search` step: searches the web. */
export interface SearchConfig extends Producing, Streaming, Failing {
  /** Who searches. */
  provider?: string | undefined;
  /** What is sought; may hold `{{<name>}}`. */
  query: string;
  /** How many results there are at most. */
  maxResults?: number | undefined;
  /** Whether the results come with their sources. */
  returnCitations?: boolean | undefined;
}

/** Settings of a `send-email` step. */
export interface SendEmailConfig extends Producing, Streaming, Failing {
  /** Who gets the mail. */
  to: string | string[];
  /** Who it is from. Runtype's SDK makes an address of the flow's id at `@runtype.email`. */
  from?: string | undefined;
  /** The subject; may hold `{{<name>}}`. */
  subject?: string | undefined;
  /** The mail as HTML; may hold `{{<name>}}`. */
  html?: string | undefined;
}

/** Settings of a `send-event` step: reports an event to a service. */
export interface SendEventConfig extends Producing {
  /** The service. */
  provider?: string | undefined;
  /** The event's name. */
  eventName?: string | undefined;
  /** What is known of the event. */
  properties?: Record<string, unknown> | undefined;
  /** Older spelling of `eventName`. */
  eventType?: string | undefined;
  /** Older spelling of `properties`. */
  payload?: unknown;
}

/** Settings of a `send-stream` step: sends something to whoever runs the flow, before it ends. */
export interface SendStreamConfig {
  /** What is sent; may hold `{{<name>}}`. */
  message?: string | undefined;
  /** Older: the variable that is sent. Newer flows write it as `message`. */
  sourceVariable?: string | undefined;
  /** Older: what kind of message it is. */
  streamType?: string | undefined;
}
