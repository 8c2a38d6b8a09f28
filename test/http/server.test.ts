import type { RequestListener } from "node:http";
import { Agent, get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  type HttpServer,
  type HttpServerOptions,
  ListenError,
  startHttpServer,
} from "../../src/http/server.js";
import { systemClock } from "../../src/platform/clock.js";
import { createFakeClock } from "../support/fake-clock.js";

const running: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function start(app: RequestListener, options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = await startHttpServer(app, {
    host: "127.0.0.1",
    port: 0,
    clock: systemClock,
    stopTimeoutMs: 2000,
    ...options,
  });
  running.push(server);
  return server;
}

function fetchText(url: string, agent?: Agent): Promise<{ response: IncomingMessage; text: string }> {
  return new Promise((resolve, reject) => {
    get(url, agent ? { agent } : {}, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () => resolve({ response, text }));
      response.on("error", reject);
    }).on("error", reject);
  });
}

/** An application whose answers are held back until the test lets them go. */
function gate() {
  const waiting: (() => void)[] = [];
  let arrived: () => void = () => undefined;
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const app: RequestListener = (_request, response) => {
    waiting.push(() => response.end("done"));
    arrived();
  };
  const open = () => {
    for (const answer of waiting.splice(0)) answer();
  };
  return { app, arrival, open };
}

describe("startHttpServer", () => {
  it("tells the address it listens on", async () => {
    const server = await start((_request, response) => void response.end("hello"));
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect((await fetchText(server.url)).text).toBe("hello");
  });

  it("names PORT and HOST when the address is taken", async () => {
    const { port } = await start(() => undefined);
    const second = start(() => undefined, { port });
    await expect(second).rejects.toThrow(ListenError);
    await expect(second).rejects.toThrow(`PORT ${port} on HOST 127.0.0.1 is in use`);
  });

  it("names HOST when it is not an address of this machine", async () => {
    await expect(start(() => undefined, { host: "192.0.2.1" })).rejects.toThrow("HOST 192.0.2.1");
  });

  it("answers a request line of 20 kB, which a long filter makes", async () => {
    const server = await start((request, response) => void response.end(String(request.url?.length)));
    expect((await fetchText(`${server.url}/?${"f".repeat(20_000)}`)).text).toBe("20002");
  });
});

describe("closing", () => {
  it("lets a request finish that is under way, and takes no new connection", async () => {
    const { app, arrival, open } = gate();
    const server = await start(app);
    const agent = new Agent({ keepAlive: true });
    const answer = fetchText(server.url, agent);
    await arrival;
    const closed = server.close();
    await expect(fetchText(server.url)).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
    open();
    const { text, response } = await answer;
    expect(text).toBe("done");
    expect(response.complete).toBe(true);
    await closed;
    agent.destroy();
  });

  it("does not wait for idle keep-alive connections", async () => {
    const server = await start((_request, response) => void response.end("hello"));
    const agent = new Agent({ keepAlive: true });
    await fetchText(server.url, agent);
    const started = performance.now();
    await server.close();
    // Node itself would wait for five seconds.
    expect(performance.now() - started).toBeLessThan(3000);
    agent.destroy();
  });

  it("says first that it is stopping, and serves on until load balancers had their time", async () => {
    const clock = createFakeClock();
    const told: string[] = [];
    const app: RequestListener = (_request, response) => void response.end("hello");
    const server = await start(app, {
      clock,
      stopDelayMs: 5000,
      onStopping: () => void told.push("stopping"),
    });
    const closed = server.close();
    expect(told).toEqual(["stopping"]);
    const { response, text } = await fetchText(server.url);
    expect(text).toBe("hello");
    expect(response.headers.connection).toBe("close");
    await clock.advance(5000);
    await closed;
    await expect(fetchText(server.url)).rejects.toThrow("ECONNREFUSED");
  });

  it("cuts off what does not end in time", async () => {
    const { app, arrival } = gate();
    const server = await start(app, { stopTimeoutMs: 100 });
    const answer = fetchText(server.url);
    const broken = expect(answer).rejects.toThrow(/socket hang up|ECONNRESET/);
    await arrival;
    await server.close();
    await broken;
  });

  it("is one stop however often it is asked for", async () => {
    let told = 0;
    const server = await start((_request, response) => void response.end(), {
      onStopping: () => {
        told += 1;
      },
    });
    await Promise.all([server.close(), server.close()]);
    await server.close();
    expect(told).toBe(1);
  });

  it("ends a connection that never sent a request", async () => {
    const server = await start(() => undefined, { stopTimeoutMs: 200 });
    const socket = connect(server.port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const ended = new Promise((resolve) => socket.once("close", resolve));
    await server.close();
    await ended;
  });
});
