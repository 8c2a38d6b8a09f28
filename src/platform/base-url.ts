/** A base URL that an administrator entered and that must not be called. */
export class UnsafeUrlError extends Error {
  override readonly name = "UnsafeUrlError";
}

/**
 * Parses a URL that an administrator entered as the base of outgoing calls, so that it can neither carry a
 * credential nor send one in clear text over a network (server-side request forgery, OWASP).
 * @param allowClearText for forward proxies, through which TLS is tunnelled anyway
 * @throws UnsafeUrlError saying what is expected
 */
export function parseBaseUrl(text: string, { allowClearText = false } = {}): URL {
  if (!URL.canParse(text)) throw new UnsafeUrlError("must be an absolute URL such as https://host.example");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new UnsafeUrlError("must begin with https://");
  }
  if (url.username || url.password) throw new UnsafeUrlError("must not contain a user name or password");
  if (url.search || url.hash) throw new UnsafeUrlError("must not contain a query or a fragment");
  if (url.protocol === "http:" && !allowClearText && !isLoopback(url.hostname)) {
    throw new UnsafeUrlError("must begin with https:// unless the host is this machine (loopback)");
  }
  if (isLinkLocal(url.hostname)) {
    throw new UnsafeUrlError("must not be a link-local address: cloud metadata services live there");
  }
  return url;
}

/** Appends an absolute path to a base URL that may have a path of its own. */
export function joinUrl(base: URL, path: string): URL {
  const joined = new URL(base);
  joined.pathname = base.pathname.replace(/\/$/, "") + path;
  return joined;
}

// The WHATWG parser has already turned 127.1, 0x7f.1 and 2130706433 into dotted form.
function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}

function isLinkLocal(hostname: string): boolean {
  return /^169\.254\./.test(hostname) || /^\[fe[89ab]/i.test(hostname) || /^\[::ffff:a9fe:/i.test(hostname);
}
