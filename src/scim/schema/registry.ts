import type { ResourceTypeDefinition, ResourceTypeId, SchemaDefinition } from "./attribute.js";
import {
  ENTERPRISE_USER_SCHEMA,
  GROUP_SCHEMA,
  ORGANIZATION_GROUP_SCHEMA,
  ORGANIZATION_USER_SCHEMA,
  PROVISIONING_GROUP_SCHEMA,
  PROVISIONING_USER_SCHEMA,
  USER_SCHEMA,
} from "./core-schemas.js";

/** Everything the protocol knows about one tenant's resources; immutable, rebuilt when the dictionary changes. */
export interface SchemaRegistry {
  readonly resourceTypes: readonly ResourceTypeDefinition[];
  readonly schemas: readonly SchemaDefinition[];
  type(id: ResourceTypeId): ResourceTypeDefinition;
  /** The schema with this URN (URNs compare without regard to case), or undefined. */
  schema(urn: string): SchemaDefinition | undefined;
}

/**
 * Puts the fixed schemas and the tenant's dictionary together. A dictionary schema with a required attribute makes
 * its extension required, so that the attribute is demanded even of a resource that omits the whole extension.
 */
export function buildRegistry(dictionary: {
  user: SchemaDefinition;
  group: SchemaDefinition;
}): SchemaRegistry {
  const user: ResourceTypeDefinition = {
    id: "User",
    endpoint: "/Users",
    description: "User Account",
    schema: USER_SCHEMA,
    extensions: [
      ENTERPRISE_USER_SCHEMA,
      ORGANIZATION_USER_SCHEMA,
      dictionary.user,
      PROVISIONING_USER_SCHEMA,
    ].map(asExtension),
  };
  const group: ResourceTypeDefinition = {
    id: "Group",
    endpoint: "/Groups",
    description: "Group",
    schema: GROUP_SCHEMA,
    extensions: [ORGANIZATION_GROUP_SCHEMA, dictionary.group, PROVISIONING_GROUP_SCHEMA].map(asExtension),
  };
  const types: Record<ResourceTypeId, ResourceTypeDefinition> = { User: user, Group: group };
  const schemas = [user, group].flatMap((type) => [
    type.schema,
    ...type.extensions.map((extension) => extension.schema),
  ]);
  const byUrn = new Map(schemas.map((schema) => [schema.id.toLowerCase(), schema]));
  return {
    resourceTypes: [user, group],
    schemas,
    type: (id) => types[id],
    schema: (urn) => byUrn.get(urn.toLowerCase()),
  };
}

function asExtension(schema: SchemaDefinition): ResourceTypeDefinition["extensions"][number] {
  return { schema, required: schema.attributes.some((attribute) => attribute.required) };
}
