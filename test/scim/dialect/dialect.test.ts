import { describe, expect, it } from "vitest";
import { createDialect, profileNamed, take } from "../../../src/scim/dialect/dialect.js";
import { PROFILES, QUIRKS, type Quirk } from "../../../src/scim/dialect/quirks.js";

const names = Object.keys(QUIRKS) as Quirk[];

describe("a profile", () => {
  it("called rfc allows nothing, called auto everything", () => {
    expect(names.filter((quirk) => createDialect("rfc").allows(quirk))).toEqual([]);
    expect(names.filter((quirk) => createDialect("auto").allows(quirk))).toEqual(names);
  });

  it.each(["interop", "entra", "okta", "idaas"] as const)(
    "called %s allows what the catalogue says",
    (profile) => {
      const allowed = names.filter((quirk) => createDialect(profile).allows(quirk));
      expect(allowed).toEqual(names.filter((quirk) => QUIRKS[quirk].profiles.includes(profile)));
      expect(allowed).toContain("text-boolean");
    },
  );

  it("lets only Entra ID, of all vendors, make a value by replacing what is not there", () => {
    const allowing = PROFILES.filter((profile) => createDialect(profile).allows("replace-creates-element"));
    expect(allowing).toEqual(["auto", "entra"]);
  });

  it("is found by its name, and auto stands in for an unknown one", () => {
    expect([profileNamed("okta"), profileNamed("Okta"), profileNamed("")]).toEqual(["okta", "auto", "auto"]);
  });
});

describe("a dialect", () => {
  it("takes what the profile allows and notes it once, in the order met", () => {
    const dialect = createDialect("interop");
    expect([
      take(dialect, "text-boolean"),
      take(dialect, "empty-path"),
      take(dialect, "text-boolean"),
    ]).toEqual([true, true, true]);
    expect([...dialect.applied]).toEqual(["text-boolean", "empty-path"]);
  });

  it("neither takes nor notes what the profile does not allow", () => {
    const dialect = createDialect("rfc");
    expect(take(dialect, "text-boolean")).toBe(false);
    expect([...dialect.applied]).toEqual([]);
  });
});
