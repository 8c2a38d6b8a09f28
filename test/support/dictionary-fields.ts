import type { DictionaryField } from "../../src/persistence/dictionary-store.js";
import { defaultTenantId } from "./database.js";

/** A dictionary field of users with the given properties: optional, modifiable, enabled, one string value. */
export function field(properties: Partial<DictionaryField> & { key: string }): DictionaryField {
  return {
    tenantId: defaultTenantId,
    id: `field-${properties.key}`,
    name: properties.key,
    category: "user",
    type: "string",
    multiValued: false,
    required: false,
    modifiable: true,
    uniqueValue: false,
    enabled: true,
    options: {},
    system: false,
    version: 1,
    createdAt: new Date(0),
    modifiedAt: new Date(0),
    ...properties,
  };
}
