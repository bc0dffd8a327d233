// Decides how the conversation goes on: names one of the conditions of the step that asks.
async function handler(request) {
  const { execution_context, available_edges } = await request.json();
  const { order_state } = execution_context.vars;
  const wanted = { unknown: "not_found", unavailable: "person" }[order_state] ?? "found";
  return Response.json({ next_edge: available_edges.includes(wanted) ? wanted : "person" });
}
