import type { Dictionary, TenantDictionary } from "../dictionary/dictionary.js";
import { compileValidator, type ResourceValidator } from "../scim/resource/compile-validator.js";
import type { ResourceTypeId, SchemaDefinition } from "../scim/schema/attribute.js";
import { buildRegistry, type SchemaRegistry } from "../scim/schema/registry.js";

/** Everything that the schemas of a tenant decide about one resource type. */
export interface TypeSchema {
  /** Refuses a resource, or its difference from what it was before, that breaks a rule of its schemas. */
  validate: ResourceValidator;
  dictionary: SchemaDefinition;
  /** The attributes of the dictionary extension that clients see. */
  enabledKeys: ReadonlySet<string>;
  /** The attributes that hold a vendor's id of the resource: written by the provisioner, kept by a PUT without them. */
  remoteIdKeys: readonly string[];
}

/** The schemas of a tenant at one version of its dictionary. */
export interface TenantSchema {
  registry: SchemaRegistry;
  of(type: ResourceTypeId): TypeSchema;
}

/** Reads the schemas of tenants; registry and validators are built once for each version of a dictionary. */
export function tenantSchemas(dictionary: Dictionary): (tenantId: string) => Promise<TenantSchema> {
  const built = new WeakMap<TenantDictionary, TenantSchema>();
  return async (tenantId) => {
    const current = await dictionary.of(tenantId);
    const known = built.get(current);
    if (known) return known;
    const schema = buildTenantSchema(current);
    built.set(current, schema);
    return schema;
  };
}

function buildTenantSchema(dictionary: TenantDictionary): TenantSchema {
  const registry = buildRegistry(dictionary.schemas);
  const typeSchema = (type: ResourceTypeId): TypeSchema => {
    const category = type === "User" ? "user" : "group";
    const schema = dictionary.schemas[category];
    return {
      validate: compileValidator(registry.type(type)),
      dictionary: schema,
      enabledKeys: new Set(schema.attributes.map((attribute) => attribute.name)),
      remoteIdKeys: dictionary.fields
        .filter((field) => field.system && field.enabled && field.category === category)
        .map((field) => field.key),
    };
  };
  const types = { User: typeSchema("User"), Group: typeSchema("Group") };
  return { registry, of: (type) => types[type] };
}
