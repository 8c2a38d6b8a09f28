import type { SchemaDefinition } from "../../src/scim/schema/attribute.js";
import { attribute, text } from "../../src/scim/schema/define-attribute.js";
import { buildRegistry } from "../../src/scim/schema/registry.js";
import { DICTIONARY_GROUP_URN, DICTIONARY_USER_URN } from "../../src/scim/schema/urns.js";

const userDictionary: SchemaDefinition = {
  id: DICTIONARY_USER_URN,
  name: "DictionaryUser",
  description: "Fields of this organization",
  attributes: [
    text("ddAccountId", "DingTalk account", { uniqueness: "server" }),
    text("badge", "Badge number", { rules: { pattern: "[A-Z]{2}[0-9]+", maxLength: 8 } }),
    text("room", "Room", { rules: { pattern: "[a-z]-[0-9]" } }),
    text("tags", "Free words", { multiValued: true }),
    text("birthPlace", "Never changes", { mutability: "immutable" }),
    text("legacyKey", "Kept by the server", { mutability: "readOnly" }),
    text("shift", "Shift", {
      canonicalValues: ["Day", "Night"],
      rules: { enforceCanonicalValues: true },
    }),
    attribute("hiredAt", "dateTime", "Start"),
    attribute("level", "integer", "Level"),
    attribute("quota", "decimal", "Quota"),
  ],
};

const groupDictionary: SchemaDefinition = {
  id: DICTIONARY_GROUP_URN,
  name: "DictionaryGroup",
  description: "Fields of this organization",
  attributes: [text("ddtalkId", "DingTalk department", { uniqueness: "server" })],
};

/** The registry most tests use: one dictionary field of each kind. */
export const registry = buildRegistry({ user: userDictionary, group: groupDictionary });
export const userType = registry.type("User");
export const groupType = registry.type("Group");

/** A registry whose dictionary demands a field. */
export const demandingUserType = buildRegistry({
  user: { ...userDictionary, attributes: [text("siteCode", "Site", { required: true })] },
  group: groupDictionary,
}).type("User");
