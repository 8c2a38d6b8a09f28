import type { DictionaryField } from "../../dictionary/dictionary-fields.js";
import type { JsonObject } from "../../scim/schema/attribute.js";

/** A dictionary field as the admin API shows it. `notices` say how it differs from what was asked for. */
export function presentField(field: DictionaryField, notices: readonly string[] = []): JsonObject {
  const { values, pattern, maxLength, remark } = field.options;
  return {
    id: field.id,
    name: field.name,
    key: field.key,
    category: field.category,
    type: field.type,
    multiValued: field.multiValued,
    required: field.required,
    modifiable: field.modifiable,
    unique: field.uniqueValue,
    enabled: field.enabled,
    ...(values && { values }),
    ...(pattern !== undefined && { pattern }),
    ...(maxLength !== undefined && { maxLength }),
    remark: remark ?? "",
    system: field.system,
    version: field.version,
    createdAt: field.createdAt.toISOString(),
    modifiedAt: field.modifiedAt.toISOString(),
    ...(notices.length > 0 && { notices: [...notices] }),
  };
}
