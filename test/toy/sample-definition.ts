import type { DefinitionInput } from "./toy-records";

/** A definition in which every member is used, and which the server rewrites in every way it knows. */
export const sampleDefinition = {
  nodes: [
    { id: "start", type: "say", message: "Hello" },
    {
      id: "lookup",
      type: "call",
      temperature: 1,
      headers: { Authorization: "Bearer x", "X-Trace": "on" },
      token: "hush",
      delay_seconds: 3,
      position: { x: 10, y: 20.5 },
    },
    { id: "b", type: "ask", temperature: 0.2, buttons: [{ id: "yes", title: "Yes" }] },
    { id: "a", type: "ask" },
  ],
  edges: [
    { source: "start", target: "b" },
    { source: "b", target: "lookup", label: "yes" },
    { source: "b", target: "a" },
  ],
} satisfies DefinitionInput;
