import { type Clock, systemClock } from "../platform/clock.js";
import { type Arrival, respond } from "./respond.js";
import { listen } from "./server.js";
import { applySettings, defaultSettings, type SettingsChange, type SimulatorSettings } from "./settings.js";
import { createSimulatorState, type SimulatorControls } from "./simulator.js";
import type { Outcome } from "./strike.js";

export type { Fault, FaultPlan, PlannedFault } from "./faults.js";
export type { HistoryDump, HistoryEvent, LiveDuplicate } from "./history.js";
export { contraryReadings, type Readings, usualReadings } from "./readings.js";
export { BusinessRefusal } from "./refusals.js";
export type { LoggedRequest, PathSummary, RequestFilter, RequestLog } from "./request-log.js";
export type { Grants, PermissionPoint, SensitiveUserField, SimulatorSettings } from "./settings.js";
export type { SimulatorControls } from "./simulator.js";
export type { DepartmentDump, StateDump, UserDump } from "./state-dump.js";

/** How to start a simulator: any of its settings (`SimulatorSettings`), and where it listens and whose time it keeps. */
export interface SimulatorOptions extends SettingsChange {
  /** Default 0: a free port. */
  port?: number | undefined;
  /** Default 127.0.0.1. */
  host?: string | undefined;
  /** Default the machine's clock. Token lifetimes, limits, delays and time stamps follow it. */
  clock?: Clock | undefined;
}

/** A running DingTalk: one company, one internal app, both API hosts on one address. */
export interface Simulator extends SimulatorControls {
  /** Base address for both hosts, without a slash at the end. */
  readonly url: string;
  /** What a client signs in with. */
  readonly credentials: { readonly corpId: string; readonly appKey: string; readonly appSecret: string };
  /** Breaks open connections, ends waits and frees the port. */
  close(): Promise<void>;
}

/** A DingTalk that is called within the process, without a port. */
export interface InProcessSimulator extends SimulatorControls {
  readonly credentials: Simulator["credentials"];
  /** What becomes of one vendor call; may take time on the simulator's clock. */
  respond(arrival: Arrival): Promise<Outcome>;
}

/**
 * Starts a simulated DingTalk tenant with an empty contact book.
 * @throws z.ZodError for a wrong setting, Error when the port can not be had.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = "127.0.0.1", clock = systemClock, ...chosen } = options;
  const closing = new AbortController();
  const state = createState(clock, chosen, closing.signal);
  const listener = await listen(state, { host, port });
  return {
    ...state.controls,
    url: listener.url,
    get credentials() {
      return credentialsIn(state.controls.settings);
    },
    close() {
      closing.abort(new Error("The simulator was closed."));
      return listener.close();
    },
  };
}

/**
 * Makes a simulated DingTalk tenant that listens nowhere.
 * @throws z.ZodError for a wrong setting
 */
export function createInProcessSimulator(
  options: Omit<SimulatorOptions, "port" | "host"> = {},
): InProcessSimulator {
  const { clock = systemClock, ...chosen } = options;
  const state = createState(clock, chosen, new AbortController().signal);
  return {
    ...state.controls,
    get credentials() {
      return credentialsIn(state.controls.settings);
    },
    respond: (arrival) => respond(state.respondDeps, arrival),
  };
}

function createState(clock: Clock, chosen: SettingsChange, signal: AbortSignal) {
  const settings = defaultSettings();
  applySettings(settings, chosen);
  return createSimulatorState({ clock, settings, signal });
}

function credentialsIn({ corpId, appKey, appSecret }: Readonly<SimulatorSettings>): Simulator["credentials"] {
  return { corpId, appKey, appSecret };
}
