import type { Failing, Producing, Streaming } from "./config-parts";

/** Tools that a model may use. */
export interface PromptTools {
  /** Tools of the account: their ids, or names such as `builtin:<name>`, `platform:<name>`, `mcp:<name>` or `tool:<name>`. */
  toolIds?: string[] | undefined;
  /** Tools that exist in this step only. */
  runtimeTools?: Record<string, unknown>[] | undefined;
  /** Settings of tools. */
  toolConfigs?: Record<string, unknown> | undefined;
  /** How often the model may use tools. */
  maxToolCalls?: number | undefined;
  /** How the model chooses among the tools. */
  toolCallStrategy?: string | undefined;
  /** Whether, or how many, tools are used at the same time. */
  parallelCalls?: boolean | number | undefined;
  /** Settings of agents that work for the model. */
  subagentConfig?: Record<string, unknown> | undefined;
}

/** Settings of a `prompt` step: asks an AI model. */
export interface PromptConfig extends Producing, Streaming, Failing {
  /** The model, by the name that Runtype has for it. */
  model?: string | undefined;
  /** What the model is asked; may hold `{{<name>}}`. */
  userPrompt: string;
  /** Older duplicate of `userPrompt`, for what reads only this one. */
  text?: string | undefined;
  /** What the model is told of its task and manners. */
  systemPrompt?: string | undefined;
  /** What was said before: the messages, or a text such as `{{messages}}`. */
  previousMessages?: string | unknown[] | undefined;
  /** The form of the answer, such as `JSON` or `markdown`. */
  responseFormat?: string | Record<string, unknown> | undefined;
  /** How freely the model chooses; 0 is the least. */
  temperature?: number | undefined;
  /** Chooses among the likeliest words that together have this probability. */
  topP?: number | undefined;
  /** Chooses among so many of the likeliest words. */
  topK?: number | undefined;
  /** How much repeated words are avoided, the more the more often they stand there. */
  frequencyPenalty?: number | undefined;
  /** How much words are avoided that stand there already. */
  presencePenalty?: number | undefined;
  /** With the same seed, a model may answer the same again. */
  seed?: number | undefined;
  /** How much the model may write, in tokens. */
  maxTokens?: number | undefined;
  /** Whether the model reasons before it answers; an object says how. */
  reasoning?: boolean | Record<string, unknown> | undefined;
  /** Tools that the model may use. */
  tools?: PromptTools | undefined;
  /** Runtype documents no other mode. */
  mode?: "task" | undefined;
}

/** Settings of an `execute-agent` step: lets an agent of Runtype answer. */
export interface ExecuteAgentConfig extends Producing {
  /** The agent's id. */
  agentId: string;
  /** What the agent is told. */
  message?: string | undefined;
}

/** Settings of a `tool-call` step: uses a tool, without a model that decides it. */
export interface ToolCallConfig extends Producing {
  /** The tool's id. */
  toolId: string;
  /** What the tool gets, by the names of its parameters. */
  parameters?: Record<string, unknown> | undefined;
}

/** Settings of a `generate-embedding` step: makes the vector of a text. */
export interface GenerateEmbeddingConfig extends Producing, Streaming {
  /** Where the text comes from. Runtype's SDK knows no other source. */
  inputSource?: "text" | undefined;
  /** The text; may hold `{{<name>}}`. */
  text?: string | undefined;
  /** The model that makes the vector. */
  embeddingModel?: string | undefined;
  /** How much of the text is taken. */
  maxLength?: number | undefined;
}

/** Settings of a `vector-search` step: finds the records that are nearest in meaning. */
export interface VectorSearchConfig extends Producing, Streaming {
  /** What is sought; may hold `{{<name>}}`. */
  query: string;
  /** The type of the records that are searched. */
  recordType?: string | undefined;
  /** The model that makes the vector of the query. */
  embeddingModel?: string | undefined;
  /** How many are found at most. */
  limit?: number | undefined;
  /** How near they must be. */
  threshold?: number | undefined;
}

/** Settings of a `store-vector` step: keeps vectors. */
export interface StoreVectorConfig extends Producing {
  /** Where the vectors come from. */
  vectorsSource: unknown;
  /** Where they are kept. */
  destination?: unknown;
}

/** What all steps about an agent's memory take. */
export interface MemoryConfig extends Producing, Failing {
  /** Whose memory it is; may hold `{{<name>}}`. */
  profileTemplate?: string | undefined;
  /** The conversation that it belongs to. */
  sessionId?: string | undefined;
  /** The result where there is no other. */
  defaultValue?: unknown;
}

/** Settings of a `save-memory` step: keeps something for later runs. */
export interface SaveMemoryConfig extends MemoryConfig {
  /** The variable that holds what is kept. */
  contentVariable?: string | undefined;
}

/** Settings of a `recall-memory` step: asks for what was kept. */
export interface RecallMemoryConfig extends MemoryConfig {
  /** What is asked; may hold `{{<name>}}`. */
  queryTemplate?: string | undefined;
  /** How long is thought about it. */
  thinkingLevel?: unknown;
  /** How long the answer is. */
  responseLength?: unknown;
}

/** Settings of a `memory-summary` step: sums up what was kept. */
export interface MemorySummaryConfig extends MemoryConfig {}
