/** A JSON value as it comes out of a parser. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };

/** Attribute types of RFC 7643 section 2.3. */
export type AttributeType =
  | "string"
  | "boolean"
  | "decimal"
  | "integer"
  | "dateTime"
  | "binary"
  | "reference"
  | "complex";

/** An attribute with every characteristic of RFC 7643 section 7. */
export interface AttributeDefinition {
  name: string;
  type: AttributeType;
  multiValued: boolean;
  description: string;
  required: boolean;
  caseExact: boolean;
  mutability: "readOnly" | "readWrite" | "immutable" | "writeOnly";
  returned: "always" | "never" | "default" | "request";
  uniqueness: "none" | "server" | "global";
  canonicalValues?: readonly string[];
  referenceTypes?: readonly string[];
  /** Only of complex attributes. */
  subAttributes?: readonly AttributeDefinition[];
  /**
   * Rules that RFC 7643 has no characteristic for; not shown in /Schemas. `pattern` is in RE2 syntax and must match the
   * whole value; `maxLength` counts characters and can only tighten the validator's own limits.
   */
  rules?: { pattern?: string; maxLength?: number; enforceCanonicalValues?: boolean };
}

/** A schema: a URN and its attributes (RFC 7643 section 7). */
export interface SchemaDefinition {
  id: string;
  name: string;
  description: string;
  attributes: readonly AttributeDefinition[];
}

/** The resource types this server has. */
export type ResourceTypeId = "User" | "Group";

/** A resource type (RFC 7643 section 6). */
export interface ResourceTypeDefinition {
  id: ResourceTypeId;
  /** Relative to the SCIM base, e.g. "/Users". */
  endpoint: string;
  description: string;
  schema: SchemaDefinition;
  extensions: readonly { schema: SchemaDefinition; required: boolean }[];
}
