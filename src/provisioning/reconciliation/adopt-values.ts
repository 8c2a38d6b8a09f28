import type { Directory } from "../../directory/directory.js";
import type { RequestContext } from "../../directory/request-context.js";
import type { Database } from "../../persistence/database.js";
import { findLinkByRemoteId } from "../../persistence/link-store.js";
import { createDialect } from "../../scim/dialect/dialect.js";
import type { JsonObject, JsonValue, ResourceTypeId } from "../../scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, ORGANIZATION_GROUP_URN } from "../../scim/schema/urns.js";
import type { Difference } from "./differences.js";

/** Values of the vendor that are to stand in SCIM. */
export interface AdoptRequest {
  tenantId: string;
  connectionId: string;
  correlationId: string;
  actor: string;
  rootDepartmentId: string;
  /** The group that stands for the root department, where there is one. */
  rootGroupId?: string;
  type: ResourceTypeId;
  resourceId: string;
  differences: readonly Difference[];
}

/**
 * Writes values of the vendor into a resource, by the attributes that the default mapping reads them from.
 * @throws NotAdoptable for a field that has no one attribute to stand in; ScimError where SCIM refuses the value
 */
export type AdoptValues = (request: AdoptRequest) => Promise<void>;

/** The field cannot be taken over. */
export class NotAdoptable extends Error {
  override readonly name = "NotAdoptable";
}

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const NOTHING_ELSE = { members: false, groups: false, provisioning: false };

/** Makes the writer over the directory: every value goes the way of any SCIM change, with its checks and its log. */
export function createAdoptValues(deps: {
  database: Database;
  directory: Pick<Directory, "read" | "patch">;
}): AdoptValues {
  const { database, directory } = deps;

  async function patch(context: RequestContext, type: ResourceTypeId, id: string, Operations: JsonObject[]) {
    await directory.patch(context, type, id, { schemas: [PATCH], Operations }, { needs: NOTHING_ELSE });
  }

  /** The resource that a remote id is linked to. @throws NotAdoptable when it is none of ours */
  async function ours(request: AdoptRequest, type: ResourceTypeId, remoteId: JsonValue): Promise<string> {
    const link = await findLinkByRemoteId(database, request, type, String(remoteId));
    if (link !== undefined) return link.resourceId;
    throw new NotAdoptable(`${String(remoteId)} at the vendor is no ${type} of SCIM.`);
  }

  async function parentOperation(request: AdoptRequest, found: JsonValue): Promise<JsonObject> {
    const path = `${ORGANIZATION_GROUP_URN}:parent`;
    if (found !== request.rootDepartmentId) {
      return { op: "replace", path, value: { value: await ours(request, "Group", found) } };
    }
    if (request.rootGroupId === undefined) return { op: "remove", path };
    return { op: "replace", path, value: { value: request.rootGroupId } };
  }

  async function managerOperation(request: AdoptRequest, found: JsonValue): Promise<JsonObject> {
    const path = `${ENTERPRISE_USER_URN}:manager`;
    if (found === null) return { op: "remove", path };
    return { op: "replace", path, value: { value: await ours(request, "User", found) } };
  }

  async function moveBetweenDepartments(context: RequestContext, request: AdoptRequest, change: Difference) {
    const [expected, found] = [listOf(change.expected), listOf(change.found)];
    const isMember = { value: request.resourceId };
    const groupOf = async (remoteId: string) => {
      if (remoteId !== request.rootDepartmentId) return ours(request, "Group", remoteId);
      if (request.rootGroupId !== undefined) return request.rootGroupId;
      throw new NotAdoptable("The root department is no group of SCIM.");
    };
    const joined = await Promise.all(found.filter((id) => !expected.includes(id)).map(groupOf));
    const left = await Promise.all(expected.filter((id) => !found.includes(id)).map(groupOf));
    // First in, then out: nobody is without a department in between.
    for (const id of joined) {
      await patch(context, "Group", id, [{ op: "add", path: "members", value: [isMember] }]);
    }
    for (const id of left) {
      const path = `members[value eq "${request.resourceId}"]`;
      await patch(context, "Group", id, [{ op: "remove", path }]);
    }
  }

  return async (request) => {
    const { tenantId, actor, correlationId, type, resourceId } = request;
    const context: RequestContext = { tenantId, actor, correlationId, dialect: createDialect("rfc") };
    const { attributes } = await directory.read(context, type, resourceId, NOTHING_ELSE);
    const operations: JsonObject[] = [];
    let departments: Difference | undefined;
    for (const difference of request.differences) {
      const { field, found } = difference;
      if (field === "departmentRemoteIds") departments = difference;
      else if (field === "parentRemoteId") operations.push(await parentOperation(request, found));
      else if (field === "managerRemoteId") operations.push(await managerOperation(request, found));
      else operations.push(plainOperation(type, field, found, attributes));
    }
    if (operations.length > 0) await patch(context, type, resourceId, operations);
    if (departments !== undefined) await moveBetweenDepartments(context, request, departments);
  };
}

/** Attributes that hold exactly one field of the profile. */
const SIMPLE: Record<ResourceTypeId, Record<string, string>> = {
  User: {
    name: "displayName",
    title: "title",
    jobNumber: `${ENTERPRISE_USER_URN}:employeeNumber`,
  },
  Group: { name: "displayName", order: `${ORGANIZATION_GROUP_URN}:order` },
};

function plainOperation(
  type: ResourceTypeId,
  field: string,
  found: JsonValue,
  attributes: JsonObject,
): JsonObject {
  const simple = Object.hasOwn(SIMPLE[type], field) ? SIMPLE[type][field] : undefined;
  if (simple !== undefined) {
    return found === null ? { op: "remove", path: simple } : { op: "replace", path: simple, value: found };
  }
  if (type === "User" && field === "email") {
    return elementOperation("emails", attributes, "work", found, (all) => onlyOrPrimary(all));
  }
  if (type === "User" && field === "mobile") {
    return elementOperation("phoneNumbers", attributes, "mobile", found, (all) => onlyOrPrimary(all));
  }
  if (type === "User" && field === "telephone") {
    return elementOperation("phoneNumbers", attributes, "work", found, () => undefined);
  }
  throw new NotAdoptable(`${field} has no one SCIM attribute that the vendor's value could stand in.`);
}

/**
 * Puts a value into the element of a multi-valued attribute that the mapping reads: the one of the type, else what
 * `otherwise` chooses, else a new one of the type.
 */
function elementOperation(
  attribute: string,
  attributes: JsonObject,
  type: string,
  found: JsonValue,
  otherwise: (all: JsonObject[]) => JsonObject | undefined,
): JsonObject {
  const stored = attributes[attribute];
  const all = (Array.isArray(stored) ? stored : []).filter(isObject);
  const chosen =
    all.find((one) => typeof one["type"] === "string" && one["type"].toLowerCase() === type) ??
    otherwise(all);
  const others = all.filter((one) => one !== chosen);
  const value = found === null ? others : [...others, { ...(chosen ?? { type }), value: found }];
  return value.length === 0 ? { op: "remove", path: attribute } : { op: "replace", path: attribute, value };
}

function onlyOrPrimary(all: JsonObject[]): JsonObject | undefined {
  return all.find((one) => one["primary"] === true) ?? (all.length === 1 ? all[0] : undefined);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: JsonValue): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
