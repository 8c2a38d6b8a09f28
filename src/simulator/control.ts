import { z } from "zod";
import { writeExactJson } from "./exact-json.js";
import { parseFault } from "./faults.js";
import { toInteger } from "./parameters.js";
import { BusinessRefusal, NewApiRefusal } from "./refusals.js";
import type { LoggedRequest, RequestFilter } from "./request-log.js";
import type { SettingsChange } from "./settings.js";
import type { SimulatorControls } from "./simulator.js";

/** Where another process drives the simulator; calls below it are neither logged, limited nor disturbed. */
export const CONTROL_PREFIX = "/_sim/";

/** One control call. */
export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Uint8Array | undefined;
}

/** The answer of a control call; the body is JSON. */
export interface ControlAnswer {
  readonly status: number;
  readonly body: string;
}

type Perform = (controls: SimulatorControls, request: ControlRequest) => { status?: number; value: unknown };

const DEFAULT_PAGE = 1_000;

const CONTROLS: ReadonlyMap<string, Perform> = new Map<string, Perform>([
  ["GET state", (controls) => ({ value: controls.state() })],
  ["GET requests", (controls, { query }) => ({ value: pageOfRequests(controls, query) })],
  ["DELETE requests", (controls) => done(() => controls.requests.clear())],
  ["GET summary", (controls) => ({ value: controls.requests.summary() })],
  ["GET faults", (controls) => ({ value: controls.faults.list() })],
  ["POST faults", addFaults],
  ["DELETE faults", removeFaults],
  ["GET settings", (controls) => ({ value: withoutSecret(controls) })],
  ["PATCH settings", changeSettings],
  ["POST act", act],
  ["DELETE tokens", (controls) => done(() => controls.revokeTokens())],
  ["POST reset", (controls) => done(() => controls.reset())],
]);

/** Performs a control call. Mistakes of the caller come back as 400, 404 or 409 with a `message`. */
export function answerControl(controls: SimulatorControls, request: ControlRequest): ControlAnswer {
  const name = `${request.method} ${request.path.slice(CONTROL_PREFIX.length)}`;
  const perform = CONTROLS.get(name);
  if (perform === undefined) {
    const known = [...CONTROLS.keys()].join(", ");
    return problem(404, `There is no control "${name}" below ${CONTROL_PREFIX}; there are: ${known}.`);
  }
  try {
    const { status = 200, value } = perform(controls, request);
    return { status, body: writeExactJson(value) };
  } catch (thrown) {
    if (thrown instanceof z.ZodError) return problem(400, z.prettifyError(thrown));
    if (thrown instanceof SyntaxError) return problem(400, "The body is not JSON.");
    if (thrown instanceof BusinessRefusal) return problem(409, thrown.message, thrown.code);
    if (thrown instanceof NewApiRefusal) return problem(409, thrown.message, thrown.code);
    throw thrown;
  }
}

function addFaults(controls: SimulatorControls, request: ControlRequest) {
  const body = readJson(request);
  const faults = (Array.isArray(body) ? body : [body]).map(parseFault);
  return { status: 201, value: { ids: faults.map((fault) => controls.faults.add(fault)) } };
}

function removeFaults(controls: SimulatorControls, request: ControlRequest) {
  const id = request.query.get("id");
  if (id === null) return done(() => controls.faults.clear());
  return { status: controls.faults.remove(id) ? 200 : 404, value: { id } };
}

function changeSettings(controls: SimulatorControls, request: ControlRequest) {
  // The settings check their own values, so any JSON may be handed on.
  controls.configure(readJson(request) as SettingsChange);
  return { value: withoutSecret(controls) };
}

const actSchema = z.strictObject({ path: z.string(), parameters: z.record(z.string(), z.unknown()) });

function act(controls: SimulatorControls, request: ControlRequest) {
  const { path, parameters } = actSchema.parse(readJson(request));
  return { value: controls.act(path, parameters) };
}

function pageOfRequests(controls: SimulatorControls, query: URLSearchParams) {
  const filter: RequestFilter = {
    path: query.get("path") ?? undefined,
    code: query.get("code") ?? undefined,
    correlationId: query.get("correlationId") ?? undefined,
    after: toInteger(query.get("after")),
  };
  const limit = toInteger(query.get("limit")) ?? DEFAULT_PAGE;
  const matching: readonly LoggedRequest[] = controls.requests.all(filter);
  return { total: matching.length, requests: matching.slice(0, limit) };
}

function withoutSecret(controls: SimulatorControls): object {
  const { appSecret: _secret, events, ...rest } = controls.settings;
  return { ...rest, events: events === null ? null : { url: events.url, send: events.send } };
}

function done(work: () => void): { value: unknown } {
  work();
  return { value: { done: true } };
}

function readJson(request: ControlRequest): unknown {
  return JSON.parse(new TextDecoder().decode(request.body));
}

function problem(status: number, message: string, code?: number | string): ControlAnswer {
  return { status, body: JSON.stringify({ status, message, code }) };
}
