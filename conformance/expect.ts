import type { Answer, Json, JsonObject } from "./scim-client.js";

export const ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error";
export const LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
export const PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
export const SEARCH_URN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
export const USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** What a check found wrong; the message is for the report. */
export class Finding extends Error {
  override readonly name = "Finding";
}

/** Thrown where the server does not offer what a check is about. */
export class Skipped extends Error {
  override readonly name = "Skipped";
}

/** Fails the check unless the condition holds. */
export function expectThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Finding(message);
}

/** Fails the check unless both are the same JSON, whatever the order of object members. */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [inOrder(actual), inOrder(expected)];
  expectThat(is === should, `${what}: expected ${cut(should)}, got ${cut(is)}`);
}

/**
 * Fails the check unless both show the same state: what is unassigned may be left out or empty (RFC 7643 section 2.5).
 */
export function expectSameState(actual: JsonObject, expected: JsonObject, what: string): void {
  const assigned = (resource: JsonObject) =>
    Object.fromEntries(Object.entries(resource).filter(([, value]) => !isUnassigned(value)));
  expectSame(assigned(actual), assigned(expected), what);
}

/** Fails the check unless the answer has the status, or one of them. */
export function expectStatus(answer: Answer, ...statuses: number[]): Answer {
  expectThat(
    statuses.includes(answer.status),
    `${answer.request} should answer ${statuses.join(" or ")}, answered ${answer.status} ${cut(answer.text)}`,
  );
  return answer;
}

/** Fails the check unless the answer is an error of RFC 7644 section 3.12 with this status and keyword. */
export function expectError(answer: Answer, status: number | number[], scimType?: string): void {
  expectStatus(answer, ...[status].flat());
  expectErrorBody(answer.body, answer.status, answer.request);
  if (scimType === undefined) return;
  const actual = answer.body["scimType"];
  expectThat(actual === scimType, `${answer.request} should say ${scimType}, says ${JSON.stringify(actual)}`);
}

/** Fails the check unless the object is the body of a SCIM error with this status. */
export function expectErrorBody(body: JsonObject, status: number, request: string): void {
  expectThat(
    stringsOf(body["schemas"]).includes(ERROR_URN),
    `${request}: the error does not name ${ERROR_URN}`,
  );
  expectThat(
    body["status"] === String(status),
    `${request}: status in the body is ${JSON.stringify(body["status"])}, expected the string "${status}"`,
  );
}

/** The resources of a list answer; fails the check where it is none. */
export function resourcesOf(answer: Answer): JsonObject[] {
  expectStatus(answer, 200);
  expectThat(stringsOf(answer.body["schemas"]).includes(LIST_URN), `${answer.request}: no ListResponse`);
  return objectsOf(answer.body["Resources"]);
}

/** The values of a multi-valued complex attribute; none where it is unassigned. */
export function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The strings in an array; none where it is none. */
export function stringsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** The value as an object; an empty one where it is none. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The value as a string; an empty one where it is none. */
export function stringOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Whether an attribute counts as unassigned (RFC 7643 section 2.5). */
export function isUnassigned(value: Json | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function inOrder(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

function cut(text: string | undefined): string {
  const shown = text ?? "nothing";
  return shown.length > 300 ? `${shown.slice(0, 300)}…` : shown;
}
