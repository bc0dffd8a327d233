/**
 * The text that Pulumi keeps in every state and runs to get the provider of a resource.
 *
 * Constant for ever, and short, since every resource carries it twice.
 */
export function handlerText(token: string): string {
  return `exports.handler=()=>require("pulumi-flows/runtime/v1")("${token}")`;
}
