import type { SchemaDefinition } from "./attribute.js";
import { attribute, complex, text } from "./define-attribute.js";
import { GROUP_URN } from "./urns.js";

export {
  ENTERPRISE_USER_SCHEMA,
  ORGANIZATION_GROUP_SCHEMA,
  ORGANIZATION_USER_SCHEMA,
  PROVISIONING_GROUP_SCHEMA,
  PROVISIONING_USER_SCHEMA,
} from "./extension-schemas.js";
export { USER_SCHEMA } from "./user-schema.js";

/**
 * The core Group of RFC 7643 section 4.2. `displayName` is required (errata 5984) and not unique: two departments
 * below different parents may have the same name.
 */
export const GROUP_SCHEMA: SchemaDefinition = {
  id: GROUP_URN,
  name: "Group",
  description: "Group",
  attributes: [
    text("displayName", "The name of the group.", { required: true, rules: { maxLength: 255 } }),
    complex(
      "members",
      "People in the group, and groups nested below it.",
      [
        text("value", "The id of the member.", {
          required: true,
          caseExact: true,
          mutability: "immutable",
          rules: { maxLength: 255 },
        }),
        attribute("$ref", "reference", "The address of the member.", {
          referenceTypes: ["User", "Group"],
          mutability: "readOnly",
        }),
        text("type", "What the member is.", {
          mutability: "immutable",
          canonicalValues: ["User", "Group"],
        }),
        text("display", "The name of the member.", { mutability: "readOnly" }),
      ],
      { multiValued: true },
    ),
  ],
};
