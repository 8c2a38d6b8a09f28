import type { Clock } from "../platform/clock.js";
import { APIS } from "./apis.js";
import { createContactBook } from "./contact-book.js";
import type { AnswerFields } from "./envelope.js";
import { createEventPushes, type EventPushes } from "./events/event-pushes.js";
import { createFaultInjector, type FaultPlan } from "./faults.js";
import { createGate } from "./gate.js";
import { parametersOf } from "./parameters.js";
import { BusinessRefusal } from "./refusals.js";
import { createRequestRecorder, type RequestLog } from "./request-log.js";
import type { RespondDeps } from "./respond.js";
import { applySettings, type SettingsChange, type SimulatorSettings } from "./settings.js";
import { dumpState, type StateDump } from "./state-dump.js";
import { createTokenStore } from "./tokens.js";

/** Everything that can be done to a running simulator from outside the vendor's API. */
export interface SimulatorControls {
  /** The settings in force. */
  readonly settings: Readonly<SimulatorSettings>;
  readonly faults: FaultPlan;
  readonly requests: RequestLog;
  /** The events that tell a subscriber of changes, whether by hand or by a call. */
  readonly events: EventPushes;
  state(): StateDump;
  /**
   * Changes settings while running, for example the grants, the contact scope or the address list.
   * @throws z.ZodError when a value is of the wrong kind.
   */
  configure(change: SettingsChange): void;
  /**
   * Does what an administrator does at DingTalk's own console: performs the API of this path under the rules of
   * the contact book, but without token, limits, faults, grants, scope or log. Answers what the API answers
   * beside `errcode`.
   * @throws BusinessRefusal when a rule refuses it, or with code 22 when there is no such API.
   */
  act(path: string, parameters: Record<string, unknown>): AnswerFields;
  /** Kills every access token at once. */
  revokeTokens(): void;
  /** Back to an empty company: contact book, history, tokens, faults, log and limits. Settings stay. */
  reset(): void;
}

/** Builds the state of one simulated tenant, and the parts its vendor API is answered with. */
export function createSimulatorState(deps: {
  clock: Clock;
  settings: SimulatorSettings;
  signal: AbortSignal;
}): {
  controls: SimulatorControls;
  respondDeps: RespondDeps;
} {
  const { clock, settings, signal } = deps;
  const events = createEventPushes(deps);
  const newBook = () => createContactBook({ clock, corpName: settings.corpName, onChange: events.note });
  let book = newBook();
  const tokens = createTokenStore({ clock, lifetimeMs: () => settings.tokenLifetimeMs });
  const gate = createGate({ clock, settings, tokens });
  const faults = createFaultInjector({ clock });
  const recorder = createRequestRecorder({ clock });

  const controls: SimulatorControls = {
    settings,
    faults: faults.plan,
    requests: recorder.log,
    events: events.pushes,
    state: () => dumpState(book, settings.corpId),
    configure: (change) => applySettings(settings, change),
    act(path, parameters) {
      const api = APIS.get(path);
      if (api === undefined) throw new BusinessRefusal(22, path);
      return api.perform({
        parameters: parametersOf(parameters),
        settings,
        tokens,
        book,
        asAdministrator: true,
      });
    },
    revokeTokens: () => tokens.revokeAll(),
    reset() {
      book = newBook();
      tokens.revokeAll();
      gate.clear();
      faults.plan.clear();
      recorder.log.clear();
      events.clear();
    },
  };
  return {
    controls,
    respondDeps: { clock, settings, tokens, gate, faults, recorder, book: () => book, signal },
  };
}
