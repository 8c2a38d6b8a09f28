import type { AttributeDefinition, SchemaDefinition } from "./attribute.js";
import { attribute, complex, pointer, text } from "./define-attribute.js";
import {
  ENTERPRISE_USER_URN,
  ORGANIZATION_GROUP_URN,
  ORGANIZATION_USER_URN,
  PROVISIONING_GROUP_URN,
  PROVISIONING_USER_URN,
} from "./urns.js";

/** The Enterprise User extension of RFC 7643 section 4.3. */
export const ENTERPRISE_USER_SCHEMA: SchemaDefinition = {
  id: ENTERPRISE_USER_URN,
  name: "EnterpriseUser",
  description: "Enterprise User",
  attributes: [
    text("employeeNumber", "The number the organization gave the person.", { rules: { maxLength: 255 } }),
    text("costCenter", "The cost center."),
    text("organization", "The organization."),
    text("division", "The division."),
    text("department", "The department, as a plain name."),
    complex(
      "manager",
      "The person's manager. The value may be an id, an externalId or an employee number, and may name someone who is not here yet.",
      pointer(["User"], "displayName"),
    ),
  ],
};

/** A person's place in the organization tree, beyond plain group membership. */
export const ORGANIZATION_USER_SCHEMA: SchemaDefinition = {
  id: ORGANIZATION_USER_URN,
  name: "OrganizationUser",
  description: "Place of a person in the departments",
  attributes: [
    text("mainDepartment", "The id of the main department.", { caseExact: true, rules: { maxLength: 255 } }),
    complex(
      "departments",
      "Title and order within single departments.",
      [
        text("value", "The id of the department.", {
          caseExact: true,
          required: true,
          rules: { maxLength: 255 },
        }),
        text("title", "The person's title in this department."),
        attribute("order", "integer", "The person's position in the list of this department."),
      ],
      { multiValued: true },
    ),
  ],
};

/** Makes a Group a node of the organization tree. */
export const ORGANIZATION_GROUP_SCHEMA: SchemaDefinition = {
  id: ORGANIZATION_GROUP_URN,
  name: "OrganizationGroup",
  description: "Place of a group in the organization tree",
  attributes: [
    complex(
      "parent",
      "The group above this one. The same fact as being a member of that group; the two never disagree.",
      pointer(["Group"], "display"),
    ),
    attribute("order", "integer", "The position among the departments below the same parent."),
    text("kind", "Whether this is a department or a plain group; a department when absent.", {
      canonicalValues: ["department", "group"],
      rules: { enforceCanonicalValues: true },
    }),
    complex("managers", "The people who lead the department.", pointer(["User"], "display"), {
      multiValued: true,
    }),
  ],
};

/** The state of a person at each connection. */
export const PROVISIONING_USER_SCHEMA: SchemaDefinition = provisioningSchema(
  PROVISIONING_USER_URN,
  "ProvisioningUser",
);

/** The state of a group at each connection. */
export const PROVISIONING_GROUP_SCHEMA: SchemaDefinition = provisioningSchema(
  PROVISIONING_GROUP_URN,
  "ProvisioningGroup",
);

/** Costs a look-up per answer, so it is returned on request only. */
function provisioningSchema(id: string, name: string): SchemaDefinition {
  const fact = (subName: string, description: string): AttributeDefinition =>
    text(subName, description, { mutability: "readOnly", caseExact: true });
  return {
    id,
    name,
    description: "State of the resource at each connection",
    attributes: [
      complex(
        "connections",
        "One entry per connection that the resource concerns.",
        [
          fact("connection", "The name of the connection."),
          fact("connector", "The kind of system, such as dingtalk."),
          text("state", "How far the newest state has come.", {
            mutability: "readOnly",
            canonicalValues: [
              "synced",
              "pending",
              "blocked",
              "awaiting",
              "parked",
              "held",
              "failed",
              "skipped",
            ],
          }),
          fact("remoteId", "The id of the resource there."),
          fact("lastError", "What went wrong at the last attempt."),
          fact("remedy", "What an administrator can do about it."),
          fact("code", "The vendor's code of what went wrong, or a word of the gateway's."),
          fact("lastErrorZh", "What went wrong, in Chinese."),
          fact("remedyZh", "What an administrator can do about it, in Chinese."),
          attribute("lastSuccess", "dateTime", "When the resource was last brought up to date.", {
            mutability: "readOnly",
          }),
        ],
        { multiValued: true, mutability: "readOnly", returned: "request" },
      ),
    ],
  };
}
