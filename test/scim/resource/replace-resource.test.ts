import { describe, expect, it } from "vitest";
import { replaceResource } from "../../../src/scim/resource/replace-resource.js";
import { DICTIONARY_USER_URN } from "../../../src/scim/schema/urns.js";
import { expectRefusal } from "../expect-scim-error.js";
import { userType } from "../sample-types.js";

describe("replaceResource", () => {
  const current = {
    userName: "u",
    title: "old",
    [DICTIONARY_USER_URN]: { legacyKey: "k", birthPlace: "杭州", badge: "AB1" },
  };

  it("clears what the client omits, except what the client cannot change", () => {
    expect(replaceResource(current, { userName: "v" }, userType)).toEqual({
      userName: "v",
      [DICTIONARY_USER_URN]: { legacyKey: "k", birthPlace: "杭州" },
    });
  });

  it("accepts the same immutable value and a first one", () => {
    const next = { userName: "v", [DICTIONARY_USER_URN]: { birthPlace: "杭州" } };
    expect(replaceResource(current, next, userType)).toMatchObject(next);
    expect(replaceResource({ userName: "v" }, next, userType)).toEqual(next);
  });

  it("refuses another immutable value", () => {
    const next = { userName: "v", [DICTIONARY_USER_URN]: { birthPlace: "北京" } };
    const { detail } = expectRefusal(() => replaceResource(current, next, userType), "mutability");
    expect(detail).toContain(`${DICTIONARY_USER_URN}:birthPlace`);
  });
});
