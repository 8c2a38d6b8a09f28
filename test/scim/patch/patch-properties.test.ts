import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDialect } from "../../../src/scim/dialect/dialect.js";
import { PROFILES, type Profile } from "../../../src/scim/dialect/quirks.js";
import { ScimError } from "../../../src/scim/errors.js";
import { PATCH_OP_SCHEMA } from "../../../src/scim/messages.js";
import { applyPatch } from "../../../src/scim/patch/apply-patch.js";
import { parsePatch } from "../../../src/scim/patch/parse-patch.js";
import { compileValidator } from "../../../src/scim/resource/compile-validator.js";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import { DICTIONARY_USER_URN, ENTERPRISE_USER_URN } from "../../../src/scim/schema/urns.js";
import { userType } from "../sample-types.js";

const word = fc.constantFrom("a", "b", "c", "Ab");
const email = fc.record(
  { value: word, type: fc.constantFrom("work", "home"), primary: fc.boolean() },
  { requiredKeys: ["value"] },
);
/** Elements as the reader leaves them: each `value` and `type` once, one primary. */
const emails = fc
  .uniqueArray(email, {
    minLength: 1,
    maxLength: 3,
    selector: ({ value, type }) => `${value} ${type}`.toLowerCase(),
  })
  .map((list) => list.map((each, index) => (index === 0 ? each : { ...each, primary: false })));

const resource: fc.Arbitrary<JsonObject> = fc.record(
  {
    userName: word,
    title: word,
    active: fc.boolean(),
    name: fc.record({ givenName: word, familyName: word }, { requiredKeys: ["givenName"] }),
    emails,
    [ENTERPRISE_USER_URN]: fc.record({ department: word }),
    [DICTIONARY_USER_URN]: fc.record({ level: fc.integer() }),
  },
  { requiredKeys: ["userName"] },
);

const path = fc.constantFrom(
  "userName",
  "title",
  "active",
  "name",
  "name.givenName",
  "emails",
  "emails.type",
  'emails[type eq "work"]',
  'emails[type eq "work"].value',
  'emails[value eq "a" and type eq "home"].primary',
  ENTERPRISE_USER_URN,
  `${ENTERPRISE_USER_URN}:manager`,
  `${DICTIONARY_USER_URN}:tags`,
  `${DICTIONARY_USER_URN}:level`,
  "groups",
  "nothing",
  "__proto__.x",
);
const value = fc.oneof(
  word,
  fc.boolean(),
  fc.constantFrom("True", "", null, 5, [], {}),
  emails,
  email,
  fc.record({ givenName: fc.oneof(word, fc.constant(null)) }),
  fc.array(word, { maxLength: 3 }),
  fc.record({ department: word, manager: word }),
  resource,
  fc.jsonValue({ maxDepth: 3 }),
);
const operation = fc.record(
  { op: fc.constantFrom("add", "Replace", "remove"), path, value },
  { requiredKeys: ["op"] },
);

const message = (operations: unknown[]) => ({ schemas: [PATCH_OP_SCHEMA], Operations: operations });
const patch = (before: JsonObject, ...operations: unknown[]) => patchAs("auto", before, ...operations);
const patchAs = (profile: Profile, before: JsonObject, ...operations: unknown[]) => {
  const dialect = createDialect(profile);
  return applyPatch(before, parsePatch(message(operations), userType, dialect), userType, dialect);
};
const validate = compileValidator(userType);

describe("any PATCH", () => {
  it("leaves its input and every prototype alone, and gives a sound resource or a SCIM error", () => {
    const prototypeKeys = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(resource, fc.array(operation, { minLength: 1, maxLength: 4 }), (before, operations) => {
        const [resourceText, messageText] = [JSON.stringify(before), JSON.stringify(operations)];
        try {
          const after = patch(before, ...operations);
          validate(after);
          const held = after["emails"];
          const primaries = Array.isArray(held) ? held.filter((each) => Object(each).primary === true) : [];
          expect(primaries.length).toBeLessThanOrEqual(1);
        } catch (error) {
          if (!(error instanceof ScimError)) throw error;
          expect(error.status).toBe(400);
        }
        expect([JSON.stringify(before), JSON.stringify(operations)]).toEqual([resourceText, messageText]);
      }),
      { numRuns: 500 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototypeKeys);
  });
});

describe("a profile", () => {
  it("decides what passes, never what it means: what the RFC takes, every profile takes alike", () => {
    fc.assert(
      fc.property(resource, fc.array(operation, { minLength: 1, maxLength: 3 }), (before, operations) => {
        let strict: JsonObject;
        try {
          strict = patchAs("rfc", before, ...operations);
        } catch {
          return;
        }
        for (const profile of PROFILES) expect(patchAs(profile, before, ...operations)).toEqual(strict);
      }),
      { numRuns: 500 },
    );
  });
});

describe("adding and removing", () => {
  it("remove after add of a new element restores the resource", () => {
    fc.assert(
      fc.property(resource, (before) => {
        const added = patch(before, { op: "add", path: "emails", value: { value: "new", type: "other" } });
        expect(patch(added, { op: "remove", path: 'emails[value eq "NEW"]' })).toEqual(before);
        expect(patch(added, { op: "remove", path: "emails", value: [{ value: "new" }] })).toEqual(before);
      }),
    );
  });

  it("remove after add of a new attribute restores the resource", () => {
    fc.assert(
      fc.property(resource, word, (before, manager) => {
        const target = `${ENTERPRISE_USER_URN}:manager`;
        const added = patch(before, { op: "add", path: target, value: manager });
        expect(added[ENTERPRISE_USER_URN]).toMatchObject({ manager: { value: manager } });
        expect(patch(added, { op: "remove", path: target })).toEqual(before);
      }),
    );
  });

  it("add and replace are idempotent", () => {
    fc.assert(
      fc.property(resource, emails, fc.constantFrom("add", "replace"), (before, list, op) => {
        const once = patch(before, { op, path: "emails", value: list });
        expect(patch(once, { op, path: "emails", value: list })).toEqual(once);
      }),
    );
  });

  it("a value without a path does the same as its keys one by one", () => {
    fc.assert(
      fc.property(resource, resource, fc.constantFrom("add", "replace"), (before, given, op) => {
        const single = Object.entries(given).map(([key, held]) => ({ op, path: key, value: held }));
        expect(patch(before, { op, value: given })).toEqual(patch(before, ...single));
      }),
    );
  });
});
