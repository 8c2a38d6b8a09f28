import type { Clock } from "../platform/clock.js";
import { APIS } from "./apis.js";
import type { Api } from "./call.js";
import type { ContactBook } from "./contact-book.js";
import {
  type Answer,
  answerRefusal,
  newApiFailure,
  newApiSuccess,
  oldApiSuccess,
  page,
  plainFailure,
  spelledAs,
  unknownOldApi,
} from "./envelope.js";
import type { FaultInjector } from "./faults.js";
import type { Gate } from "./gate.js";
import { loggable } from "./loggable.js";
import { isFormBody, isJsonBody, type Parameters, readParameters } from "./parameters.js";
import { BusinessRefusal, textOfCode } from "./refusals.js";
import type { Finished, RequestRecorder } from "./request-log.js";
import type { SimulatorSettings } from "./settings.js";
import { happensAfter, type Outcome, strikeOutcome } from "./strike.js";
import type { TokenStore } from "./tokens.js";

/** One request, read completely. */
export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** A header's value by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** Undefined when it was larger than the limit. */
  readonly body: Uint8Array | undefined;
  readonly ip: string;
}

/** The parts a vendor call passes through. */
export interface RespondDeps {
  readonly clock: Clock;
  readonly settings: SimulatorSettings;
  readonly tokens: TokenStore;
  readonly gate: Gate;
  readonly faults: FaultInjector;
  readonly recorder: RequestRecorder;
  readonly book: () => ContactBook;
  /** Ends waits when the simulator is closed. */
  readonly signal: AbortSignal;
}

/** Decides what becomes of one vendor call, and logs it. */
export async function respond(deps: RespondDeps, arrival: Arrival): Promise<Outcome> {
  const read = readArrival(arrival);
  const finish = deps.recorder.begin({
    method: arrival.method,
    path: arrival.path,
    parameters: loggable(read.parameters),
    correlationId: correlationIdOf(arrival),
  });
  const api = APIS.get(arrival.path);
  const settle = (outcome: Outcome, applied: boolean, faults: readonly string[]): Outcome => {
    finish(finishedBy(outcome, applied, faults));
    if (outcome.kind !== "answer" || arrival.path.startsWith("/v1.0/")) return outcome;
    return { kind: "answer", answer: spelledAs(outcome.answer, deps.settings) };
  };
  const throttled = deps.gate.throttle(arrival.ip, api);
  if (throttled !== undefined) return settle({ kind: "answer", answer: throttled }, false, []);

  const { strike, delaysMs, kinds } = deps.faults.take(arrival.path, read.parameters);
  await wait(deps, delaysMs.before + deps.settings.latencyMs);
  if (strike !== undefined && !happensAfter(strike)) {
    return settle(strikeOutcome(deps, arrival.path, strike), false, kinds);
  }
  const answer = perform(deps, api, arrival, read);
  await wait(deps, delaysMs.after);
  const seen =
    strike === undefined ? { kind: "answer" as const, answer } : strikeOutcome(deps, arrival.path, strike);
  return settle(seen, answer.code === 0, kinds);
}

/** Parameters as far as they could be read, and what is wrong with the rest. */
interface ReadArrival {
  readonly parameters: Parameters;
  readonly refusal: BusinessRefusal | undefined;
}

function readArrival(arrival: Arrival): ReadArrival {
  if (arrival.method === "GET") return { parameters: new Map(arrival.query), refusal: undefined };
  try {
    const parameters = readParameters(arrival.header("content-type"), arrival.body ?? new Uint8Array());
    return { parameters, refusal: undefined };
  } catch (thrown) {
    if (!(thrown instanceof BusinessRefusal)) throw thrown;
    return { parameters: new Map(), refusal: thrown };
  }
}

function perform(deps: RespondDeps, api: Api | undefined, arrival: Arrival, read: ReadArrival): Answer {
  if (arrival.body === undefined) return page(413, "Request Entity Too Large");
  if (api === undefined || (api.family === "v1" && api.method !== arrival.method)) {
    if (!arrival.path.startsWith("/v1.0/")) return unknownOldApi(arrival.path);
    return newApiFailure(
      404,
      "InvalidAction.NotFound",
      "Specified api is not found, please check your url and method.",
    );
  }
  if (api.method !== arrival.method) {
    const code = api.method === "GET" ? 43001 : 43002;
    return plainFailure(code, textOfCode(code));
  }
  const refused = deps.gate.authorise(api, tokenOf(api, arrival, read.parameters), arrival.ip);
  if (refused !== undefined) return refused;
  if (api.family === "v1" && !hasJsonObject(arrival, read)) {
    return newApiFailure(400, "Missingbody", "body is mandatory for this action.");
  }
  if (read.refusal !== undefined) return answerRefusal(read.refusal);
  const { settings, tokens } = deps;
  try {
    const call = { parameters: read.parameters, settings, tokens, book: deps.book(), asAdministrator: false };
    const fields = api.perform(call);
    return api.family === "v1" ? newApiSuccess(fields) : oldApiSuccess(fields);
  } catch (thrown) {
    return answerRefusal(thrown);
  }
}

function hasJsonObject(arrival: Arrival, read: ReadArrival): boolean {
  return (
    isJsonBody(arrival.header("content-type")) && arrival.body?.byteLength !== 0 && read.refusal === undefined
  );
}

/** v1.0 reads its own header only; `/topapi` also takes the token as a field of a form. */
function tokenOf(api: Api, arrival: Arrival, parameters: Parameters): string | undefined {
  if (api.family === "v1") return arrival.header("x-acs-dingtalk-access-token");
  const inQuery = arrival.query.get("access_token");
  if (inQuery !== null || !isFormBody(arrival.header("content-type"))) return inQuery ?? undefined;
  const inForm = parameters.get("access_token");
  return typeof inForm === "string" ? inForm : undefined;
}

function finishedBy(outcome: Outcome, applied: boolean, faults: readonly string[]): Finished {
  if (outcome.kind === "answer") {
    const { status, code } = outcome.answer;
    return { state: "answered", status, code, applied, faults };
  }
  const state = outcome.kind === "reset" ? "reset" : "hung";
  return { state, status: undefined, code: undefined, applied, faults };
}

async function wait(deps: RespondDeps, ms: number): Promise<void> {
  if (ms > 0) await deps.clock.sleep(ms, deps.signal);
}

function correlationIdOf(arrival: Arrival): string | undefined {
  return (
    arrival.header("x-correlation-id") ?? arrival.header("x-request-id") ?? arrival.header("traceparent")
  );
}
