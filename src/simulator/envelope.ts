import { newId } from "../platform/ids.js";
import { writeExactJson } from "./exact-json.js";
import type { Readings } from "./readings.js";
import { BusinessRefusal, NewApiRefusal } from "./refusals.js";

/** One HTTP answer, ready to be sent, with the code a client should act on (0 for success) for the log. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly code: number | string;
  /** Further headers by their names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Fields an API adds to the success envelope (or, on the newer API, the whole answer). */
export type AnswerFields = Readonly<Record<string, unknown>>;

const JSON_TYPE = "application/json;charset=UTF-8";

/** Success on the older host: HTTP 200, `errcode` 0 and the API's fields beside it. */
export function oldApiSuccess(fields: AnswerFields): Answer {
  const body = writeExactJson({ errcode: 0, errmsg: "ok", ...fields, request_id: requestId() });
  return { status: 200, contentType: JSON_TYPE, body, code: 0 };
}

/** A failure on the older host with the code in plain sight. HTTP 200 all the same. */
export function plainFailure(code: number, text: string): Answer {
  const body = writeExactJson({ errcode: code, errmsg: text, request_id: requestId() });
  return { status: 200, contentType: JSON_TYPE, body, code };
}

/**
 * A failure found by the gateway before `/topapi`: `errcode` 88 as the envelope, the real code as a *string* in
 * `sub_code` and once more inside `errmsg`.
 */
export function envelopedFailure(subCode: string, text: string): Answer {
  const body = writeExactJson({
    errcode: 88,
    sub_code: subCode,
    sub_msg: text,
    errmsg: `ding talk error[subcode=${subCode},submsg=${text}]`,
    request_id: requestId(),
  });
  return { status: 200, contentType: JSON_TYPE, body, code: Number(subCode) };
}

/** The older host's answer for a path it does not serve; a trailing slash is enough to get it. */
export function unknownOldApi(path: string): Answer {
  const body = writeExactJson({
    errcode: 22,
    sub_msg: `不合法ApiName,请检查请求的路径:${path}`,
    errmsg: `Invalid method[${path}]`,
    request_id: requestId(),
  });
  return { status: 200, contentType: JSON_TYPE, body, code: 22 };
}

/** Success on the newer host: the bare result. */
export function newApiSuccess(fields: AnswerFields): Answer {
  return { status: 200, contentType: JSON_TYPE, body: writeExactJson(fields), code: 0 };
}

/** A failure on the newer host: an HTTP status that tells, and a text code. */
export function newApiFailure(status: number, code: string, message: string): Answer {
  const body = writeExactJson({ code, message, requestid: requestId().toUpperCase() });
  return { status, contentType: JSON_TYPE, body, code };
}

/** A page instead of JSON, as proxies and the address ban produce. */
export function page(status: number, title: string): Answer {
  const body = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { status, contentType: "text/html;charset=UTF-8", body, code: "html" };
}

/** What an address gets while it is banned for too many calls: JSON, but none of the usual envelopes, or a page. */
export function addressBan({ status, body, retryAfter }: Readings["addressBan"]): Answer {
  const json = '{"status":1111,"wait":5,"source":"x5","punish":"deny"}';
  const answer =
    body === "html" ? page(status, "访问受限") : { status, contentType: JSON_TYPE, body: json, code: 1111 };
  return retryAfter === null ? answer : { ...answer, headers: { "retry-after": String(retryAfter) } };
}

/** An answer of the older host in the tenant's spelling of the fields that every such answer has. */
export function spelledAs(answer: Answer, readings: Pick<Readings, "errcodeAs" | "errmsgOnSuccess">): Answer {
  let { body } = answer;
  if (!readings.errmsgOnSuccess) body = body.replace(/^\{"errcode":0,"errmsg":"ok",/, '{"errcode":0,');
  if (readings.errcodeAs === "text") body = body.replace(/^\{"errcode":(-?\d+)/, '{"errcode":"$1"');
  return { ...answer, body };
}

/**
 * The answer for something thrown while a call was performed.
 * @throws the same thing again when it is not one of the two refusals, because then the simulator is broken.
 */
export function answerRefusal(thrown: unknown): Answer {
  if (thrown instanceof BusinessRefusal) return plainFailure(thrown.code, thrown.message);
  if (thrown instanceof NewApiRefusal) return newApiFailure(thrown.status, thrown.code, thrown.message);
  throw thrown;
}

function requestId(): string {
  return newId().replaceAll("-", "").slice(0, 12);
}
