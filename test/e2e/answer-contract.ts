import { ERROR_SCHEMA } from "../../src/scim/errors.js";
import type { Answer } from "./whole-application.js";

type Family = "scim" | "oauth" | "idaas" | "problem";

/** What is wrong with an answer, whatever was asked: nothing, for a good one. */
export function complaints(
  answer: Pick<Answer, "status" | "headers" | "text">,
  path: string,
  method = "GET",
): string[] {
  const { status, text } = answer;
  const isNotOffered = status === 501 && /\/Me(\?|$)/.test(path);
  if (status >= 500 && !isNotOffered) return [`${status}: ${text}`];
  if (method === "HEAD") return [];
  const body = parse(text);
  if (status < 400) return refusalsInside(body).filter(isNoContract);
  const type = String(answer.headers["content-type"]).split(";")[0];
  const isRight = isErrorBody(errorFamily(path), type, status, body);
  return isRight ? [] : [`${status} as ${type}: ${text}`];
}

/** Whether nothing of a request may be stored: it was refused, or every part of it was. */
export function isRefused({ status, text }: Pick<Answer, "status" | "text">): boolean {
  if (status >= 400) return true;
  const body = parse(text);
  const parts = partsOf(body);
  return parts.length > 0
    ? parts.every((part) => Number(part["status"]) >= 400)
    : Number(body["errorNumber"]) > 0;
}

/** What a bulk answer or one of IDaaS 1.x refuses within a 200. */
function refusalsInside(body: Record<string, unknown>): string[] {
  const failed = partsOf(body).filter((part) => Number(part["status"]) >= 400);
  const pushed = Number(body["errorNumber"] ?? 0) >= 500 ? [`500: ${JSON.stringify(body)}`] : [];
  return [
    ...failed.map((part) => `${String(part["status"])}: ${JSON.stringify(part["response"])}`),
    ...pushed,
  ];
}

function isNoContract(refusal: string): boolean {
  return refusal.startsWith("5") || !refusal.includes(ERROR_SCHEMA) || !refusal.includes('"detail":"');
}

function partsOf(body: Record<string, unknown>): Record<string, unknown>[] {
  const { Operations } = body;
  return Array.isArray(Operations) ? Operations : [];
}

function errorFamily(path: string): Family {
  const [, surface = ""] =
    /^(?:https?:\/\/[^/]*)?\/(scim|oauth|api\/application)(?:\/|\?|$)/i.exec(path) ?? [];
  switch (surface.toLowerCase()) {
    case "scim":
      return "scim";
    case "oauth":
      return "oauth";
    case "api/application":
      return "idaas";
    default:
      return "problem";
  }
}

function isErrorBody(
  family: Family,
  type: string | undefined,
  status: number,
  body: Record<string, unknown>,
): boolean {
  const isText = (name: string) => typeof body[name] === "string" && body[name] !== "";
  switch (family) {
    case "scim":
      return (
        /^application\/(scim\+)?json$/.test(type ?? "") &&
        String(body["schemas"]) === ERROR_SCHEMA &&
        body["status"] === String(status) &&
        isText("detail")
      );
    case "oauth":
      return type === "application/json" && isText("error") && isText("error_description");
    case "idaas":
      return type === "application/json" && body["errorNumber"] === status && String(body["errors"]) !== "";
    case "problem":
      return (
        type === "application/problem+json" && body["status"] === status && isText("code") && isText("detail")
      );
    default:
      return family satisfies never;
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
