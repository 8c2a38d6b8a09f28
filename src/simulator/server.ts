import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerControl, CONTROL_PREFIX } from "./control.js";
import { type RespondDeps, respond } from "./respond.js";
import type { SimulatorControls } from "./simulator.js";

/** Bytes of a body that are kept; what is longer is read to its end, thrown away and answered with 413. */
const BODY_LIMIT = 1_048_576;

/** Longer than any client keeps a connection idle, so that no call meets a connection just being closed. */
const KEEP_ALIVE_MS = 65_000;

/** The listening server. */
export interface SimulatorListener {
  /** Base address without a slash at the end. */
  readonly url: string;
  /** Breaks every connection and frees the port. */
  close(): Promise<void>;
}

/**
 * Listens for both DingTalk hosts and the controls. Port 0 takes a free one.
 * @throws Error naming address and port when they can not be had.
 */
export async function listen(
  deps: { controls: SimulatorControls; respondDeps: RespondDeps },
  address: { host: string; port: number },
): Promise<SimulatorListener> {
  const server = createServer((request, response) => {
    serve(deps, request, response).catch((thrown: unknown) => failServing(response, thrown));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await bind(server, address);
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return { url: `http://${host}:${port}`, close: () => closeServer(server) };
}

async function serve(
  deps: { controls: SimulatorControls; respondDeps: RespondDeps },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { path, query } = splitTarget(request.url ?? "/");
  const method = request.method ?? "GET";
  const body = await readBody(request);
  if (path.startsWith(CONTROL_PREFIX)) {
    const { status, body: text } = answerControl(deps.controls, { method, path, query, body });
    send(response, status, "application/json;charset=UTF-8", text);
    return;
  }
  const header = (name: string) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const ip = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  const outcome = await respond(deps.respondDeps, { method, path, query, header, body, ip });
  switch (outcome.kind) {
    case "answer":
      for (const [name, value] of Object.entries(outcome.answer.headers ?? {}))
        response.setHeader(name, value);
      send(response, outcome.answer.status, outcome.answer.contentType, outcome.answer.body);
      return;
    case "reset":
      request.socket.resetAndDestroy();
      return;
    case "hang":
      // Nothing is sent and nothing closed: the client has to give up by itself.
      return;
  }
}

/** The path exactly as sent (a WHATWG URL would resolve dots and merge nothing else) and the query. */
function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf("?");
  if (mark < 0) return { path: target, query: new URLSearchParams() };
  return { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) };
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size <= BODY_LIMIT) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= BODY_LIMIT ? Buffer.concat(chunks) : undefined;
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** A client that went away, or a simulator being closed, needs no answer; anything else is a fault of ours. */
function failServing(response: ServerResponse, thrown: unknown): void {
  if (response.destroyed || response.req.destroyed || response.req.socket.destroyed) return;
  console.error("The simulator failed to answer a call:", thrown);
  send(response, 500, "text/plain;charset=UTF-8", "The simulator failed; see its error output.");
}

function bind(server: Server, address: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const place = `${address.host}:${address.port}`;
      reject(new Error(`The DingTalk simulator can not listen on ${place}: ${cause.message}`, { cause }));
    });
    server.listen(address.port, address.host, resolve);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
