import type { Project } from "./kapso-config";
import { readDefinition } from "./kapso-reading";
import type { KapsoDefinition, KapsoPhoneNumber, KapsoWorkflow } from "./kapso-records";

// Section numbers are those of the vendor notes on Kapso (`vendors/kapso.md`).

const createdBy = { id: "50000000-0000-4000-8000-000000000001", name: "Emulated Person" };

/** A workflow as the legacy API tells it: with `created_by`, without slug, lock and message settings (2.2). */
export function readFlow(workflow: KapsoWorkflow): Record<string, unknown> {
  const { id, name, description, status, project_id, created_at, updated_at } = workflow;
  const { last_executed_at, execution_count } = workflow;
  return {
    id,
    name,
    description,
    status,
    project_id,
    created_at,
    updated_at,
    created_by: createdBy,
    last_executed_at,
    execution_count,
  };
}

/** The same with the graph and the project's numbers (2.2). */
export function readFlowDefinition(
  workflow: KapsoWorkflow,
  definition: KapsoDefinition,
  numbers: readonly KapsoPhoneNumber[],
  project: Project,
): Record<string, unknown> {
  return {
    ...readFlow(workflow),
    definition: readDefinition(definition, project, project.switches.kapsoLegacySpelling),
    whatsapp_configs: numbers.map(({ id, name, display_phone_number }) => ({
      id,
      name,
      phone_number: display_phone_number,
    })),
  };
}
