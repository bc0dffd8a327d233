"""Leads one flow through its life with the vendor's own generated client, and prints what the client made of the answers.

Arguments: the URL of an emulator. Output: one JSON object.
"""

import json
import sys

from runtype import RuntypeClient
from runtype._generated.core.api_error import ApiError
from runtype._generated.flows import (
    PostV1FlowsEnsureRequestDefinition,
    PostV1FlowsEnsureRequestDefinitionStepsItem,
    PostV1FlowsRequestFlowStepsItem,
    PutV1FlowsIdRequestFlowStepsItem,
)

client = RuntypeClient(api_key="rt_test_python", base_url=sys.argv[1])
flows, versions = client.api.flows, client.api.flow_versions
# The client repeats a 409 three times, with pauses, unless it is told not to.
once = {"max_retries": 0}


def refusal(call):
    try:
        call()
    except ApiError as error:
        return error.status_code
    return None


def ask(text):
    return {"type": "prompt", "name": "Ask", "when": "1 > 0", "config": {"model": "m", "userPrompt": text}}


created = flows.create_flow(
    name="Python", description="By the SDK", flow_steps=[PostV1FlowsRequestFlowStepsItem(**ask("one"))]
)
read = flows.get_flow_details(created.id)
listed = flows.list_flows(limit="10", search="pyth", include_count="true")
steps = client.api.flow_steps.get_all_flow_steps_for_a_flow(created.id)
updated = flows.update_flow(
    created.id,
    name="Renamed",
    flow_steps=[PutV1FlowsIdRequestFlowStepsItem(**{**ask("two"), "id": read.flow_steps[0].id})],
)
published = flows.publish_flow(created.id)
history = versions.list_versions_for_a_flow(created.id)
current = versions.get_the_published_version_for_a_flow(created.id)
oldest = versions.get_a_specific_flow_version(created.id, history.versions[-1].id)
managed = refusal(
    lambda: versions.publish_a_specific_flow_version(created.id, version_id=oldest.id, request_options=once)
)
back = versions.publish_a_specific_flow_version(created.id, version_id=oldest.id, on_conflict="overwrite")
results = flows.list_flow_step_results(created.id)
valid = client.api.flow_validation.validate_a_prospective_flow_payload(request={"name": "A", "steps": []})
caller = client.api.authentication.get_current_user_info()

definition = PostV1FlowsEnsureRequestDefinition(
    name="Ensured", steps=[PostV1FlowsEnsureRequestDefinitionStepsItem(**ask("three"))]
)


def ensure(**more):
    return flows.ensure_flow_config_as_code_converge(name="Ensured", request_options=once, **more)


made = ensure(definition=definition, release="publish")
same = ensure(content_hash=made.content_hash)
missed = ensure(content_hash="0")
plan = ensure(definition=definition, dry_run=True)
pulled = flows.pull_flow_definition_config_as_code(name="Ensured")
mismatch = refusal(lambda: ensure(definition=definition, content_hash="0"))

flows.delete_flow(created.id)

print(
    json.dumps(
        {
            "id": created.id,
            "description": read.description,
            "source": updated.last_modified_source,
            "step": [read.flow_steps[0].name, read.flow_steps[0].config["userPrompt"]],
            "listed": [item.name for item in listed.data],
            "totalCount": listed.pagination.total_count,
            "when": steps.data[0].when,
            "renamed": [updated.name, updated.flow_steps[0].id == read.flow_steps[0].id],
            "draftPublished": updated.draft_version_id == published.published_version_id == current.id,
            "pointer": history.published_version_id == current.id,
            "history": [[item.version_number, item.version_type] for item in history.versions],
            "oldest": [step["config"]["userPrompt"] for step in oldest.flow_config["steps"]],
            "managed": managed,
            "back": [back.success, back.last_modified_source],
            "results": len(results.data),
            "valid": valid.valid,
            "organization": caller.has_organization,
            "ensure": [made.result, same.result, missed.result, plan.result, plan.changes],
            "pulled": [pulled.flow_id == made.flow_id, pulled.content_hash == made.content_hash],
            "pulledSteps": [[step.name, step.when] for step in pulled.definition.steps],
            "mismatch": mismatch,
            "deleted": refusal(lambda: flows.get_flow_details(created.id)),
        }
    )
)
