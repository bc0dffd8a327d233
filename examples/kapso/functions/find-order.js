// Asks the shop for the order, and keeps what it answers as variables of the workflow.
async function handler(request, env) {
  const { execution_context } = await request.json();
  const number = String(execution_context.vars.order_number ?? "").replace(/\D/g, "");
  const answer = await fetch(`${env.SHOP_URL}/api/orders/${number}`, {
    headers: { authorization: `Bearer ${env.SHOP_TOKEN}` },
  });
  if (answer.status === 404) return Response.json({ vars: { order_state: "unknown" } });
  if (!answer.ok) return Response.json({ vars: { order_state: "unavailable" } });
  const { state, arrives } = await answer.json();
  return Response.json({ vars: { order_number: number, order_state: state, order_arrives: arrives } });
}
