import fc from "fast-check";
import {
  DICTIONARY_GROUP_URN,
  DICTIONARY_USER_URN,
  ENTERPRISE_USER_URN,
  GROUP_URN,
  ORGANIZATION_GROUP_URN,
  ORGANIZATION_USER_URN,
  PROVISIONING_USER_URN,
  USER_URN,
} from "../../src/scim/schema/urns.js";

/** Resources that hostile requests can refer to. */
export interface Targets {
  user: string;
  otherUser: string;
  group: string;
  childGroup: string;
  /** Of a person nobody has. */
  unknown: string;
}

/** The URN of a PATCH message. */
export const PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const quoted = (text: string) => JSON.stringify(text);

const MOMENTS = [
  "2024-02-29T00:00:00Z",
  "2023-02-29T00:00:00Z",
  "2024-01-01T00:00:00+15:59",
  "2024-01-01T00:00:00+16:00",
  "2024-01-01T00:00:00-23:59",
  "2024-01-01T00:00:00+24:00",
  "0000-01-01T00:00:00Z",
  "0000-12-31T23:59:59-14:00",
  "0001-01-01T00:00:00+14:00",
  "9999-12-31T23:59:59.999999999-15:59",
  "+275760-09-13T00:00:00.000Z",
  "275760-09-13T00:00:00Z",
  "-271821-04-20T00:00:00Z",
  "2024-12-31T23:59:60Z",
  "2024-01-01T24:00:00Z",
  "2024-01-01",
  "2024-01-01T00:00:00",
  "infinity",
  "now",
];

const TEXTS = [
  "",
  " ",
  "\t\n",
  "a",
  "work",
  "True",
  "%",
  "_%\\",
  "\\",
  '"',
  "'; drop table resource; --",
  "İıſ",
  "👩‍👩‍👧‍👦",
  "e\u0301",
  "\u202e",
  "\ufeff",
  "\uffff",
  "\u{10ffff}",
  "__proto__",
  "constructor",
  "urn:",
  "$1",
  "{}",
  "x".repeat(255),
  "x".repeat(256),
  "漢".repeat(8_192),
  "x".repeat(8_193),
  "P1",
  "YWJj",
  "YWJj=\n",
  "https://[::1",
];

const NUMBERS = [
  "0",
  "-0",
  "-1",
  "1.5",
  "1e999",
  "-1e999",
  "1e308",
  "5e-324",
  "1e-400",
  "9007199254740991",
  "9007199254740993",
  "123456789012345678901234567890",
];

const NAMES = [
  "userName",
  "USERNAME",
  "value",
  "$ref",
  "type",
  "primary",
  "display",
  "displayName",
  "name",
  "name.familyName",
  "emails",
  'emails[type eq "work"].value',
  "emails.value",
  "members",
  "members.value",
  "active",
  "id",
  "meta",
  "schemas",
  "groups",
  "password",
  "externalId",
  "manager",
  "parent",
  "order",
  "kind",
  "",
  " ",
  ".",
  "[",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "__proto__.x",
  "a\u0000b",
  ENTERPRISE_USER_URN,
  ORGANIZATION_USER_URN,
  ORGANIZATION_GROUP_URN,
  DICTIONARY_USER_URN,
  DICTIONARY_GROUP_URN,
  `${ENTERPRISE_USER_URN}:manager`,
  `${DICTIONARY_USER_URN}:since`,
  USER_URN,
  GROUP_URN,
  `${USER_URN}:userName`,
  "urn:nobody:knows",
];

/** JSON text, made as text: so it can hold what no JavaScript value can (1e999, a key twice, half a pair). */
export function jsonText(targets: Targets): fc.Arbitrary<string> {
  const simple = fc.oneof(
    fc.constantFrom("null", "true", "false", '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', ...NUMBERS),
    fc.constantFrom(...TEXTS, ...MOMENTS, ...Object.values(targets)).map(quoted),
    fc.string({ unit: "binary", maxLength: 20 }).map(quoted),
  );
  const name = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...NAMES).map(quoted) },
    { weight: 1, arbitrary: fc.constant('"half \\ud83d"') },
  );
  return fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      simple,
      fc.array(tie("any"), { maxLength: 4 }).map((all) => `[${all.join()}]`),
      fc
        .array(fc.tuple(name, tie("any")), { maxLength: 5 })
        .map((pairs) => `{${pairs.map(([key, value]) => `${key}:${value}`).join()}}`),
    ),
  })).any;
}

/** Values that could stand for something, so that requests get past the first check. */
function plausibleValue(targets: Targets): fc.Arbitrary<string> {
  const reference = fc.constantFrom(...Object.values(targets)).map(quoted);
  const element = fc
    .record({
      value: fc.oneof(reference, fc.constantFrom('"a@b.c"', '"A@B.C"', '"13800138000"')),
      type: fc.constantFrom('"work"', '"WORK"', '"home"', '"User"', '"Group"', '"mobile"'),
      primary: fc.constantFrom("true", "false", '"True"'),
    })
    .chain((parts) => fc.subarray(Object.entries(parts)))
    .map((parts) => `{${parts.map(([key, value]) => `"${key}":${value}`).join()}}`);
  return fc.oneof(
    reference,
    element,
    fc.array(element, { maxLength: 3 }).map((all) => `[${all.join()}]`),
    fc.constantFrom(...MOMENTS, ...TEXTS).map(quoted),
    fc.constantFrom("true", '"False"', '[{"value":"True"}]', "[]", "{}", "7", "1.25", '["a","b"]', "null"),
    reference.map((value) => `{"value":${value}}`),
    fc.constant('{"familyName":"张","givenName":"伟"}'),
  );
}

const ATTRIBUTES = {
  User: [
    "userName",
    "externalId",
    "displayName",
    "name",
    "active",
    "password",
    "title",
    "profileUrl",
    "emails",
    "phoneNumbers",
    "photos",
    "addresses",
    "x509Certificates",
    "roles",
    "groups",
    "id",
    "meta",
    "schemas",
    ENTERPRISE_USER_URN,
    ORGANIZATION_USER_URN,
    DICTIONARY_USER_URN,
    PROVISIONING_USER_URN,
  ],
  Group: [
    "displayName",
    "externalId",
    "members",
    "id",
    "meta",
    "schemas",
    ORGANIZATION_GROUP_URN,
    DICTIONARY_GROUP_URN,
  ],
} as const;

const EXTENSION_PARTS = [
  "employeeNumber",
  "manager",
  "mainDepartment",
  "departments",
  "parent",
  "order",
  "kind",
  "managers",
  "since",
  "count",
  "ratio",
  "grade",
  "tags",
  "link",
  "flag",
  "origin",
  "code",
];

/** The body of a POST or PUT: recognizable as one, and then anything. */
export function resourceBody(type: "User" | "Group", targets: Targets): fc.Arbitrary<string> {
  const value = fc.oneof(
    { weight: 3, arbitrary: plausibleValue(targets) },
    { weight: 1, arbitrary: jsonText(targets) },
    {
      weight: 2,
      arbitrary: fc
        .array(fc.tuple(fc.constantFrom(...EXTENSION_PARTS), plausibleValue(targets)), { maxLength: 3 })
        .map((parts) => `{${parts.map(([key, held]) => `"${key}":${held}`).join()}}`),
    },
  );
  return fc
    .record({
      name: fc.oneof(fc.constantFrom("anna", "Anna", "用户"), fc.uuid()),
      parts: fc.array(fc.tuple(fc.constantFrom(...ATTRIBUTES[type]), value), { maxLength: 3 }),
    })
    .map(({ name, parts }) => {
      const own = type === "User" ? "userName" : "displayName";
      const fields = parts.map(([key, held]) => `,"${key}":${held}`).join("");
      return `{"schemas":["${type === "User" ? USER_URN : GROUP_URN}"],"${own}":"${name}"${fields}}`;
    });
}

const PATHS = {
  User: [
    ...ATTRIBUTES.User,
    "name.familyName",
    "emails.value",
    "emails[value pr]",
    "emails[primary eq true].value",
    'emails[type eq "work"].value',
    'emails[type eq "work" and value co "%"].display',
    'emails[not (type eq "work")]',
    'emails[type eq "new" and primary eq true].value',
    'addresses[type eq "work"].country',
    'groups[value eq "x"]',
    `${ENTERPRISE_USER_URN}:manager`,
    `${ENTERPRISE_USER_URN}:manager.value`,
    `${ORGANIZATION_USER_URN}:departments[value eq "x"].title`,
    ...EXTENSION_PARTS.map((part) => `${DICTIONARY_USER_URN}:${part}`),
    `${DICTIONARY_USER_URN}:tags[value eq "a"]`,
  ],
  Group: [
    ...ATTRIBUTES.Group,
    "members.value",
    "members[value pr]",
    'members[display co "a"]',
    'members[type eq "Group" or display pr]',
    'members[value eq "x"].display',
    `${ORGANIZATION_GROUP_URN}:parent`,
    `${ORGANIZATION_GROUP_URN}:parent.value`,
    `${ORGANIZATION_GROUP_URN}:managers`,
    `${ORGANIZATION_GROUP_URN}:kind`,
    `${ORGANIZATION_GROUP_URN}:order`,
  ],
} as const;

/** The body of a PATCH: every op, path and shape of value with every other. */
export function patchText(type: "User" | "Group", targets: Targets): fc.Arbitrary<string> {
  const path = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...PATHS[type]).map(quoted) },
    { weight: 1, arbitrary: fc.constantFrom(...NAMES, ...TEXTS).map(quoted) },
    {
      weight: 1,
      arbitrary: filterText(targets).map((filter) =>
        quoted(`${type === "User" ? "emails" : "members"}[${filter}]`),
      ),
    },
    { weight: 1, arbitrary: jsonText(targets) },
  );
  const operation = fc
    .record(
      {
        op: fc.constantFrom(
          '"add"',
          '"replace"',
          '"remove"',
          '"Add"',
          '"REPLACE"',
          '"move"',
          "null",
          '["add"]',
        ),
        path,
        value: fc.oneof(plausibleValue(targets), jsonText(targets)),
      },
      { requiredKeys: ["op"] },
    )
    .map(
      (parts) =>
        `{${Object.entries(parts)
          .map(([key, value]) => `"${key}":${value}`)
          .join()}}`,
    );
  return fc
    .array(operation, { minLength: 1, maxLength: 4 })
    .map((operations) => `{"schemas":["${PATCH_URN}"],"Operations":[${operations.join()}]}`);
}

const FILTER_PATHS = [
  "id",
  "ID",
  "externalId",
  "userName",
  "displayName",
  "active",
  "password",
  "name",
  "name.familyName",
  "emails",
  "emails.value",
  "emails.primary",
  "type",
  "value",
  "display",
  "$ref",
  "x509Certificates.value",
  "groups",
  "groups.value",
  "groups.display",
  "members",
  "members.value",
  "members.type",
  "meta",
  "meta.created",
  "meta.lastModified",
  "meta.version",
  "meta.resourceType",
  "meta.location",
  "schemas",
  `${USER_URN}:userName`,
  `${ENTERPRISE_USER_URN}:employeeNumber`,
  `${ENTERPRISE_USER_URN}:manager`,
  `${ENTERPRISE_USER_URN}:manager.displayName`,
  `${ORGANIZATION_USER_URN}:departments.order`,
  `${ORGANIZATION_GROUP_URN}:parent`,
  `${ORGANIZATION_GROUP_URN}:parent.display`,
  `${ORGANIZATION_GROUP_URN}:managers.value`,
  `${ORGANIZATION_GROUP_URN}:order`,
  `${PROVISIONING_USER_URN}:connections.state`,
  ...EXTENSION_PARTS.map((part) => `${DICTIONARY_USER_URN}:${part}`),
  "urn:a:b",
  "urn::userName",
  "a.b.c",
  "__proto__",
  "constructor.name",
];

/** A filter of the grammar over attributes that exist and do not, with every operator and kind of value. */
export function filterText(targets: Targets): fc.Arbitrary<string> {
  const path = fc.constantFrom(...FILTER_PATHS);
  const value = fc.oneof(
    fc.constantFrom(...MOMENTS, ...TEXTS.filter((text) => text.length < 300)).map(quoted),
    fc.constantFrom(...Object.values(targets), targets.user.toUpperCase(), 'W/"1"').map(quoted),
    fc.constantFrom(...NUMBERS, "true", "FALSE", "null", '"\\u0000"', '"\\ud800"'),
  );
  const operator = fc.constantFrom("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ", "pr", "xx");
  const test = fc
    .tuple(path, operator, value)
    .map(([left, how, right]) => (how === "pr" ? `${left} pr` : `${left} ${how} ${right}`));
  return fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      test,
      test,
      fc.tuple(tie("any"), fc.constantFrom("and", "or"), tie("any")).map((parts) => parts.join(" ")),
      tie("any").map((inner) => `not (${inner})`),
      tie("any").map((inner) => `(${inner})`),
      fc
        .tuple(fc.constantFrom("emails", "members", "groups", "name", "meta", "schemas"), tie("any"))
        .map(([outer, inner]) => `${outer}[${inner}]`),
    ),
  })).any;
}

/** Pieces of filters in any order, and any text at all. */
export function brokenFilter(): fc.Arbitrary<string> {
  const piece = fc.constantFrom("(", ")", "[", "]", '"', "\\", "not", "and", "or", "eq", "pr", "userName");
  return fc.oneof(
    fc
      .array(fc.oneof(piece, fc.constantFrom("1", "-", ".", ":", "%", "'")), { maxLength: 30 })
      .map((all) => all.join(" ")),
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.tuple(piece, fc.integer({ min: 1, max: 9_000 })).map(([one, times]) => one.repeat(times)),
  );
}

/** What can be asked of a list. */
export function listQuery(targets: Targets): fc.Arbitrary<string> {
  const index = fc.constantFrom(
    "0",
    "-1",
    "1",
    "3",
    "500",
    "501",
    "9".repeat(400),
    "9".repeat(401),
    "1.5",
    "",
    "NaN",
    "0x1",
    "１",
  );
  const names = fc
    .array(fc.constantFrom(...FILTER_PATHS, ...NAMES, ...TEXTS.filter((text) => text.length < 300)), {
      maxLength: 6,
    })
    .map((all) => all.join(","));
  return fc
    .record(
      {
        filter: fc.oneof(
          { weight: 3, arbitrary: filterText(targets) },
          { weight: 1, arbitrary: brokenFilter() },
        ),
        sortBy: fc.constantFrom(...FILTER_PATHS, "", "emails[0]", "a b"),
        sortOrder: fc.constantFrom("ascending", "Descending", "up", ""),
        startIndex: index,
        count: index,
        attributes: names,
        excludedAttributes: names,
      },
      { requiredKeys: [] },
    )
    .map((parts) =>
      Object.entries(parts)
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join("&"),
    );
}
