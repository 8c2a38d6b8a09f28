import pg from "pg";
import { systemClock } from "../platform/clock.js";
import { newId } from "../platform/ids.js";
import { channelListeners } from "./channel-listeners.js";

/** Notifications of one PostgreSQL server over one connection of its own. */
export interface NotificationListener {
  /** Starts calling `listener` with the payloads of `channel`; resolves when the server confirmed it. */
  listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>;
  /** Calls the listeners of a channel in this process, as for a notification with an empty payload. */
  deliverHint(channel: string): void;
  /**
   * The payload to send a hint to other processes with: they hear an empty one, and this process, whose listeners were
   * called already, hears nothing.
   */
  readonly hintPayload: string;
  close(): Promise<void>;
}

const HINT = "hint from ";

const firstRetryMs = 250;
const longestRetryMs = 10_000;

/**
 * A listener that connects when the first channel is asked for, and connects again after a loss until it is closed.
 * A pool connection would not do: LISTEN belongs to a session, and pool sessions come and go.
 */
export function postgresListener(connectionOptions: pg.ClientConfig): NotificationListener {
  const listeners = channelListeners();
  const stop = new AbortController();
  const hintPayload = HINT + newId();
  let current: Promise<ListeningSession> | undefined;
  /** The same connection while it lives. */
  let connected: ListeningSession | undefined;

  async function connect(): Promise<ListeningSession> {
    const client = new pg.Client(connectionOptions);
    let lost = false;
    const onLoss = () => {
      if (lost) return;
      lost = true;
      current = undefined;
      connected = undefined;
      if (listeners.channels().length > 0 && !stop.signal.aborted) current = reconnect();
      // The promise is awaited by whoever listens next; a rejection (closed meanwhile) concerns nobody else.
      current?.catch(() => undefined);
    };
    client.on("notification", ({ channel, payload = "" }) => {
      if (payload === hintPayload) return;
      listeners.deliver(channel, payload.startsWith(HINT) ? "" : payload);
    });
    try {
      // The error event must have a listener from the start, or a reset connection would end the process.
      client.on("error", () => undefined);
      await client.connect();
      for (const channel of listeners.channels())
        await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    client.on("error", onLoss);
    client.on("end", onLoss);
    connected = listeningSession(client);
    return connected;
  }

  async function reconnect(): Promise<ListeningSession> {
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
      await systemClock.sleep(waitMs, stop.signal);
      try {
        return await connect();
      } catch {
        // The server is still away: what is missed meanwhile is a hint only, so there is nobody to tell.
      }
    }
  }

  /** The live connection; a failed first attempt is not kept, so that the next caller tries again. */
  function connection(): Promise<ListeningSession> {
    if (!current) {
      const attempt = connect();
      current = attempt;
      attempt.catch(() => {
        if (current === attempt) current = undefined;
      });
    }
    return current;
  }

  return {
    deliverHint: (channel) => listeners.deliver(channel, ""),
    hintPayload,

    async listen(channel, listener) {
      const remove = listeners.add(channel, listener);
      try {
        const session = await connection();
        // Listening to a channel twice is no error and changes nothing.
        await session.run(`listen ${pg.escapeIdentifier(channel)}`);
      } catch (error) {
        remove();
        throw error;
      }
      return async () => {
        remove();
        if (listeners.channels().includes(channel) || stop.signal.aborted) return;
        // A connection that is lost listens to nothing: waiting for the next one would hold up a stop.
        const session = connected;
        await session?.run(`unlisten ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
      };
    },

    async close() {
      const last = current;
      stop.abort(new Error("the database was closed"));
      listeners.clear();
      const session = await last?.catch(() => undefined);
      await session?.end();
    },
  };
}

/** The session of a connected listener. */
interface ListeningSession {
  /** Carries out a statement when those asked for before are done: pg 9 will not keep them waiting by itself. */
  run(statement: string): Promise<void>;
  end(): Promise<void>;
}

function listeningSession(client: pg.Client): ListeningSession {
  let last = Promise.resolve();
  return {
    run(statement) {
      const done = last.then(async () => void (await client.query(statement)));
      last = done.catch(() => undefined);
      return done;
    },
    end: () => client.end(),
  };
}
