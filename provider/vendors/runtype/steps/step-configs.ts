import type * as data from "./data-configs";
import type * as model from "./model-configs";
import type * as web from "./web-configs";

export type * from "./config-parts";
export type * from "./data-configs";
export type * from "./model-configs";
export type * from "./web-configs";

/** The settings of each type of step whose keys are known: from Runtype's SDK, its official programs, or its catalog of steps. */
export interface StepConfigs {
  prompt: model.PromptConfig;
  "fetch-url": web.FetchUrlConfig;
  crawl: web.CrawlConfig;
  "api-call": web.ApiCallConfig;
  "paginate-api": web.PaginateApiConfig;
  "transform-data": data.TransformDataConfig;
  template: data.TemplateConfig;
  conditional: data.ConditionalConfig;
  "set-variable": data.SetVariableConfig;
  "wait-until": data.WaitUntilConfig;
  "retrieve-record": data.RetrieveRecordConfig;
  "upsert-record": data.UpsertRecordConfig;
  "update-record": data.UpdateRecordConfig;
  search: web.SearchConfig;
  "generate-embedding": model.GenerateEmbeddingConfig;
  "vector-search": model.VectorSearchConfig;
  "store-vector": model.StoreVectorConfig;
  "send-email": web.SendEmailConfig;
  "send-event": web.SendEventConfig;
  "send-stream": web.SendStreamConfig;
  "tool-call": model.ToolCallConfig;
  "execute-agent": model.ExecuteAgentConfig;
  "store-asset": data.StoreAssetConfig;
  "generate-pdf": data.GeneratePdfConfig;
  "save-memory": model.SaveMemoryConfig;
  "recall-memory": model.RecallMemoryConfig;
  "memory-summary": model.MemorySummaryConfig;
}
