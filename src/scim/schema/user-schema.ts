import type { SchemaDefinition } from "./attribute.js";
import { attribute, complex, plural, text } from "./define-attribute.js";
import { USER_URN } from "./urns.js";

const KEY_LENGTH = { maxLength: 255 };

/** The core User of RFC 7643 section 4.1. */
export const USER_SCHEMA: SchemaDefinition = {
  id: USER_URN,
  name: "User",
  description: "User Account",
  attributes: [
    text("userName", "The name the person signs in with; unique, compared without regard to case.", {
      required: true,
      uniqueness: "server",
      rules: KEY_LENGTH,
    }),
    complex("name", "The parts of the person's name.", [
      text("formatted", "The whole name as it is shown."),
      text("familyName", "The family name."),
      text("givenName", "The given name."),
      text("middleName", "The middle names."),
      text("honorificPrefix", "A title before the name."),
      text("honorificSuffix", "A suffix after the name."),
    ]),
    text("displayName", "The name shown to others.", { rules: KEY_LENGTH }),
    text("nickName", "What the person is called casually."),
    attribute("profileUrl", "reference", "The address of the person's online profile.", {
      referenceTypes: ["external"],
    }),
    text("title", "The job title."),
    text("userType", "The relationship to the organization, such as Employee or Contractor."),
    text("preferredLanguage", "The preferred language, as in an Accept-Language header."),
    text("locale", "The locale for dates, numbers and currency."),
    text("timezone", "The time zone in IANA form, such as Asia/Shanghai."),
    attribute("active", "boolean", "Whether the account may be used."),
    text("password", "The password in clear text; stored as a hash and never returned.", {
      caseExact: true,
      mutability: "writeOnly",
      returned: "never",
    }),
    plural("emails", "E-mail addresses.", [text("value", "An e-mail address.")], ["work", "home", "other"]),
    plural(
      "phoneNumbers",
      "Telephone numbers.",
      [text("value", "A telephone number.")],
      ["work", "home", "mobile", "fax", "pager", "other"],
    ),
    plural(
      "ims",
      "Instant messaging addresses.",
      [text("value", "An instant messaging address.")],
      ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
    ),
    plural(
      "photos",
      "Pictures of the person.",
      [attribute("value", "reference", "The address of a picture.", { referenceTypes: ["external"] })],
      ["photo", "thumbnail"],
    ),
    plural(
      "addresses",
      "Postal addresses.",
      [
        text("formatted", "The whole address as it is written on a letter."),
        text("streetAddress", "Street, number, floor."),
        text("locality", "The city or locality."),
        text("region", "The state, province or region."),
        text("postalCode", "The postal code."),
        text("country", "The country as an ISO 3166-1 alpha-2 code."),
      ],
      ["work", "home", "other"],
    ),
    complex(
      "groups",
      "The groups the person belongs to; changed through the groups.",
      [
        text("value", "The id of the group.", { caseExact: true, mutability: "readOnly" }),
        attribute("$ref", "reference", "The address of the group.", {
          referenceTypes: ["Group"],
          mutability: "readOnly",
        }),
        text("display", "The name of the group.", { mutability: "readOnly" }),
        text("type", "Whether the membership is direct or through a nested group.", {
          mutability: "readOnly",
          canonicalValues: ["direct", "indirect"],
        }),
      ],
      { multiValued: true, mutability: "readOnly" },
    ),
    plural("entitlements", "Things the person is entitled to.", [text("value", "An entitlement.")], []),
    plural("roles", "The person's roles.", [text("value", "A role.")], []),
    plural(
      "x509Certificates",
      "Certificates issued to the person.",
      [attribute("value", "binary", "A DER certificate in base64.")],
      [],
    ),
  ],
};
