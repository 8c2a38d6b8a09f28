import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Express } from "express";
import type { Clock } from "../platform/clock.js";
import { createApplicationMessages } from "./application-messages.js";
import { refuseUnread } from "./refuse-unread.js";

/** A listener that runs. */
export interface HttpServer {
  /** Address to reach it from this machine, e.g. `http://127.0.0.1:8080`, without trailing slash. */
  url: string;
  port: number;
  /** Hands the requests that arrive from now on to another application. */
  serve(app: RequestListener | Express): void;
  /**
   * Stops gracefully: says so by `onStopping`, keeps serving for `stopDelayMs` so that load balancers notice, then
   * takes no new connection, lets running requests finish and closes idle connections. What still runs after
   * `stopTimeoutMs` is cut off. Calling it again waits for the same stop.
   */
  close(): Promise<void>;
}

/** How to listen and how to stop; times in milliseconds. */
export interface HttpServerOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  clock: Clock;
  /** Called once when stopping begins; readiness turns to 503 here. */
  onStopping?: () => void;
  /** Default 0. */
  stopDelayMs?: number;
  /** Default 10,000. */
  stopTimeoutMs?: number;
}

/** The listener could not be opened; the message names HOST and PORT. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** How often idle keep-alive connections are looked for while stopping, in milliseconds. */
const IDLE_SWEEP_MS = 50;

/** Room for a filter of 8,000 characters in the request line, percent-encoded where it has to be. */
const MAX_HEADER_BYTES = 32 * 1024;

/**
 * Opens the listener.
 * @throws ListenError when the address is taken, unknown here, or not allowed
 */
export async function startHttpServer(
  first: RequestListener | Express,
  options: HttpServerOptions,
): Promise<HttpServer> {
  const { host, clock, stopDelayMs = 0, stopTimeoutMs = 10_000 } = options;
  let stopping: Promise<void> | undefined;
  const { belongTo, ...messages } = createApplicationMessages();
  let app: RequestListener = first;
  const serve = (next: RequestListener | Express) => {
    belongTo(next);
    app = next;
  };
  serve(first);

  /** The newest answer on each connection: half a body must not be followed by a refusal. */
  const answers = new WeakMap<Socket, ServerResponse>();
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: 60_000, ...messages },
    (request, response) => {
      // A keep-alive connection would hold the stop up until its idle time is over.
      if (stopping) response.setHeader("Connection", "close");
      answers.set(request.socket, response);
      app(request, response);
    },
  );
  // An expectation we do not know may be ignored (RFC 9110 section 10.1.1); Node would answer without a body.
  server.on("checkExpectation", (request, response) => app(request, response));
  server.on("clientError", (error: Error, socket: Socket) => {
    const answer = answers.get(socket);
    const isAnswering = answer?.headersSent === true && !answer.writableFinished;
    if (socket.writable && !isAnswering) refuseUnread(error, socket);
    else socket.destroy();
  });
  await listen(server, host, options.port);
  const { port } = server.address() as AddressInfo;

  async function stop(): Promise<void> {
    options.onStopping?.();
    if (stopDelayMs > 0) await clock.sleep(stopDelayMs);
    await closeServer(server, stopTimeoutMs);
  }

  return {
    url: `http://${reachableHost(host)}:${port}`,
    port,
    serve,
    close() {
      stopping ??= stop();
      return stopping;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  const place = `PORT ${port} on HOST ${host}`;
  switch (String(error.code)) {
    case "EADDRINUSE":
      return new ListenError(`${place} is in use by another process: stop it or choose another PORT.`, {
        cause: error,
      });
    case "EACCES":
      return new ListenError(`${place} is not allowed for this user: choose a PORT above 1023.`, {
        cause: error,
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new ListenError(`HOST ${host} is not an address of this machine.`, { cause: error });
    default:
      return new ListenError(`${place} cannot be opened: ${error.message}`, { cause: error });
  }
}

/**
 * Measured on Node 20 with one request in flight on a keep-alive connection: `close()` alone waits out the five
 * seconds of keep-alive, with the sweep it ends within 200 ms. The timers are the machine's own on purpose: a test
 * that holds the product's clock still must not hold up the end of sockets.
 */
async function closeServer(server: Server, timeoutMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const cutOff = setTimeout(() => server.closeAllConnections(), timeoutMs);
  try {
    await closed;
  } finally {
    clearInterval(sweep);
    clearTimeout(cutOff);
  }
}

function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
