import type { Clock } from "../../platform/clock.js";
import type { HistoryEvent } from "../history.js";
import type { EventSubscription, SimulatorSettings } from "../settings.js";
import { seal, unseal } from "./cipher.js";
import { checkEvent, type SimulatedEvent, toEvent } from "./simulated-event.js";

/** What became of one push. */
export interface PushResult {
  readonly event: SimulatedEvent;
  /** HTTP status; 0 where nobody answered. */
  readonly status: number;
  /** Whether the answer was the signed and encrypted "success" that DingTalk asks for. */
  readonly accepted: boolean;
}

/** How to send what waits. */
export interface SendOptions {
  /** Puts the events in the order in which they are sent. Default: as they happened. */
  order?: (events: readonly SimulatedEvent[]) => readonly SimulatedEvent[];
  /** How often each is sent. Default once. */
  times?: number;
}

/** The events of a company, and their way to whoever subscribed. Kept only while there is a subscription. */
export interface EventPushes {
  /** Events that were not sent yet, oldest first. */
  waiting(): readonly SimulatedEvent[];
  /** Tries the address, as the console does when it is entered. @throws Error without a subscription */
  check(): Promise<PushResult>;
  /** Sends what waits, one after the other, and answers what became of each push. */
  send(options?: SendOptions): Promise<PushResult[]>;
}

/** Pauses before the repetitions of a push that was not accepted, in milliseconds. */
const REPEAT_AFTER_MS = [10_000, 30_000];

/** Makes the pushes of a company; `note` is to be told of each change of its contact book. */
export function createEventPushes(deps: { clock: Clock; settings: SimulatorSettings; signal: AbortSignal }): {
  pushes: EventPushes;
  note(change: HistoryEvent): void;
  clear(): void;
} {
  const { clock, settings, signal } = deps;
  let waiting: SimulatedEvent[] = [];
  let sending: Promise<unknown> = Promise.resolve();

  async function push(event: SimulatedEvent, subscription: EventSubscription): Promise<PushResult> {
    const owner = subscription.owner === "corp" ? settings.corpId : settings.appKey;
    const sealed = seal(subscription, JSON.stringify(event), owner, clock.now());
    const { signature, timestamp, nonce, encrypt } = sealed;
    const query = new URLSearchParams({ msg_signature: signature, signature, timestamp, nonce });
    try {
      const answer = await fetch(`${subscription.url}?${query}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ encrypt }),
        redirect: "manual",
        signal,
      });
      const body: unknown = await answer.json();
      const accepted = answer.status === 200 && textIn(subscription, body, owner) === "success";
      return { event, status: answer.status, accepted };
    } catch {
      return { event, status: 0, accepted: false };
    }
  }

  async function pushPatiently(event: SimulatedEvent, subscription: EventSubscription): Promise<void> {
    for (const pause of [...REPEAT_AFTER_MS, undefined]) {
      if ((await push(event, subscription)).accepted || pause === undefined) return;
      await clock.sleep(pause, signal);
    }
  }

  return {
    pushes: {
      waiting: () => [...waiting],
      async check() {
        const { events } = settings;
        if (events === null) throw new Error("Nobody subscribed to the simulator's events.");
        return push(checkEvent(settings.corpId), events);
      },
      async send({ order = (events) => events, times = 1 }: SendOptions = {}) {
        const { events: subscription } = settings;
        if (subscription === null) return [];
        const taken = waiting;
        waiting = [];
        const results: PushResult[] = [];
        for (const event of order(taken.flatMap((one) => Array<SimulatedEvent>(times).fill(one)))) {
          results.push(await push(event, subscription));
        }
        return results;
      },
    },
    note(change) {
      const { events: subscription } = settings;
      if (subscription === null) return;
      const event = toEvent(change, settings.corpId);
      if (subscription.send === "on-demand") waiting.push(event);
      // One after the other; a push that is given up, or a simulator that is closed, ends nothing else.
      else sending = sending.then(() => pushPatiently(event, subscription)).catch(() => undefined);
    },
    clear() {
      waiting = [];
    },
  };
}

function textIn(subscription: EventSubscription, body: unknown, owner: string): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const text = (name: string) => {
    const value: unknown = Reflect.get(body, name);
    return typeof value === "string" ? value : "";
  };
  const [signature, timestamp] = [text("msg_signature"), text("timeStamp")];
  return unseal(
    subscription,
    { signature, timestamp, nonce: text("nonce"), encrypt: text("encrypt") },
    owner,
  );
}
