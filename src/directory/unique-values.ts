import { createHash } from "node:crypto";
import type { Queryable, Transaction } from "../persistence/database.js";
import { findHeldClaims, type UniqueClaim } from "../persistence/unique-claim.js";
import { notUnique, type ScimError } from "../scim/errors.js";
import type { JsonObject, JsonValue, ResourceTypeId, SchemaDefinition } from "../scim/schema/attribute.js";
import { dictionaryValue } from "./canonical-document.js";

/** Whose values are claimed. */
export interface Claimant {
  tenantId: string;
  type: ResourceTypeId;
  resourceId: string;
}

interface Claim {
  /** The attribute's name as the schema spells it. */
  attribute: string;
  key: string;
}

/** What a document claims and another one in its place does not, and the other way round. */
export interface ClaimDifference {
  gone: UniqueClaim[];
  fresh: UniqueClaim[];
}

/** What has to be claimed and given up when one document takes the place of another; undefined stands for none. */
export function claimDifference(
  type: ResourceTypeId,
  schema: SchemaDefinition,
  before: JsonObject | undefined,
  after: JsonObject,
): ClaimDifference {
  const held = before ? claimsOf(type, before, schema) : [];
  const wanted = claimsOf(type, after, schema);
  return { gone: without(held, wanted).map(stored), fresh: without(wanted, held).map(stored) };
}

/**
 * The refusal for claims that were refused by the table's key: names the attribute of one that somebody holds.
 * Should all have been given up meanwhile, the first is named: the client may well try again.
 */
export async function claimRefusal(
  queryable: Queryable,
  tenantId: string,
  schema: SchemaDefinition,
  type: ResourceTypeId,
  claims: readonly UniqueClaim[],
): Promise<ScimError> {
  const held = await findHeldClaims(queryable, tenantId, type, claims);
  const name = (held[0] ?? claims[0])?.attribute ?? "";
  return notUnique(schema.attributes.find((one) => one.name.toLowerCase() === name)?.name ?? name);
}

function stored({ attribute, key }: Claim): UniqueClaim {
  return { attribute: attribute.toLowerCase(), key };
}

/**
 * Claims what is new in the unique dictionary attributes of a resource and gives up what is gone. The table's
 * primary key decides between two claimants, also when both come at once.
 * @throws ScimError 409 uniqueness naming the attribute
 */
export async function moveClaims(
  tx: Transaction,
  claimant: Claimant,
  schema: SchemaDefinition,
  before: JsonObject | undefined,
  after: JsonObject,
): Promise<void> {
  const held = before ? claimsOf(claimant.type, before, schema) : [];
  const wanted = claimsOf(claimant.type, after, schema);
  const gone = without(held, wanted);
  const fresh = without(wanted, held);
  if (gone.length > 0) await releaseClaims(tx, claimant, gone);
  if (fresh.length === 0) return;
  const refused = await claim(tx, claimant, fresh);
  if (refused[0]) throw notUnique(refused[0].attribute);
}

/**
 * Claims one value of one attribute in place of whatever the resource had claimed for it; null only gives up.
 * Returns false, having changed nothing, when another resource holds the value.
 */
export async function replaceClaim(
  tx: Transaction,
  claimant: Claimant,
  attribute: string,
  value: string | null,
): Promise<boolean> {
  const wanted = value === null ? [] : [{ attribute, key: valueKey(value) }];
  if (wanted.length > 0 && (await claim(tx, claimant, wanted)).length > 0) return false;
  await tx.query(
    `delete from resource_unique_value
      where tenant_id = $1 and type = $2 and resource_id = $3 and attribute = $4 and value_key <> all($5::text[])`,
    [
      claimant.tenantId,
      claimant.type,
      claimant.resourceId,
      attribute.toLowerCase(),
      wanted.map((one) => one.key),
    ],
  );
  return true;
}

/** Gives up every claim of a resource. */
export async function releaseAllClaims(tx: Queryable, claimant: Claimant): Promise<void> {
  await tx.query("delete from resource_unique_value where tenant_id = $1 and resource_id = $2", [
    claimant.tenantId,
    claimant.resourceId,
  ]);
}

/** Each claim once, whatever a value is repeated. */
function claimsOf(type: ResourceTypeId, doc: JsonObject, schema: SchemaDefinition): Claim[] {
  const claims = schema.attributes
    .filter((attribute) => attribute.uniqueness !== "none")
    .flatMap(({ name }) => {
      const value = dictionaryValue(type, doc, name);
      const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
      return values.map((one) => ({ attribute: name, key: valueKey(one) }));
    });
  return claims.filter((claim, place) => claims.findIndex((other) => isSame(claim, other)) === place);
}

/** Unique dictionary attributes are case exact, so a value is its own key; a long one is represented by its hash. */
function valueKey(value: JsonValue): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= 200 ? text : `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function without(claims: readonly Claim[], others: readonly Claim[]): Claim[] {
  return claims.filter((one) => !others.some((other) => isSame(one, other)));
}

function isSame(one: Claim, other: Claim): boolean {
  return one.attribute === other.attribute && one.key === other.key;
}

/** Returns the claims that another resource holds already. */
async function claim(tx: Queryable, claimant: Claimant, claims: readonly Claim[]): Promise<Claim[]> {
  const rows = await tx.query<{ attribute: string; value_key: string }>(
    `insert into resource_unique_value as held (tenant_id, type, attribute, value_key, resource_id)
     select $1, $2, wanted.attribute, wanted.value_key, $3
       from (select distinct * from unnest($4::text[], $5::text[]) as given (attribute, value_key)) wanted
      order by 3, 4
     on conflict (tenant_id, type, attribute, value_key)
        do update set resource_id = excluded.resource_id where held.resource_id = excluded.resource_id
     returning attribute, value_key`,
    [
      claimant.tenantId,
      claimant.type,
      claimant.resourceId,
      claims.map((one) => one.attribute.toLowerCase()),
      claims.map((one) => one.key),
    ],
  );
  const granted = new Set(rows.map((row) => `${row.attribute} ${row.value_key}`));
  return claims.filter((one) => !granted.has(`${one.attribute.toLowerCase()} ${one.key}`));
}

async function releaseClaims(tx: Queryable, claimant: Claimant, claims: readonly Claim[]): Promise<void> {
  await tx.query(
    `delete from resource_unique_value held
      using unnest($4::text[], $5::text[]) as gone (attribute, value_key)
      where held.tenant_id = $1 and held.type = $2 and held.resource_id = $3
        and held.attribute = gone.attribute and held.value_key = gone.value_key`,
    [
      claimant.tenantId,
      claimant.type,
      claimant.resourceId,
      claims.map((one) => one.attribute.toLowerCase()),
      claims.map((one) => one.key),
    ],
  );
}
