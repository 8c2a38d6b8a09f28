import type { JsonObject, JsonValue } from "../scim/schema/attribute.js";
import { type Department, displayName, type Person } from "./sample-company.js";

const USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** The extension with employee number and manager (RFC 7643 section 4.3). */
export const ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/** The gateway's extension that says where a department belongs. */
export const ORGANIZATION_URN = "urn:ietf:params:scim:schemas:extension:organization:2.0:Group";

/** One operation of a PATCH request (RFC 7644 section 3.5.2). */
export interface PatchOperation {
  op: "add" | "replace" | "remove";
  path?: string;
  value?: JsonValue;
}

/** The body of a PATCH request. */
export function patchBody(operations: readonly PatchOperation[]): JsonObject {
  return {
    schemas: [PATCH_URN],
    Operations: operations.map(({ op, path, value }) => ({
      op,
      ...(path === undefined ? {} : { path }),
      ...(value === undefined ? {} : { value }),
    })),
  };
}

/** A person as a SCIM User. `manager` is whatever names the manager at this moment: a SCIM id or an employee number. */
export function userBody(person: Person, manager: string | undefined): JsonObject {
  return {
    schemas: [USER_URN, ENTERPRISE_URN],
    externalId: person.key,
    userName: person.userName,
    name: { familyName: person.familyName, givenName: person.givenName, formatted: displayName(person) },
    displayName: displayName(person),
    title: person.title,
    active: true,
    emails: [{ type: "work", value: person.email, primary: true }],
    ...(person.mobile === undefined ? {} : { phoneNumbers: [{ type: "mobile", value: person.mobile }] }),
    [ENTERPRISE_URN]: {
      employeeNumber: person.key,
      ...(manager === undefined ? {} : { manager: { value: manager } }),
    },
  };
}

/**
 * A department as a SCIM Group. `parent` is the parent's SCIM id, or its `externalId` while the parent has not
 * arrived; absent when the parent is told by nesting or there is none.
 */
export function groupBody(department: Department, parent: string | undefined): JsonObject {
  return {
    schemas: [GROUP_URN, ORGANIZATION_URN],
    externalId: department.key,
    displayName: department.name,
    [ORGANIZATION_URN]: {
      kind: "department",
      ...(parent === undefined ? {} : { parent: { value: parent } }),
    },
  };
}
