import { isIP, type LookupFunction } from "node:net";
import { Agent, type Dispatcher, Pool, ProxyAgent } from "undici";
import { resolveCallable } from "./public-address.js";

/** One request to another party. */
export interface OutgoingRequest {
  method: "GET" | "POST";
  url: URL;
  headers?: Record<string, string>;
  /** Sent as it is, in UTF-8. */
  body?: string;
  signal?: AbortSignal | undefined;
}

/** The whole answer. Redirects are not followed: they arrive here as their 3xx status. */
export interface OutgoingResponse {
  status: number;
  /** Lower-case names; of a repeated header the last value. */
  headers: ReadonlyMap<string, string>;
  /** Body decoded as UTF-8. */
  text: string;
}

/** Limits of one outgoing client; times in milliseconds. */
export interface OutgoingHttpOptions {
  /** Forward proxy for every request, http or https. */
  proxyUrl?: URL | undefined;
  connectTimeoutMs?: number;
  /** From the end of the request to the first byte of the answer. */
  headersTimeoutMs?: number;
  /** Longest silence within the answer's body. */
  bodyTimeoutMs?: number;
  /** Whole request, so that an answer dripping byte by byte ends too. */
  totalTimeoutMs?: number;
  maxResponseBytes?: number;
  /**
   * Calls only public addresses and those in these ranges, whatever a name resolves to: for addresses that somebody
   * other than the operator chose. Not together with a proxy, which resolves names itself.
   */
  publicOrWithin?: readonly string[];
}

/** A way out to other parties' HTTP servers. */
export interface OutgoingHttp {
  /** @throws OutgoingHttpError when no complete answer arrived; any status counts as an answer. */
  send(request: OutgoingRequest): Promise<OutgoingResponse>;
  /** Lets running requests end, then releases the sockets. */
  close(): Promise<void>;
}

/** What stopped a request. */
export type OutgoingFailure =
  | "unresolved-host"
  | "private-address"
  | "refused-connection"
  | "tls"
  | "timeout"
  | "reset"
  | "too-large"
  | "aborted";

/** A request without a complete answer. */
export class OutgoingHttpError extends Error {
  override readonly name = "OutgoingHttpError";

  constructor(
    readonly failure: OutgoingFailure,
    /** False only where the request certainly never reached the other party. */
    readonly mayHaveApplied: boolean,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * Opens the only way in which this product speaks HTTP outwards.
 * Defaults: connect 3 s, first byte 10 s, silence 10 s, whole request 30 s, answer 5 MB.
 */
export function createOutgoingHttp(options: OutgoingHttpOptions = {}): OutgoingHttp {
  const limits = {
    totalTimeoutMs: options.totalTimeoutMs ?? 30_000,
    maxResponseBytes: options.maxResponseBytes ?? 5 * 1024 * 1024,
  };
  const dispatcher = createDispatcher(options);
  const allowed = options.publicOrWithin;
  return {
    async send(request) {
      // A socket to an address in figures is opened without a look-up.
      if (allowed !== undefined) await refusePrivateFigures(request, allowed);
      return exchange(dispatcher, request, limits);
    },
    close: () => dispatcher.close(),
  };
}

function createDispatcher(options: OutgoingHttpOptions): Dispatcher {
  const timeout = options.connectTimeoutMs ?? 3_000;
  const pool = {
    headersTimeout: options.headersTimeoutMs ?? 10_000,
    bodyTimeout: options.bodyTimeoutMs ?? 10_000,
    // A vendor's cap is some 20 calls a second for each path: more sockets than this would only wait.
    connections: 32,
  };
  const lookup =
    options.publicOrWithin === undefined ? {} : { lookup: guardedLookup(options.publicOrWithin) };
  if (!options.proxyUrl) return new Agent({ ...pool, connect: { timeout, ...lookup } });
  return new ProxyAgent({
    ...pool,
    uri: options.proxyUrl.href,
    proxyTls: { timeout },
    requestTls: { timeout },
    clientFactory: (origin, given) =>
      new TunnelPool(origin, { ...given, headersTimeout: pool.headersTimeout }),
  });
}

/** Looks a name up for a socket, and refuses it where it leads to an address that is neither public nor allowed. */
function guardedLookup(allowed: readonly string[]): LookupFunction {
  return (host, options, callback) => {
    resolveCallable(host, allowed).then(
      (found) => {
        if (options.all) callback(null, found);
        else callback(null, found[0]?.address ?? "", found[0]?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
}

async function refusePrivateFigures(
  { method, url }: OutgoingRequest,
  allowed: readonly string[],
): Promise<void> {
  if (isIP(url.hostname.replace(/^\[|\]$/g, "")) === 0) return;
  await resolveCallable(url.hostname, allowed).catch((error: unknown) => {
    const message = `${method} ${url.origin}${url.pathname} failed: ${describeFailure("private-address")}`;
    throw new OutgoingHttpError("private-address", false, message, { cause: error });
  });
}

/**
 * The connections to a proxy. undici 7.30 takes a socket that the proxy closes during CONNECT for one that was
 * idle too long, and dials again without end while the request waits; an error of any other code ends it.
 */
class TunnelPool extends Pool {
  override connect(options: TunnelRequest): Promise<Dispatcher.ConnectData>;
  override connect(options: TunnelRequest, callback: TunnelCallback): void;
  override connect(
    options: TunnelRequest,
    callback?: TunnelCallback,
  ): Promise<Dispatcher.ConnectData> | undefined {
    if (callback) {
      super.connect(options, callback);
      return undefined;
    }
    return super.connect(options).catch((error: unknown) => {
      if (errorCode(error) !== "UND_ERR_SOCKET") throw error;
      throw Object.assign(new Error("the proxy closed the connection", { cause: error }), {
        code: "PROXY_CLOSED",
      });
    });
  }
}

type TunnelRequest = Omit<Dispatcher.ConnectOptions, "origin">;
type TunnelCallback = (error: Error | null, data: Dispatcher.ConnectData) => void;

/**
 * Runs one request on the dispatcher's own handler interface, as only this tells whether the request was put on
 * the wire (`onRequestStart`): the difference between "certainly not applied" and "ask before doing it again".
 */
function exchange(
  dispatcher: Dispatcher,
  request: OutgoingRequest,
  limits: { totalTimeoutMs: number; maxResponseBytes: number },
): Promise<OutgoingResponse> {
  const { url, signal } = request;
  const place = `${request.method} ${url.origin}${url.pathname}`;
  return new Promise((resolve, reject) => {
    let sent = false;
    let settled = false;
    let controller: Dispatcher.DispatchController | undefined;
    let response: { status: number; headers: ReadonlyMap<string, string> } | undefined;
    const chunks: Buffer[] = [];
    let received = 0;

    const deadline = setTimeout(
      () => fail("timeout", `${place} took longer than ${limits.totalTimeoutMs} ms`),
      limits.totalTimeoutMs,
    );
    const onAbort = () => fail("aborted", `${place} was given up by the caller`);
    const finish = (): boolean => {
      const first = !settled;
      settled = true;
      clearTimeout(deadline);
      signal?.removeEventListener("abort", onAbort);
      return first;
    };
    const fail = (failure: OutgoingFailure, message: string, cause?: unknown) => {
      if (!finish()) return;
      const error = new OutgoingHttpError(failure, sent, message, cause === undefined ? {} : { cause });
      controller?.abort(error);
      reject(error);
    };

    if (signal?.aborted) {
      onAbort();
      return;
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: { accept: "application/json", ...request.headers },
        body: request.body ?? null,
      },
      {
        onRequestStart(startedController) {
          controller = startedController;
          if (settled) startedController.abort(new Error("given up before it was sent"));
          else sent = true;
        },
        onResponseStart(_controller, status, headers) {
          response = { status, headers: flattenHeaders(headers) };
        },
        onResponseData(_controller, chunk) {
          received += chunk.length;
          if (received > limits.maxResponseBytes) {
            fail("too-large", `${place} answered with more than ${limits.maxResponseBytes} bytes`);
          } else chunks.push(chunk);
        },
        onResponseEnd() {
          if (!response || !finish()) return;
          resolve({ ...response, text: Buffer.concat(chunks).toString("utf8") });
        },
        onResponseError(_controller, error) {
          const failure = nameFailure(errorCode(error), sent);
          fail(failure, `${place} failed: ${describeFailure(failure)} (${errorCode(error)})`, error);
        },
      },
    );
  });
}

function flattenHeaders(headers: Record<string, string | string[] | undefined>): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) flat.set(name.toLowerCase(), last);
  }
  return flat;
}

function errorCode(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error && error.cause !== undefined ? errorCode(error.cause) : "unknown";
}

function nameFailure(code: string, sent: boolean): OutgoingFailure {
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return "timeout";
  if (sent) return "reset";
  if (code === "PRIVATE_ADDRESS") return "private-address";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "unresolved-host";
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_/.test(code)) return "tls";
  return "refused-connection";
}

function describeFailure(failure: OutgoingFailure): string {
  switch (failure) {
    case "unresolved-host":
      return "the host name has no address";
    case "private-address":
      return "the host is not in the public internet";
    case "refused-connection":
      return "no connection could be opened";
    case "tls":
      return "the certificate or the TLS handshake was refused";
    case "timeout":
      return "no answer in time";
    case "reset":
      return "the connection broke before the answer was complete";
    case "too-large":
      return "the answer is too large";
    case "aborted":
      return "given up by the caller";
    default: {
      const never: never = failure;
      return never;
    }
  }
}
