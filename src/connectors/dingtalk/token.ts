import type { Clock } from "../../platform/clock.js";
import type { CallContext } from "../operations.js";

/** A fresh token and how long it lives, in milliseconds. */
export interface FreshToken {
  token: string;
  lifetimeMs: number;
}

/** The access token of one app. */
export interface TokenSource {
  /** A token that is believed good; waits for a request to the vendor only when there is none. */
  get(context: CallContext): Promise<string>;
  /** Forgets `token` because the vendor refused it, unless another one has taken its place already. */
  drop(token: string): void;
}

const REFRESH_AT = 0.9;
/** After a refresh ahead of time was started, how long until the next one may be, in milliseconds. */
const AHEAD_GAP_MS = 30_000;

/**
 * Caches the token with one request at a time whoever asks. From 90 % of its life on a new one is fetched while
 * the old one goes on being used, so neither an expiry nor a failing token API stops the calls at once.
 * The fetch does not hear the callers' signals: the others still want its result.
 */
export function createTokenSource(deps: {
  clock: Clock;
  fetchToken: (context: CallContext) => Promise<FreshToken>;
}): TokenSource {
  let held: { token: string; refreshAt: number; expiresAt: number } | undefined;
  let running: Promise<string> | undefined;
  const now = () => deps.clock.now().getTime();

  const refresh = ({ signal: _theirs, ...context }: CallContext): Promise<string> => {
    running ??= deps
      .fetchToken(context)
      .then(({ token, lifetimeMs }) => {
        const at = now();
        held = { token, refreshAt: at + lifetimeMs * REFRESH_AT, expiresAt: at + lifetimeMs };
        return token;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };

  return {
    async get(context) {
      if (held === undefined || now() >= held.expiresAt) {
        return untilAborted(refresh(context), context.signal);
      }
      if (now() >= held.refreshAt) {
        held.refreshAt = now() + AHEAD_GAP_MS;
        // The failed call is on record; the token in hand is good, and its expiry brings the error to a caller.
        refresh(context).catch(() => undefined);
      }
      return held.token;
    },
    drop(token) {
      if (held?.token === token) held = undefined;
    },
  };
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  // A waiter who leaves must not turn a later failure into an unhandled rejection.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
