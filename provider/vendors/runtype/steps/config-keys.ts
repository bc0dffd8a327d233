import type { MemoryConfig, StepConfigs } from "./step-configs";

/**
 * Each key of a config. A list says that a step is of no use without the key, or one of those in the list in its place;
 * a member that the interface demands has one.
 */
type Keys<Config> = {
  readonly [Key in keyof Config]-?:
    | readonly (keyof Config)[]
    | (Pick<Config, Key> extends Required<Pick<Config, Key>> ? never : "optional");
};

const optional = "optional";

const memory = {
  profileTemplate: optional,
  sessionId: optional,
  outputVariable: optional,
  errorHandling: optional,
  defaultValue: optional,
} satisfies Keys<MemoryConfig>;

const KEYS = {
  prompt: {
    model: optional,
    userPrompt: ["text"],
    text: optional,
    systemPrompt: optional,
    previousMessages: optional,
    responseFormat: optional,
    outputVariable: optional,
    temperature: optional,
    topP: optional,
    topK: optional,
    frequencyPenalty: optional,
    presencePenalty: optional,
    seed: optional,
    maxTokens: optional,
    reasoning: optional,
    streamOutput: optional,
    tools: optional,
    errorHandling: optional,
    mode: optional,
  },
  "fetch-url": {
    http: ["firecrawl", "massive"],
    responseType: optional,
    markdownIfAvailable: optional,
    fetchMethod: optional,
    firecrawl: optional,
    massive: optional,
    outputVariable: optional,
    errorHandling: optional,
    streamOutput: optional,
  },
  crawl: {
    url: [],
    limit: optional,
    depth: optional,
    source: optional,
    formats: optional,
    render: optional,
    maxAge: optional,
    modifiedSince: optional,
    options: optional,
    authenticate: optional,
    cookies: optional,
    setExtraHTTPHeaders: optional,
    gotoOptions: optional,
    waitForSelector: optional,
    rejectResourceTypes: optional,
    rejectRequestPattern: optional,
    userAgent: optional,
    jsonOptions: optional,
    pollIntervalMs: optional,
    completionTimeoutMs: optional,
    outputVariable: optional,
  },
  "api-call": {
    http: ["requestTemplate"],
    auth: optional,
    requestTemplate: optional,
    responseMapping: optional,
    outputVariable: optional,
  },
  "paginate-api": {
    url: [],
    paginationType: optional,
    entityPath: optional,
    outputVariable: optional,
  },
  "transform-data": {
    script: [],
    sandboxProvider: optional,
    language: optional,
    outputVariable: optional,
    streamOutput: optional,
    errorHandling: optional,
  },
  template: {
    template: [],
    outputFormat: optional,
    inputs: optional,
    partials: optional,
    pdfOptions: optional,
    asArtifact: optional,
    streamOutput: optional,
    sampleData: optional,
    outputVariable: optional,
  },
  conditional: {
    condition: [],
    trueSteps: ["falseSteps"],
    falseSteps: optional,
  },
  "set-variable": {
    variableName: [],
    value: [],
  },
  "wait-until": {
    delayMs: ["poll"],
    continueOnTimeout: optional,
    poll: optional,
    outputVariable: optional,
    errorHandling: optional,
    streamOutput: optional,
  },
  "retrieve-record": {
    recordType: ["recordName", "recordFilter"],
    recordName: optional,
    recordFilter: optional,
    fieldsToInclude: optional,
    fieldsToExclude: optional,
    outputVariable: optional,
    streamOutput: optional,
  },
  "upsert-record": {
    recordType: [],
    recordName: optional,
    sourceVariable: optional,
    mergeStrategy: optional,
    outputVariable: optional,
    errorHandling: optional,
    streamOutput: optional,
  },
  "update-record": {
    recordId: ["recordFilter"],
    recordFilter: optional,
    updates: [],
    mergeStrategy: optional,
    outputVariable: optional,
  },
  search: {
    provider: optional,
    query: [],
    maxResults: optional,
    returnCitations: optional,
    outputVariable: optional,
    errorHandling: optional,
    streamOutput: optional,
  },
  "generate-embedding": {
    inputSource: optional,
    text: ["inputSource"],
    embeddingModel: optional,
    maxLength: optional,
    outputVariable: optional,
    streamOutput: optional,
  },
  "vector-search": {
    query: [],
    recordType: optional,
    embeddingModel: optional,
    limit: optional,
    threshold: optional,
    outputVariable: optional,
    streamOutput: optional,
  },
  "store-vector": {
    vectorsSource: [],
    destination: optional,
    outputVariable: optional,
  },
  "send-email": {
    to: [],
    from: optional,
    subject: optional,
    html: optional,
    outputVariable: optional,
    errorHandling: optional,
    streamOutput: optional,
  },
  "send-event": {
    provider: optional,
    eventName: ["eventType"],
    properties: optional,
    eventType: optional,
    payload: optional,
    outputVariable: optional,
  },
  "send-stream": {
    message: ["sourceVariable"],
    sourceVariable: optional,
    streamType: optional,
  },
  "tool-call": {
    toolId: [],
    parameters: optional,
    outputVariable: optional,
  },
  "execute-agent": {
    agentId: [],
    message: optional,
    outputVariable: optional,
  },
  "store-asset": {
    url: ["content"],
    content: optional,
    filename: optional,
    contentType: optional,
    visibility: optional,
    outputVariable: optional,
  },
  "generate-pdf": {
    html: ["markdown"],
    markdown: optional,
    filename: optional,
    visibility: optional,
    pdfOptions: optional,
    outputVariable: optional,
  },
  "save-memory": {
    ...memory,
    contentVariable: optional,
  },
  "recall-memory": {
    ...memory,
    queryTemplate: optional,
    thinkingLevel: optional,
    responseLength: optional,
  },
  "memory-summary": memory,
} as const satisfies { readonly [Type in keyof StepConfigs]: Keys<StepConfigs[Type]> };

/** Types of steps whose keys are not known. */
const UNDESCRIBED = ["loop", "get-record", "list-records"];

/** The step types that Runtype's API takes. */
export const STEP_TYPES: readonly string[] = [...Object.keys(KEYS), ...UNDESCRIBED];

/** The keys of a config by name: `"optional"`, or of no use without it, or without one of a list in its place. */
export type ConfigKeys = Readonly<Record<string, "optional" | readonly string[]>>;

/** The known keys of a step type's config; `undefined` for a type of which none are known. The list of a type's keys may be incomplete. */
export function configKeys(type: string): ConfigKeys | undefined {
  const keys: Readonly<Record<string, ConfigKeys>> = KEYS;
  return Object.hasOwn(keys, type) ? keys[type] : undefined;
}
