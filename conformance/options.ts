import { parseArgs } from "node:util";
import type { Credentials } from "./obtain-token.js";

/** What the command line asks for. */
export interface Options {
  url: string;
  credentials: Credentials;
  /** The Markdown file to write; the same name with .json is written beside it. */
  report?: string;
  /** Ids, or the beginnings of ids, of the requirements to check; empty for all. */
  only: readonly string[];
}

export const USAGE = `npm run conformance -- --url URL (--client ID --secret SECRET | --token TOKEN) [options]

Checks a running SCIM 2.0 server against RFC 7643, RFC 7644 and RFC 9865, from outside.
It creates and deletes users and groups with names that begin with "conformance-", and nothing else.

  --url URL         base address, e.g. http://127.0.0.1:8080/scim/v2
  --client ID       OAuth 2.0 client, and
  --secret SECRET   its secret (client_credentials), or
  --token TOKEN     a bearer token
  --token-url URL   token endpoint; /oauth/token on the server of --url unless given
  --report FILE     writes the report as Markdown, and as JSON beside it
  --only IDS        requirements to check, separated by commas: 7644-3.5.2 is all of that section

The status is 0 unless a MUST, SHALL or REQUIRED is broken.`;

/**
 * Reads the command line; undefined where help is asked for.
 * @throws Error that says what is wrong with it
 */
export function readOptions(args: readonly string[]): Options | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: text,
      client: text,
      secret: text,
      token: text,
      "token-url": text,
      report: text,
      only: text,
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return undefined;
  if (values.url === undefined || !URL.canParse(values.url)) throw new Error("--url has to be an address.");
  return {
    url: values.url.replace(/\/+$/, ""),
    credentials: {
      ...(values.token !== undefined && { token: values.token }),
      ...(values.client !== undefined && { client: values.client }),
      ...(values.secret !== undefined && { secret: values.secret }),
      ...(values["token-url"] !== undefined && { tokenUrl: values["token-url"] }),
    },
    ...(values.report !== undefined && { report: values.report }),
    only: values.only?.split(",").map((id) => id.trim()) ?? [],
  };
}
