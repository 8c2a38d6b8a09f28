import { EntitySchema } from "typeorm";
import { moment, uuidKey, version } from "./column-types.js";

/** Which resources a dictionary field belongs to. */
export type DictionaryCategory = "user" | "group";
/** What values a dictionary field takes. */
export type DictionaryFieldType =
  | "string"
  | "boolean"
  | "integer"
  | "decimal"
  | "dateTime"
  | "reference"
  | "enum";

/** Further rules of a dictionary field. */
export interface DictionaryFieldOptions {
  /** The permitted values of an enum. */
  values?: string[];
  /** A regular expression that the text must match. */
  pattern?: string;
  /** In characters. */
  maxLength?: number;
  remark?: string;
}

/** An attribute that an administrator defined. */
export interface DictionaryField {
  tenantId: string;
  id: string;
  /** The name people read. */
  name: string;
  /** The attribute's name in SCIM; unique within the category without regard to case. */
  key: string;
  category: DictionaryCategory;
  type: DictionaryFieldType;
  multiValued: boolean;
  required: boolean;
  modifiable: boolean;
  /** Whether no two resources may have the same value. */
  uniqueValue: boolean;
  enabled: boolean;
  options: DictionaryFieldOptions;
  /** Made by the product and not removable. */
  system: boolean;
  version: number;
  createdAt: Date;
  modifiedAt: Date;
}

export const DictionaryFieldEntity = new EntitySchema<DictionaryField>({
  name: "DictionaryField",
  tableName: "dictionary_field",
  columns: {
    tenantId: uuidKey("tenant_id"),
    id: uuidKey("id"),
    name: { type: "text" },
    key: { type: "text" },
    category: { type: "text" },
    type: { type: "text" },
    multiValued: { name: "multi_valued", type: "boolean" },
    required: { type: "boolean" },
    modifiable: { type: "boolean" },
    uniqueValue: { name: "unique_value", type: "boolean" },
    enabled: { type: "boolean" },
    options: { type: "jsonb" },
    system: { type: "boolean" },
    version: version("version"),
    createdAt: moment("created_at"),
    modifiedAt: moment("modified_at"),
  },
});
