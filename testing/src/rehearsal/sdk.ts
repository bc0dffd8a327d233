import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as EngineMessages from "@pulumi/pulumi/proto/engine_pb";
import type { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as ProviderMessages from "@pulumi/pulumi/proto/provider_pb";
import type * as ResourceMessages from "@pulumi/pulumi/proto/resource_pb";
import type { Status } from "@pulumi/pulumi/proto/status_pb";
import { contains, isObject, isSecret, type Properties, SIGNATURE } from "./values";

/** A protobuf `Struct`: how properties travel. */
type Struct = NonNullable<ReturnType<ProviderMessages.CheckRequest["getNews"]>>;

/** The protobuf `Empty`. */
type Empty = object;

interface GrpcServer {
  addService(definition: object, implementation: object): void;
  bindAsync(address: string, credentials: object, done: (error: Error | null, port: number) => void): void;
  start(): void;
  forceShutdown(): void;
}

/** The parts of the Pulumi SDK that the rehearsal speaks with, taken from the program's own copy. */
export interface Sdk {
  /** Folder of `@pulumi/pulumi`. */
  folder: string;
  resource: typeof ResourceMessages;
  provider: typeof ProviderMessages;
  engine: typeof EngineMessages;
  Status: typeof Status;
  Empty: new () => Empty;
  monitorService: object;
  engineService: object;
  /** Connects to a dynamic-provider process. */
  connect(address: string): ResourceProviderClient;
  /** Makes a gRPC server, bound to a free loopback port by {@link listen}. */
  createServer(): GrpcServer;
  /** Binds a server and answers its address. */
  listen(server: GrpcServer): Promise<string>;
  toStruct(properties: Properties): Struct;
  fromStruct(struct: Struct | undefined): Properties;
}

// gRPC's own limit of 4 MB is too small for a large stack's config or one large document.
const MESSAGE_SIZES = { "grpc.max_receive_message_length": 400 << 20, "grpc.max_send_message_length": 400 << 20 };

/**
 * Loads the SDK that the program in `programFolder` uses: its version decides which protocol is spoken.
 * @throws when the folder cannot resolve `@pulumi/pulumi`.
 */
export function loadSdk(programFolder: string): Sdk {
  let folder: string;
  try {
    folder = dirname(createRequire(join(programFolder, "/")).resolve("@pulumi/pulumi/package.json"));
  } catch {
    throw new Error(`${programFolder} does not resolve @pulumi/pulumi: run npm install in the Pulumi program's folder`);
  }
  // Everything below is untyped at run time: the SDK ships its protobufs as plain CommonJS.
  const load = createRequire(join(folder, "/"));
  const grpc = load("@grpc/grpc-js");
  const { Struct } = load("google-protobuf/google/protobuf/struct_pb");
  const grpcVersion: { version: string } = JSON.parse(readFileSync(load.resolve("@grpc/grpc-js/package.json"), "utf8"));
  const startsItself = Number(grpcVersion.version.split(".")[1]) >= 10;
  return {
    folder,
    resource: load("./proto/resource_pb"),
    provider: load("./proto/provider_pb"),
    engine: load("./proto/engine_pb"),
    Status: load("./proto/status_pb").Status,
    Empty: load("google-protobuf/google/protobuf/empty_pb").Empty,
    monitorService: load("./proto/resource_grpc_pb").ResourceMonitorService,
    engineService: load("./proto/engine_grpc_pb").EngineService,
    connect: (address) => {
      const Client = load("./proto/provider_grpc_pb").ResourceProviderClient;
      return new Client(address, grpc.credentials.createInsecure(), MESSAGE_SIZES);
    },
    createServer: () => new grpc.Server(MESSAGE_SIZES),
    listen: (server) =>
      new Promise((resolve, reject) => {
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
          if (error) return reject(error);
          if (!startsItself) server.start();
          resolve(`127.0.0.1:${port}`);
        });
      }),
    // JSON first: a Struct has no `undefined`, and fromJavaScript throws on it.
    toStruct: (properties) => Struct.fromJavaScript(JSON.parse(JSON.stringify(properties))),
    fromStruct,
  };
}

function fromStruct(struct: Struct | undefined): Properties {
  const properties = (struct?.toJavaScript() ?? {}) as Properties;
  if (contains(properties, (value) => isObject(value) && SIGNATURE in value && !isSecret(value))) {
    throw new Error("not rehearsed: assets, archives and resource references as properties");
  }
  return properties;
}

/** Reads an option of a request by its getter's name; an SDK that does not know the option yet has none. */
export function readOption(message: object, getter: string): unknown {
  const method: unknown = Reflect.get(message, getter);
  return typeof method === "function" ? method.call(message) : undefined;
}
