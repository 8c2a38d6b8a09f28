import { isIP } from "node:net";
import type { Request } from "express";

/**
 * The caller's IP address, in its plain form; undefined where there is none. It is the socket's, or, behind proxies that
 * TRUST_PROXY names, what they say it is: some add a port or brackets, and a dual-stack socket shows IPv4 mapped.
 */
export function addressOf(request: Request): string | undefined {
  const text = request.ip;
  if (text === undefined) return undefined;
  const plain = isIP(text) === 4 ? text : withoutDecoration(text);
  return isIP(plain) === 0 ? undefined : plain;
}

function withoutDecoration(text: string): string {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const [address = ""] = bare.split("%", 1);
  return /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
}
