import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import type {
  ReadResourceRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  SupportsFeatureRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { readGoal, readReadGoal } from "./goal";
import { messageOf } from "./provider";
import { readResource, registerResource } from "./register";
import { Stopped } from "./report";
import type { Run } from "./run";

type Handler<Q, A> = (call: { request: Q }, answer: (error: object | null, answer?: A) => void) => void;

/** gRPC's UNAVAILABLE: the SDK takes it as "the engine is going down" and ends the program without a message. */
const UNAVAILABLE = 14;

// These would make the SDK send values and calls in forms that are not rehearsed. All other features are advertised,
// and refused by name when a program uses them: else the SDK says "Please update the Pulumi CLI".
const UNSUPPORTED = [
  "RESOURCE_REFERENCES",
  "OUTPUT_VALUES",
  "PARAMETERIZATION",
  "BYTE_STRING",
  "INVOKE_DEPENDS_ON",
  "INVOKE_PARENT",
].map((name) => `RESOURCE_MONITOR_FEATURE_${name}`);
const UNSUPPORTED_BEFORE_DEPLOYMENT_INFO = ["resourceReferences", "outputValues", "parameterization"];

/** Wraps an answer as a gRPC handler. After a failure only what is needed to end well is still answered. */
function serve<Q, A>(run: Run, work: (request: Q) => A | Promise<A>, options = { afterFailure: false }): Handler<Q, A> {
  return async ({ request }, answer) => {
    try {
      if (run.report.failure !== undefined && !options.afterFailure) throw new Stopped("stopping after a failure");
      answer(null, await work(request));
    } catch (error) {
      const stopped = error instanceof Stopped ? error : run.report.fail(messageOf(error));
      answer({ code: UNAVAILABLE, details: stopped.message });
    }
  };
}

/** The service at which the program registers its resources. */
export function monitorService(run: Run): Record<string, unknown> {
  const { sdk, project, ledger } = run;
  const refuse = (words: string) =>
    serve(run, () => {
      throw new Error(`not rehearsed: ${words}`);
    });
  const features = Object.entries(sdk.resource.ResourceMonitorFeature ?? {})
    .filter(([name]) => !UNSUPPORTED.includes(name))
    .flatMap(([, feature]) => (typeof feature === "number" ? [feature] : []));
  return {
    getDeploymentInfo: serve(run, () =>
      new sdk.resource.DeploymentInfo()
        .setProject(project.name)
        .setStack(project.stack)
        .setOrganization("organization")
        .setDryrun(run.preview)
        .setParallel(run.parallel)
        .setSupportedfeaturesList(features),
    ),
    supportsFeature: serve(run, (request: SupportsFeatureRequest) =>
      new sdk.resource.SupportsFeatureResponse().setHassupport(
        !UNSUPPORTED_BEFORE_DEPLOYMENT_INFO.includes(request.getId()),
      ),
    ),
    registerResource: serve(run, async (request: RegisterResourceRequest) => {
      const state = await registerResource(run, readGoal(sdk, project, ledger, request));
      return new sdk.resource.RegisterResourceResponse()
        .setUrn(state.urn)
        .setId(state.id ?? "")
        .setObject(sdk.toStruct(state.custom ? (state.outputs ?? {}) : {}));
    }),
    readResource: serve(run, async (request: ReadResourceRequest) => {
      const state = await readResource(run, readReadGoal(sdk, project, request));
      return new sdk.resource.ReadResourceResponse().setUrn(state.urn).setProperties(sdk.toStruct(state.outputs ?? {}));
    }),
    registerResourceOutputs: serve(
      run,
      async (request: RegisterResourceOutputsRequest) => {
        const state = ledger.settled(request.getUrn());
        if (state && run.report.failure === undefined) {
          state.outputs = sdk.fromStruct(request.getOutputs());
          run.report.learnSecrets(state.outputs);
          await ledger.save();
        }
        return new sdk.Empty();
      },
      { afterFailure: true },
    ),
    signalAndWaitForShutdown: serve(run, () => new sdk.Empty(), { afterFailure: true }),
    invoke: refuse("provider functions (invoke)"),
    call: refuse("methods of resources (call)"),
    registerPackage: refuse("packages"),
    registerStackTransform: refuse("transforms"),
    registerStackInvokeTransform: refuse("transforms"),
    registerResourceHook: refuse("resource hooks"),
    registerErrorHook: refuse("error hooks"),
  };
}

/** The service that takes the log of program and provider. */
export function engineService(run: Run): Record<string, unknown> {
  const { sdk, report } = run;
  const always = { afterFailure: true };
  return {
    log: serve(run, (request: LogRequest) => takeLog(run, request), always),
    getRootResource: serve(run, () => new sdk.engine.GetRootResourceResponse(), always),
    setRootResource: serve(run, () => new sdk.engine.SetRootResourceResponse(), always),
    startDebugging: serve(run, () => new sdk.Empty(), always),
    requirePulumiVersion: serve(run, () => {
      report.diagnose("info", "requirePulumiVersion: not checked, because no Pulumi CLI is involved");
      return new sdk.engine.RequirePulumiVersionResponse();
    }),
  };
}

function takeLog(run: Run, request: LogRequest) {
  const severity = (["debug", "info", "warning", "error"] as const)[request.getSeverity()] ?? "info";
  const message = request.getMessage();
  const urn = request.getUrn() || undefined;
  if (request.getEphemeral()) run.report.line(message);
  // Debug messages are left out, as the CLI does. After a failure the program's own errors only repeat it.
  else if (severity === "error" && run.report.failure === undefined) run.report.fail(message.trim(), urn);
  else if (severity !== "debug" && severity !== "error") run.report.diagnose(severity, message, urn);
  return new run.sdk.Empty();
}
