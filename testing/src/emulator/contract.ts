import { Ajv2020, type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { type Description, dereference, descriptionPath, isRecord, readDescription } from "./description";
import { exactText, type Part, type RequestBody } from "./request-body";
import { toViolations, type Violation } from "./violations";

/** One operation of an API description. */
export interface Operation {
  /** `operationId`. */
  readonly id: string;
  /** In capitals. */
  readonly method: string;
  /** As the router wants it: base path and `:name` for parameters. */
  readonly route: string;
  /** Does it need credentials? Not where one of the alternatives is to send none. */
  readonly secured: boolean;
  /** Declared statuses, with the pointer to the schema of the JSON body if there is one. */
  readonly replies: ReadonlyMap<number, string | undefined>;
  readonly path: ValidateFunction | undefined;
  readonly query: { readonly validate: ValidateFunction; readonly lists: ReadonlySet<string> };
  readonly queryNames: ReadonlySet<string>;
  readonly body: BodyContract | undefined;
}

interface BodyContract {
  readonly required: boolean;
  readonly validate: ValidateFunction;
  /** Of a multipart body: which parts are files and which hold JSON. */
  readonly parts: { readonly files: ReadonlySet<string>; readonly json: ReadonlySet<string> } | undefined;
}

/** A value compared with the description. */
export interface Checked<T> {
  readonly value: T;
  readonly violations: readonly Violation[];
}

/** A JSON Schema and what it means in TypeScript. */
export interface Shape<T> {
  readonly schema: object;
  /** Never there: carries the type. */
  readonly means?: T;
}

const methods = ["get", "put", "post", "patch", "delete"];
const octets = "application/octet-stream";

/**
 * A vendor's API description, ready to be asked whether a request or a reply keeps to it.
 * The validators are compiled once per process: every emulator shares them.
 */
export class Contract {
  readonly operations: readonly Operation[];
  /** Headers which the description's security schemes use for keys. */
  readonly credentialHeaders: readonly string[];
  private readonly ajv = newAjv();
  /** Query and path parameters arrive as text and are converted first. */
  private readonly coercingAjv = newAjv({ coerceTypes: true });

  private constructor(
    private readonly vendor: string,
    readonly description: Description,
  ) {
    for (const ajv of [this.ajv, this.coercingAjv]) ajv.addSchema(description, vendor, undefined, false);
    this.operations = this.readOperations();
    this.credentialHeaders = Object.values(description.components.securitySchemes ?? {}).flatMap((scheme) =>
      scheme.in === "header" && scheme.name !== undefined ? [scheme.name] : [],
    );
  }

  private static readonly loaded = new Map<string, Contract>();

  /** @param file - the API description; where none is given, `spec/<vendor>.openapi.yaml`. */
  static of(vendor: string, file = descriptionPath(vendor)): Contract {
    const known = Contract.loaded.get(file);
    if (known !== undefined) return known;
    const contract = new Contract(vendor, readDescription(file));
    Contract.loaded.set(file, contract);
    return contract;
  }

  /** What every route of the vendor begins with, such as `/api/v2`. */
  get basePath(): string {
    const server = this.description.servers[0];
    return server === undefined ? "" : new URL(server.url).pathname.replace(/\/$/, "");
  }

  /** A check for one of the named schemas of the description; `T` is what this schema means in TypeScript. */
  schema<T>(name: string): ValidateFunction<T> {
    return this.validator<T>(`#/components/schemas/${name}`);
  }

  /** A check for a schema of our own, which may refer to the description as `<vendor>#/components/schemas/…`. */
  compile<T>(shape: Shape<T>): ValidateFunction<T> {
    return this.ajv.compile<T>(shape.schema);
  }

  checkPath(operation: Operation, params: Readonly<Record<string, string>>): Violation[] {
    if (operation.path === undefined || operation.path({ ...params })) return [];
    return toViolations("path", operation.path.errors);
  }

  /** Query parameters converted to their declared types. Defaults are left to the vendor. */
  readQuery(operation: Operation, search: URLSearchParams): Checked<Readonly<Record<string, unknown>>> {
    const value: Record<string, unknown> = {};
    for (const name of new Set(search.keys())) {
      const all = search.getAll(name);
      value[name] = all.length === 1 && !operation.query.lists.has(name) ? all[0] : all;
    }
    const violations = operation.query.validate(value) ? [] : toViolations("query", operation.query.validate.errors);
    return { value, violations };
  }

  /** Names of query parameters that the description does not know. Vendors ignore them; they are mistakes even so. */
  undeclaredQuery(operation: Operation, search: URLSearchParams): Violation[] {
    return [...new Set(search.keys())]
      .filter((name) => !operation.queryNames.has(name))
      .map((name) => ({ in: "query", field: name, message: "not in the API description", input: search.get(name) }));
  }

  readBody(operation: Operation, body: RequestBody): Checked<unknown> {
    const contract = operation.body;
    if (contract === undefined) return { value: undefined, violations: [] };
    if (contract.parts !== undefined) return this.readParts(contract, contract.parts, body);
    if (body.kind === "none") {
      const missing: Violation = { in: "body", field: "", message: "Field required", input: "" };
      return { value: undefined, violations: contract.required ? [missing] : [] };
    }
    if (body.kind !== "json") {
      const reason = body.kind === "unreadable" ? body.reason : "unexpected content type multipart/form-data";
      const input = body.kind === "unreadable" ? body.text : "";
      return { value: undefined, violations: [{ in: "body", field: "", message: reason, input }] };
    }
    const violations = contract.validate(body.value) ? [] : toViolations("body", contract.validate.errors);
    return { value: body.value, violations };
  }

  /** A body that is not multipart at all has no parts: the vendor then reports the required ones as missing. */
  private readParts(
    contract: BodyContract,
    kinds: NonNullable<BodyContract["parts"]>,
    body: RequestBody,
  ): Checked<unknown> {
    const value: Record<string, unknown> = {};
    const violations: Violation[] = [];
    for (const [name, parts] of body.kind === "multipart" ? body.parts : []) {
      // A repeated part: the last one counts, as in most form readers.
      const part = parts.at(-1);
      if (part === undefined) continue;
      const read = readPart(part, kinds.files.has(name), kinds.json.has(name));
      value[name] = read.value;
      if (read.problem !== undefined) {
        violations.push({ in: "body", field: name, message: read.problem, input: read.value });
      }
    }
    if (violations.length === 0 && !contract.validate(value)) {
      violations.push(...toViolations("body", contract.validate.errors));
    }
    return { value, violations };
  }

  /** @param general - statuses that the vendor uses everywhere, with the names of their schemas. */
  checkReply(
    operation: Operation,
    reply: { readonly status: number; readonly body: unknown },
    general: Readonly<Record<number, string>>,
  ): Violation[] {
    const named = general[reply.status];
    if (!operation.replies.has(reply.status) && named === undefined) {
      const message = `${operation.id} does not declare this status`;
      return [{ in: "reply", field: "", message, input: String(reply.status) }];
    }
    const pointer = operation.replies.get(reply.status) ?? (named && `#/components/schemas/${named}`);
    if (pointer === undefined) return [];
    const validate = this.validator(pointer);
    return validate(reply.body) ? [] : toViolations("reply", validate.errors);
  }

  private validator<T>(pointer: string, ajv = this.ajv): ValidateFunction<T> {
    const validate = ajv.getSchema<T>(this.reference(pointer));
    if (validate === undefined) throw new Error(`The API description of ${this.vendor} has no ${pointer}`);
    return validate;
  }

  private reference(pointer: string): string {
    return `${this.vendor}${pointer.split("/").map(encodeURIComponent).join("/").replace("%23", "#")}`;
  }

  /** Paths without parameters first, so that `/flows/{org}/template_file` is not taken for a flow of that name. */
  private readOperations(): Operation[] {
    const parameterCount = (path: string) => path.split("{").length;
    return Object.keys(this.description.paths)
      .sort((a, b) => parameterCount(a) - parameterCount(b))
      .flatMap((path) =>
        methods.flatMap((method) => {
          const node = this.description.paths[path]?.[method];
          return isRecord(node) ? [this.readOperation(path, method, node)] : [];
        }),
      );
  }

  private readOperation(path: string, method: string, node: Readonly<Record<string, unknown>>): Operation {
    const pointer = `#/paths/${path.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const security = Array.isArray(node.security) ? node.security : (this.description.security ?? []);
    const parameters = [
      ...this.readParameters(`${pointer}/parameters`, this.description.paths[path]?.parameters),
      ...this.readParameters(`${pointer}/${method}/parameters`, node.parameters),
    ];
    const inPath = parameters.filter((parameter) => parameter.in === "path");
    const inQuery = parameters.filter((parameter) => parameter.in === "query");
    return {
      id: String(node.operationId),
      method: method.toUpperCase(),
      route: `${this.basePath}${path}`.replace(/\{([^}]+)\}/g, ":$1"),
      secured: security.length > 0 && !security.some((scheme) => isRecord(scheme) && Object.keys(scheme).length === 0),
      replies: this.readReplies(`${pointer}/${method}/responses`, node.responses),
      path: inPath.length === 0 ? undefined : this.compileParameters(inPath),
      query: {
        validate: this.compileParameters(inQuery),
        lists: new Set(inQuery.filter((parameter) => parameter.list).map((parameter) => parameter.name)),
      },
      queryNames: new Set(inQuery.map((parameter) => parameter.name)),
      body: this.readBodyContract(`${pointer}/${method}/requestBody`, node.requestBody),
    };
  }

  private readParameters(pointer: string, nodes: unknown): Parameter[] {
    if (!Array.isArray(nodes)) return [];
    return nodes.flatMap((node, index) => {
      const { pointer: target = `${pointer}/${index}`, value } = dereference(this.description, node);
      if (!isRecord(value) || !isRecord(value.schema)) return [];
      return {
        name: String(value.name),
        in: String(value.in),
        required: value.required === true,
        list: value.schema.type === "array",
        schema: `${target}/schema`,
      };
    });
  }

  private compileParameters(parameters: readonly Parameter[]): ValidateFunction {
    return this.coercingAjv.compile({
      type: "object",
      properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, { $ref: this.reference(schema) }])),
      required: parameters.filter(({ required }) => required).map(({ name }) => name),
    });
  }

  private readReplies(pointer: string, nodes: unknown): Map<number, string | undefined> {
    return new Map(
      Object.entries(isRecord(nodes) ? nodes : {}).map(([status, node]) => {
        const { pointer: target = `${pointer}/${status}`, value } = dereference(this.description, node);
        const content = isRecord(value) && isRecord(value.content) ? value.content : {};
        const schema = "application/json" in content ? `${target}/content/application~1json/schema` : undefined;
        return [Number(status), schema];
      }),
    );
  }

  private readBodyContract(pointer: string, node: unknown): BodyContract | undefined {
    if (!isRecord(node) || !isRecord(node.content)) return undefined;
    const [mediaType = "application/json", media] = Object.entries(node.content)[0] ?? [];
    const schemaPointer = `${pointer}/content/${mediaType.replaceAll("/", "~1")}/schema`;
    const validate = this.validator<unknown>(schemaPointer);
    const required = node.required === true;
    if (mediaType !== "multipart/form-data" || !isRecord(media)) return { required, validate, parts: undefined };
    const { value: schema } = dereference(this.description, media.schema);
    const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
    const encoding = isRecord(media.encoding) ? media.encoding : {};
    const encodedAs = (name: string, contentType: string) => {
      const entry = encoding[name];
      return isRecord(entry) && entry.contentType === contentType;
    };
    const names = Object.keys(properties);
    return {
      required,
      validate,
      parts: {
        files: new Set(names.filter((name) => encodedAs(name, octets))),
        json: new Set(names.filter((name) => encodedAs(name, "application/json"))),
      },
    };
  }
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly list: boolean;
  /** Pointer to the schema. */
  readonly schema: string;
}

/** What the journal shows of a body: the read value where there is one, the text as sent where there is none. */
export function journalBody(body: RequestBody): unknown {
  if (body.kind === "none") return undefined;
  if (body.kind === "json") return body.value;
  if (body.kind === "unreadable") return body.text;
  return Object.fromEntries(
    [...body.parts].map(([name, parts]) => {
      const part = parts.at(-1);
      if (part === undefined) return [name, undefined];
      return [name, part.file ? Buffer.from(part.bytes).toString("utf8") : (parsedJson(part.text)?.value ?? part.text)];
    }),
  );
}

function readPart(part: Part, wantsFile: boolean, json: boolean): { value: unknown; problem?: string } {
  const text = part.file ? exactText(part.bytes) : part.text;
  if (text === undefined) return { value: "", problem: "not UTF-8" };
  if (part.file !== wantsFile) {
    return {
      value: text,
      problem: wantsFile ? "expected a file, received a field" : "expected a field, received a file",
    };
  }
  if (!json) return { value: text };
  const parsed = parsedJson(text);
  return parsed === undefined ? { value: text, problem: "not JSON" } : parsed;
}

function parsedJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function newAjv(options: object = {}): Ajv2020 {
  // Not strict: descriptions carry annotations of their own (x-…), which are no business of a validator.
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, ...options });
  addFormats.default(ajv);
  return ajv;
}
