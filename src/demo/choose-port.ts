import { createServer } from "node:net";

/**
 * The wanted port when it can be had on `host`, else a free one; 0 asks for any free one. The port is free again
 * when this returns, so that a server can take it at once.
 * @throws Error when the host itself cannot be listened on.
 */
export async function choosePort(host: string, wanted: number): Promise<number> {
  try {
    return await tryPort(host, wanted);
  } catch (error) {
    if (wanted === 0 || !isPortRefusal(error)) throw error;
    return await tryPort(host, 0);
  }
}

function tryPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host, port }, () => {
      const address = server.address();
      const chosen = typeof address === "object" && address !== null ? address.port : port;
      server.close(() => resolve(chosen));
    });
  });
}

/** Whether somebody else has the port, or the system keeps it for itself. */
function isPortRefusal(error: unknown): boolean {
  return (
    error instanceof Error && "code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES")
  );
}
