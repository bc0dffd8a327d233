import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";

const vendors = resolve(__dirname, "../../provider/vendors");

/** Every call that the source of a vendor can make, such as `GET /flows/{}`. */
export function callSites(vendor: string): string[] {
  const files = readdirSync(join(vendors, vendor), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith("api.ts"))
    .map((file) => join(vendors, vendor, file));
  const program = ts.createProgram(files, { noResolve: true });
  const checker = program.getTypeChecker();
  const paths: ts.TaggedTemplateExpression[] = [];
  const requests: { readonly path: ts.TaggedTemplateExpression; readonly method: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (isPath(node)) paths.push(node);
    if (ts.isObjectLiteralExpression(node)) {
      const method = memberOf(node, "method");
      const named = memberOf(node, "path");
      const declared = named && checker.getSymbolAtLocation(named)?.valueDeclaration;
      const path = declared && ts.isVariableDeclaration(declared) ? declared.initializer : named;
      if (method && ts.isStringLiteral(method) && path && isPath(path)) requests.push({ path, method: method.text });
    }
    ts.forEachChild(node, visit);
  };
  for (const source of program.getSourceFiles()) if (files.includes(source.fileName)) visit(source);
  // A path without a method beside it is handed on to what reads lists.
  const lists = paths.filter((each) => !requests.some(({ path }) => path === each));
  const all = [...requests, ...lists.map((path) => ({ path, method: "GET" }))];
  return [...new Set(all.map(({ path, method }) => `${method} ${shapeOf(path)}`))].sort();
}

function isPath(node: ts.Node): node is ts.TaggedTemplateExpression {
  return ts.isTaggedTemplateExpression(node) && node.tag.getText() === "path";
}

function memberOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const member = object.properties.find((each) => each.name?.getText() === name);
  return member && ts.isPropertyAssignment(member) ? member.initializer : undefined;
}

function shapeOf(path: ts.TaggedTemplateExpression): string {
  return path.template
    .getText()
    .slice(1, -1)
    .replace(/\$\{[^}]*\}/g, "{}");
}
