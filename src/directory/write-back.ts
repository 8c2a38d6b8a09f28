import { recordChanges } from "../persistence/change-store.js";
import type { Transaction } from "../persistence/database.js";
import { lockResource, updateResource } from "../persistence/resource-store.js";
import type { JsonObject, ResourceTypeId } from "../scim/schema/attribute.js";
import { dictionaryUrn, dictionaryValue, objectOf } from "./canonical-document.js";
import { replaceClaim } from "./unique-values.js";

/** A vendor's id to be shown in a resource. */
export interface WriteBack {
  tenantId: string;
  resourceType: ResourceTypeId;
  resourceId: string;
  /** The dictionary attribute as the schema spells it, e.g. "ddAccountId". */
  attribute: string;
  /** Null takes the value away. */
  value: string | null;
  now: Date;
  /** Of the delivery that is settled. */
  correlationId: string;
}

/**
 * Stores a vendor's id in a dictionary attribute of a resource, in the transaction that settles its delivery. It is a
 * change like any other (version, lastModified) but starts no delivery, or the gateway would answer itself.
 * Returns "conflict", with nothing changed, when another resource holds the value; "gone" when the resource was removed.
 */
export async function writeBack(
  tx: Transaction,
  input: WriteBack,
): Promise<"written" | "unchanged" | "conflict" | "gone"> {
  const { tenantId, resourceType: type, resourceId, attribute, value, now } = input;
  const stored = await lockResource(tx, tenantId, type, resourceId);
  if (!stored) return "gone";
  if ((dictionaryValue(type, stored.doc, attribute) ?? null) === value) return "unchanged";
  if (!(await replaceClaim(tx, { tenantId, type, resourceId }, attribute, value))) return "conflict";
  const doc = withValue(type, stored.doc, attribute, value);
  const { id: parentId, ref: parentRef } = stored.parent;
  await updateResource(tx, stored, { tenantId, doc, parentId, parentRef, now });
  const cause = { tenantId, actor: "provisioner", correlationId: input.correlationId, now };
  const attributes = [`${dictionaryUrn(type)}:${attribute}`];
  await recordChanges(tx, cause, [{ id: resourceId, kind: "update", attributes }]);
  return "written";
}

function withValue(type: ResourceTypeId, doc: JsonObject, key: string, value: string | null): JsonObject {
  const urn = dictionaryUrn(type);
  const { [urn]: extension, ...others } = doc;
  const { [key]: _former, ...values } = objectOf(extension);
  if (value !== null) return { ...others, [urn]: { ...values, [key]: value } };
  return Object.keys(values).length > 0 ? { ...others, [urn]: values } : others;
}
