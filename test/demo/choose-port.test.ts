import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { choosePort } from "../../src/demo/choose-port.js";

const HOST = "127.0.0.1";
const servers: ReturnType<typeof createServer>[] = [];

async function occupyPort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port.");
  return address.port;
}

async function freePort(): Promise<number> {
  const port = await occupyPort();
  servers.pop()?.close();
  return port;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe("choosing a port", () => {
  it("keeps the wanted port when it is free", async () => {
    const port = await freePort();
    expect(await choosePort(HOST, port)).toBe(port);
  });

  it("takes another one when the wanted port is busy", async () => {
    const busy = await occupyPort();
    const port = await choosePort(HOST, busy);
    expect(port).not.toBe(busy);
    expect(port).toBeGreaterThan(0);
  });

  it("raises what is wrong with the host", async () => {
    await expect(choosePort("192.0.2.1", 8080)).rejects.toThrow("EADDRNOTAVAIL");
  });
});
