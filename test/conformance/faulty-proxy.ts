import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A request on its way to the server, and its answer on the way back; a fault changes either. */
export interface Passing {
  method: string;
  /** Path and query below the base address. */
  path: string;
  headers: Record<string, string>;
  status: number;
  answered: Record<string, string>;
  text: string;
}

/** What a faulty server does otherwise. */
export interface Fault {
  /** Changes the request; answers it itself where it says so. */
  onRequest?(request: Passing): "answered" | undefined;
  /** Changes the answer. */
  onAnswer?(passing: Passing): void;
}

/** Passes requests on to the SCIM server at `upstream`; `setFault` says what goes wrong from then on. */
export async function startFaultyProxy(upstream: string) {
  let fault: Fault = {};
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const passing: Passing = {
        method: request.method ?? "GET",
        path: request.url ?? "/",
        headers: Object.fromEntries(
          ["accept", "authorization", "content-type", "if-match", "if-none-match"].flatMap((name) => {
            const value = request.headers[name];
            return typeof value === "string" ? [[name, value]] : [];
          }),
        ),
        status: 200,
        answered: {},
        text: "",
      };
      passOn(passing, Buffer.concat(parts)).then(
        () => response.writeHead(passing.status, passing.answered).end(passing.text),
        (error: unknown) => response.writeHead(502).end(String(error)),
      );
    });
  });

  async function passOn(passing: Passing, body: Buffer): Promise<void> {
    if (fault.onRequest?.(passing) === "answered") return;
    const answer = await fetch(upstream + passing.path, {
      method: passing.method,
      headers: passing.headers,
      redirect: "manual",
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    passing.status = answer.status;
    for (const name of ["content-type", "location", "etag", "www-authenticate"]) {
      const value = answer.headers.get(name);
      if (value !== null) passing.answered[name] = value;
    }
    passing.text = await answer.text();
    fault.onAnswer?.(passing);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setFault(next: Fault) {
      fault = next;
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
