import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { joinUrl } from "../../src/platform/base-url.js";
import {
  createOutgoingHttp,
  type OutgoingHttp,
  OutgoingHttpError,
  type OutgoingHttpOptions,
} from "../../src/platform/outgoing-http.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

async function serve(answer: RequestListener): Promise<URL> {
  const server = createServer(answer);
  const port = await listen(server);
  closers.push(async () => server.closeAllConnections());
  return new URL(`http://127.0.0.1:${port}`);
}

/** A forward proxy whose answer to CONNECT is up to the test. */
async function proxy(onConnect: (request: IncomingMessage, socket: Duplex) => void): Promise<URL> {
  const server = createServer();
  server.on("connect", (request, socket) => {
    closers.push(async () => socket.destroy());
    socket.on("error", () => undefined);
    onConnect(request, socket);
  });
  return new URL(`http://127.0.0.1:${await listen(server)}`);
}

function open(options: OutgoingHttpOptions = {}): OutgoingHttp {
  const http = createOutgoingHttp(options);
  closers.push(() => http.close());
  return http;
}

async function failureOf(promise: Promise<unknown>): Promise<OutgoingHttpError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OutgoingHttpError)) throw error ?? new Error("an answer arrived");
  return error;
}

describe("an outgoing request", () => {
  it("carries method, headers and body, and brings back status, headers and text", async () => {
    const url = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        response.writeHead(201, { "X-Answer": "yes" });
        const body = Buffer.concat(chunks).toString();
        response.end(`${request.method} ${request.url} ${request.headers["x-request-id"]} ${body} 好`);
      });
    });
    const headers = { "x-request-id": "r1", "content-type": "application/json" };
    const target = joinUrl(url, "/a/b");
    target.searchParams.set("q", "1 2");
    const response = await open().send({ method: "POST", url: target, headers, body: '{"中":1}' });
    expect(response.status).toBe(201);
    expect(response.headers.get("x-answer")).toBe("yes");
    expect(response.text).toBe('POST /a/b?q=1+2 r1 {"中":1} 好');
  });

  it("does not follow redirects", async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    });
    expect((await open().send({ method: "GET", url })).status).toBe(302);
    expect(requests).toBe(1);
  });

  it("that is refused was certainly not applied", async () => {
    const error = await failureOf(open().send({ method: "GET", url: new URL("http://127.0.0.1:1/") }));
    expect(error).toMatchObject({ failure: "refused-connection", mayHaveApplied: false });
  });

  it("to a host without address was certainly not applied", async () => {
    const error = await failureOf(open().send({ method: "GET", url: new URL("http://nowhere.invalid/") }));
    expect(error).toMatchObject({ failure: "unresolved-host", mayHaveApplied: false });
  });

  it("to a server that speaks no TLS was certainly not applied", async () => {
    const url = await serve((_request, response) => response.end("plain"));
    url.protocol = "https:";
    const error = await failureOf(open().send({ method: "GET", url }));
    expect(error.mayHaveApplied).toBe(false);
  });

  it("that is reset after sending may have been applied", async () => {
    const url = await serve((request) => request.socket.resetAndDestroy());
    const error = await failureOf(open().send({ method: "POST", url, body: "{}" }));
    expect(error).toMatchObject({ failure: "reset", mayHaveApplied: true });
  });

  it("whose answer breaks off in the middle may have been applied", async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => request.socket.resetAndDestroy());
    });
    const error = await failureOf(open().send({ method: "POST", url, body: "{}" }));
    expect(error).toMatchObject({ failure: "reset", mayHaveApplied: true });
  });

  it("answered by something that is not HTTP may have been applied", async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined).on("data", () => socket.end("garbage\r\n\r\n"));
    });
    const port = await listen(server);
    const error = await failureOf(
      open().send({ method: "POST", url: new URL(`http://127.0.0.1:${port}`), body: "x" }),
    );
    expect(error).toMatchObject({ failure: "reset", mayHaveApplied: true });
    for (const socket of sockets) socket.destroy();
  });

  it("without answer in time may have been applied", async () => {
    const url = await serve(() => undefined);
    const error = await failureOf(open({ totalTimeoutMs: 80 }).send({ method: "POST", url, body: "{}" }));
    expect(error).toMatchObject({ failure: "timeout", mayHaveApplied: true });
  });

  it("gives up on headers that do not come, whatever the total time is", async () => {
    const url = await serve(() => undefined);
    const error = await failureOf(open({ headersTimeoutMs: 100 }).send({ method: "GET", url }));
    expect(error.failure).toBe("timeout");
  });

  it("ends an answer that drips for ever", async () => {
    const url = await serve((_request, response) => {
      const timer = setInterval(() => response.write("."), 10);
      response.on("close", () => clearInterval(timer));
    });
    const error = await failureOf(open({ totalTimeoutMs: 120 }).send({ method: "GET", url }));
    expect(error.failure).toBe("timeout");
  });

  it("is cut at the largest answer allowed", async () => {
    const url = await serve((_request, response) => response.end("x".repeat(10_001)));
    const http = open({ maxResponseBytes: 10_000 });
    const error = await failureOf(http.send({ method: "GET", url }));
    expect(error).toMatchObject({ failure: "too-large", mayHaveApplied: true });
  });

  it("stops when the caller leaves, and knows whether it was sent", async () => {
    const url = await serve(() => undefined);
    const leaving = new AbortController();
    const sent = failureOf(open().send({ method: "POST", url, body: "{}", signal: leaving.signal }));
    setTimeout(() => leaving.abort(), 60);
    expect(await sent).toMatchObject({ failure: "aborted", mayHaveApplied: true });
    const unsent = failureOf(open().send({ method: "POST", url, body: "{}", signal: AbortSignal.abort() }));
    expect(await unsent).toMatchObject({ failure: "aborted", mayHaveApplied: false });
  });

  it("goes through the proxy's tunnel when there is one, without resolving the name itself", async () => {
    const vendor = await serve((request, response) => response.end(`vendor ${request.url}`));
    const asked: string[] = [];
    const proxyUrl = await proxy((request, socket) => {
      asked.push(String(request.url));
      const upstream = connect(Number(vendor.port), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        upstream.pipe(socket).pipe(upstream);
      });
    });
    const url = new URL("http://vendor.invalid/x?y=1");
    expect((await open({ proxyUrl }).send({ method: "GET", url })).text).toBe("vendor /x?y=1");
    expect(asked).toEqual(["vendor.invalid:80"]);
  });

  it.each<[string, (socket: Duplex) => void, string]>([
    ["closes the tunnel", (socket) => socket.destroy(), "refused-connection"],
    ["refuses the tunnel", (socket) => socket.end("HTTP/1.1 403 No\r\n\r\n"), "refused-connection"],
    ["never opens the tunnel", () => undefined, "timeout"],
  ])(
    "to a proxy that %s was certainly not applied, and is not tried again",
    async (_name, behave, failure) => {
      let tunnels = 0;
      const proxyUrl = await proxy((_request, socket) => {
        tunnels += 1;
        behave(socket);
      });
      const http = open({ proxyUrl, headersTimeoutMs: 100 });
      const error = await failureOf(
        http.send({ method: "POST", url: new URL("https://vendor.invalid/"), body: "{}" }),
      );
      expect(error).toMatchObject({ failure, mayHaveApplied: false });
      expect(tunnels).toBe(1);
    },
  );

  it("that no proxy lets through was certainly not applied", async () => {
    const proxyUrl = new URL("http://127.0.0.1:1");
    const error = await failureOf(
      open({ proxyUrl }).send({ method: "GET", url: new URL("https://vendor.invalid/") }),
    );
    expect(error.mayHaveApplied).toBe(false);
  });

  it("fails with a message that shows no query", async () => {
    const url = new URL("http://127.0.0.1:1/call?access_token=t0ps3cret");
    const error = await failureOf(open().send({ method: "GET", url }));
    expect(error.message).toContain("/call");
    expect(error.message).not.toContain("t0ps3cret");
  });
});
