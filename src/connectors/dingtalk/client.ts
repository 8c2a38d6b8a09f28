import type { z } from "zod";
import { joinUrl } from "../../platform/base-url.js";
import { writeExactJson } from "../../platform/exact-json.js";
import { type OutgoingHttp, OutgoingHttpError } from "../../platform/outgoing-http.js";
import type { ConnectorDeps, VendorCall } from "../connector.js";
import { ConnectorError } from "../errors.js";
import type { CallContext } from "../operations.js";
import { readNewAnswer, readOldAnswer, type VendorAnswer } from "./answers.js";
import type { CallSubject } from "./codes/code-entry.js";
import { meaningOfRefusal, networkError, refusalError, refusalOf, unexpectedAnswerError } from "./errors.js";
import { ownReason } from "./own-reasons.js";
import { redact } from "./redaction.js";
import type { DingTalkSettings } from "./settings.js";
import { createTokenSource, type FreshToken } from "./token.js";
import { tokenGuard } from "./types.js";

/** One call of the contact API. */
export interface ApiCall<T> {
  /** "old" is oapi.dingtalk.com (status 200 for everything), "new" is api.dingtalk.com. */
  host: "old" | "new";
  method: "GET" | "POST";
  path: string;
  body?: Record<string, unknown>;
  subject: CallSubject;
  /** True for calls that change something: decides what a lost answer means. */
  write: boolean;
  /** What the answer must look like. */
  guard: z.ZodType<T>;
}

/** Speaks to one corp: paces, authorises, records and sorts the failures of single calls. */
export interface DingTalkClient {
  /**
   * Makes the call and returns the guarded answer. A refused token is replaced and the call replayed once.
   * @throws ConnectorError
   */
  call<T>(call: ApiCall<T>, context: CallContext): Promise<T>;
  close(): Promise<void>;
}

const TOKEN_CALL: ApiCall<z.infer<typeof tokenGuard>> = {
  host: "new",
  method: "POST",
  path: "/v1.0/oauth2/accessToken",
  subject: "connection",
  write: false,
  guard: tokenGuard,
};

/** Opens a client; no call is made before the first one that is asked for. */
export function createDingTalkClient(
  settings: DingTalkSettings,
  deps: ConnectorDeps & { http: OutgoingHttp },
): DingTalkClient {
  const tokens = createTokenSource({ clock: deps.clock, fetchToken });
  // While the vendor bans the address or slows the whole app, further calls would only prolong it.
  let silentUntil = 0;
  const now = () => deps.clock.now().getTime();

  async function fetchToken(context: CallContext): Promise<FreshToken> {
    // The newer endpoint takes the secret in the body; the older one would put it into a URL.
    const body = { appKey: settings.appKey, appSecret: settings.appSecret };
    const answer = await perform({ ...TOKEN_CALL, body }, context, undefined);
    return { token: answer.accessToken, lifetimeMs: answer.expireIn * 1000 };
  }

  async function call<T>(apiCall: ApiCall<T>, context: CallContext): Promise<T> {
    const token = await tokenFor(context);
    try {
      return await perform(apiCall, context, token);
    } catch (error) {
      if (!asksForFreshToken(error, apiCall.subject)) throw error;
      tokens.drop(token);
      return perform(apiCall, context, await tokenFor(context));
    }
  }

  async function tokenFor(context: CallContext): Promise<string> {
    try {
      return await tokens.get(context);
    } catch (error) {
      throw context.signal?.aborted ? givenUp(error) : error;
    }
  }

  async function perform<T>(
    apiCall: ApiCall<T>,
    context: CallContext,
    token: string | undefined,
  ): Promise<T> {
    await waitForTurn(apiCall, context);
    const startedAt = deps.clock.now();
    const record: VendorCall = {
      method: apiCall.method,
      path: apiCall.path,
      startedAt,
      durationMs: 0,
      outcome: "ok",
      ...(apiCall.body && { request: redact(apiCall.body) }),
    };
    try {
      const response = await deps.http.send(requestFor(apiCall, context, token));
      const answer = apiCall.host === "old" ? readOldAnswer(response) : readNewAnswer(response);
      record.response = redact(answer.body);
      return await acceptAnswer(apiCall, answer, record);
    } catch (error) {
      const failure = error instanceof OutgoingHttpError ? networkError(error, apiCall) : error;
      record.outcome = failure instanceof ConnectorError ? failure.facts.code : "failed";
      throw failure;
    } finally {
      record.durationMs = now() - startedAt.getTime();
      deps.onCall?.(record);
      context.onCall?.(record);
    }
  }

  async function waitForTurn(apiCall: ApiCall<unknown>, { signal }: CallContext): Promise<void> {
    refuseWhileSilent();
    try {
      await deps.pacer.reserve(apiCall.path, signal);
    } catch (error) {
      throw signal?.aborted ? givenUp(error) : error;
    }
    refuseWhileSilent();
  }

  function refuseWhileSilent(): void {
    const retryAfterMs = silentUntil - now();
    if (retryAfterMs <= 0) return;
    throw new ConnectorError("throttled", {
      code: "keeping-silent",
      ...ownReason("keeping-silent"),
      retryAfterMs,
    });
  }

  async function acceptAnswer<T>(apiCall: ApiCall<T>, answer: VendorAnswer, record: VendorCall): Promise<T> {
    const requestId = answer.refusal ? answer.refusal.vendorRequestId : answer.vendorRequestId;
    if (requestId !== undefined) record.vendorRequestId = requestId;
    if (answer.refusal) {
      const error = refusalError(answer.refusal, apiCall);
      const pauseMs = error.facts.retryAfterMs;
      if (pauseMs !== undefined && error.kind === "throttled") {
        if (meaningOfRefusal(answer.refusal, apiCall.subject).wholeConnection) silentUntil = now() + pauseMs;
        else await deps.pacer.penalise(apiCall.path, pauseMs);
      }
      throw error;
    }
    const guarded = apiCall.guard.safeParse(answer.body);
    if (guarded.success) return guarded.data;
    const where = guarded.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw unexpectedAnswerError(where, apiCall, requestId);
  }

  function requestFor(apiCall: ApiCall<unknown>, context: CallContext, token: string | undefined) {
    const url = joinUrl(apiCall.host === "old" ? settings.oapiBaseUrl : settings.apiBaseUrl, apiCall.path);
    const headers: Record<string, string> = { "x-request-id": headerSafe(context.correlationId) };
    if (token !== undefined) {
      if (apiCall.host === "old") url.searchParams.set("access_token", token);
      else headers["x-acs-dingtalk-access-token"] = token;
    }
    if (apiCall.body) headers["content-type"] = "application/json; charset=utf-8";
    return {
      method: apiCall.method,
      url,
      headers,
      ...(apiCall.body && { body: writeExactJson(apiCall.body) }),
      signal: context.signal,
    };
  }

  return { call, close: () => deps.http.close() };
}

function asksForFreshToken(error: unknown, subject: CallSubject): boolean {
  const refusal = error instanceof ConnectorError ? refusalOf(error) : undefined;
  return refusal !== undefined && meaningOfRefusal(refusal, subject).freshToken === true;
}

/** The call was given up before it was sent, so nothing can have been applied. */
function givenUp(cause: unknown): ConnectorError {
  return new ConnectorError(
    "transient",
    { code: "aborted", ...ownReason("given-up"), mayHaveApplied: false },
    { cause },
  );
}

/** A correlation id may stem from a client's header: keep what may stand in ours. */
function headerSafe(id: string): string {
  return id.replace(/[^\x21-\x7e]/g, "").slice(0, 128);
}
