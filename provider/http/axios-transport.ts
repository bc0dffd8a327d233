import axios, { AxiosError } from "axios";
import { VendorError } from "../lifecycle/errors";
import { isLoopback } from "./loopback";
import type { Request, Send } from "./request";

/** Bounds of one call. */
export interface TransportLimits {
  /** Milliseconds until a call without an answer counts as failed. */
  readonly timeout: number;
  /** Largest answer taken, in bytes. */
  readonly maxResponse: number;
}

/** Failures that happen before anything is sent. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ERR_INVALID_URL",
]);

/** Codes of certificates that are not trusted. */
const UNTRUSTED = /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

/** What the library calls by names of its own. */
const CODES: Readonly<Record<string, string>> = { ERR_BAD_RESPONSE: "the answer was not sent to its end" };

/** Answers that cannot be read, by the code that the parsers give. */
const UNREADABLE: readonly (readonly [code: RegExp, what: string])[] = [
  [/^HPE_HEADER_OVERFLOW$/, "with more headers than are taken"],
  [/^HPE_/, "with something that is not HTTP"],
  [/^(Z_|ERR_.*BROTLI)/, "with something that cannot be unpacked"],
];

/** Sends requests to one host. Does not follow redirects, does not judge the status. */
export function axiosTransport(hostRoot: string, limits: TransportLimits): Send {
  const client = axios.create({
    baseURL: hostRoot,
    timeout: limits.timeout,
    maxRedirects: 0,
    maxContentLength: limits.maxResponse,
    maxBodyLength: Number.POSITIVE_INFINITY,
    responseType: "text",
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
    // What is on this machine is never asked for through a proxy, which would see the credentials.
    ...(isLoopback(hostRoot) ? { proxy: false } : {}),
  });
  return async (request) => {
    const data = bodyOf(request);
    try {
      const answer = await client.request<unknown>({
        method: request.method,
        url: request.path.text,
        ...(request.query ? { params: request.query } : {}),
        headers: { ...contentType(request), ...request.headers },
        data,
        // axios' own timeout ends with the headers; this one bounds the whole call.
        signal: AbortSignal.timeout(limits.timeout),
      });
      const headers = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
      return { status: answer.status, headers: Object.fromEntries(headers), text: String(answer.data ?? "") };
    } catch (error) {
      throw failure(error, request, hostRoot, limits);
    }
  };
}

function bodyOf(request: Request): unknown {
  // As text: the library would copy an object and lose members with names like "constructor".
  if (!request.multipart) return request.json === undefined ? undefined : JSON.stringify(request.json);
  const form = new FormData();
  for (const part of request.multipart) {
    if (part.fileName) form.append(part.name, new Blob([part.content]), part.fileName);
    else form.append(part.name, part.content);
  }
  return form;
}

/** The library itself names the boundary of a form, and would claim a form where there is no body. */
function contentType(request: Request): { "content-type"?: string | false } {
  if (request.multipart) return {};
  return { "content-type": request.json === undefined ? false : "application/json" };
}

function failure(error: unknown, request: Request, hostRoot: string, limits: TransportLimits): unknown {
  if (!(error instanceof AxiosError)) return error;
  // The library's error carries the request with its credentials: only its words are kept.
  const cause = new Error(error.message);
  const about = { method: request.method, path: request.path.text, cause };
  const call = `${request.method} ${hostRoot}${request.path.text}`;
  if (error.code === "ECONNABORTED" || error.code === "ETIMEDOUT" || error.code === "ERR_CANCELED") {
    return new VendorError("timeout", `${call} got no answer within ${limits.timeout / 1000} s`, {
      ...about,
      outcomeUnknown: true,
    });
  }
  const unreadable = UNREADABLE.find(([code]) => code.test(error.code ?? ""))?.[1];
  const tooLarge = error.message.startsWith("maxContentLength")
    ? `with more than ${limits.maxResponse} bytes`
    : undefined;
  const how = tooLarge ?? unreadable;
  if (how) {
    const message = `${call} was answered ${how}; check that the address is the API's, and not a proxy's`;
    return new VendorError("unreadable", message, { ...about, outcomeUnknown: true });
  }
  if (UNTRUSTED.test(error.code ?? "")) {
    const message = `${call} was not sent, since the certificate of the host is not trusted (${error.code}). For a company's own certificates set NODE_EXTRA_CA_CERTS`;
    return new VendorError("untrusted", message, { ...about, outcomeUnknown: false });
  }
  const neverSent = NEVER_SENT.has(error.code ?? "");
  const what = neverSent ? "could not be reached; check the address and the network" : "broke off";
  return new VendorError("network", `${call} ${what} (${CODES[error.code ?? ""] ?? error.code ?? error.message})`, {
    ...about,
    outcomeUnknown: !neverSent,
  });
}
