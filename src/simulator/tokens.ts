import type { Clock } from "../platform/clock.js";
import { newId } from "../platform/ids.js";

/** What the server thinks of a token it is shown. */
export type TokenState = "valid" | "expired" | "unknown";

/** The app's access tokens. One token is current; asking again while it lives returns and renews it. */
export interface TokenStore {
  /** The current token, made now if there is none alive, with a full lifetime from now. */
  issue(): { token: string; lifetimeMs: number };
  /** Whether a call with this token may go on. */
  check(token: string): TokenState;
  /** Kills every token at once, as an administrator does by changing the secret. */
  revokeAll(): void;
}

const REMEMBERED_TOKENS = 1_000;

/** Makes an empty token store. `lifetimeMs` is asked at each issue, so that it may be changed meanwhile. */
export function createTokenStore(deps: { clock: Clock; lifetimeMs: () => number }): TokenStore {
  const expiries = new Map<string, number>();
  let current: string | undefined;
  const now = () => deps.clock.now().getTime();
  const check = (token: string): TokenState => {
    const expiry = expiries.get(token);
    if (expiry === undefined) return "unknown";
    return now() < expiry ? "valid" : "expired";
  };
  return {
    issue() {
      if (current === undefined || check(current) !== "valid") {
        current = newId().replaceAll("-", "");
        forgetOldest(expiries);
      }
      const lifetimeMs = deps.lifetimeMs();
      expiries.set(current, now() + lifetimeMs);
      return { token: current, lifetimeMs };
    },
    check,
    revokeAll() {
      expiries.clear();
      current = undefined;
    },
  };
}

function forgetOldest(expiries: Map<string, number>): void {
  if (expiries.size < REMEMBERED_TOKENS) return;
  const oldest = expiries.keys().next();
  if (!oldest.done) expiries.delete(oldest.value);
}
