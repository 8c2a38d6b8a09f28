import type { JsonObject, JsonValue, ResourceTypeId } from "../scim/schema/attribute.js";
import {
  DICTIONARY_GROUP_URN,
  DICTIONARY_USER_URN,
  PROVISIONING_GROUP_URN,
  PROVISIONING_USER_URN,
} from "../scim/schema/urns.js";
import { isRecord } from "./record.js";

/** What IDaaS 1.x is answered. `errorNumber` 0 is success; the texts end in the administrator's sync log. */
export interface IdaasAnswer {
  errorNumber: number;
  errors: string[];
  [member: string]: JsonValue;
}

/** The `errorNumber` of a push that is stored, while a connected system has refused to follow (as HTTP's 502). */
export const DELIVERY_FAILED = 502;

/** States in which a delivery has ended badly and goes on only after a change or by hand. */
const ENDED_BADLY: ReadonlySet<unknown> = new Set(["failed", "parked", "held"]);

/** The answer of a refused push. `errorNumber` is the HTTP status that SCIM would answer. */
export function idaasFailure(errorNumber: number, text: string): IdaasAnswer {
  return { errorNumber, errors: [text] };
}

/** The answer where nothing has to be told but that it is done. */
export function idaasSuccess(): IdaasAnswer {
  return { errorNumber: 0, errors: [] };
}

/**
 * The answer of a push that is stored: our id, the vendor's where it is known, and, where a delivery had failed
 * already and this push changed nothing about it, what the vendor said.
 * @param attributes of the resource, with its provisioning extension
 */
export function answerOf(type: ResourceTypeId, id: string, attributes: JsonObject): IdaasAnswer {
  const [dictionary, key, provisioning] =
    type === "User"
      ? ([DICTIONARY_USER_URN, "ddAccountId", PROVISIONING_USER_URN] as const)
      : ([DICTIONARY_GROUP_URN, "ddtalkId", PROVISIONING_GROUP_URN] as const);
  const errors = failuresIn(extension(attributes, provisioning)["connections"]);
  const remoteId = extension(attributes, dictionary)[key];
  return {
    errorNumber: errors.length > 0 ? DELIVERY_FAILED : 0,
    errors,
    id,
    externalId: attributes["externalId"] ?? null,
    ...(typeof remoteId === "string" && { [key]: remoteId }),
  };
}

function failuresIn(connections: JsonValue | undefined): string[] {
  if (!Array.isArray(connections)) return [];
  return connections
    .filter(isRecord)
    .filter((one) => ENDED_BADLY.has(one["state"]) && typeof one["lastError"] === "string")
    .map((one) => [`${one["connection"]}: ${one["lastError"]}`, one["remedy"]].filter(Boolean).join(" "));
}

function extension(attributes: JsonObject, urn: string): JsonObject {
  const value = attributes[urn];
  return isRecord(value) ? value : {};
}
