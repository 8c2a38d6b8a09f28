import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { CHECKS } from "../../conformance/checks/all-checks.js";
import { DEVIATIONS } from "../../conformance/deviations.js";
import { renderConformanceDocs } from "../../conformance/render-docs.js";
import { CATALOGUE } from "../../conformance/requirements/catalogue.js";
import { NORMATIVE_WORDS } from "../../conformance/requirements/normative-words.js";
import { isMandatory, placeOf } from "../../conformance/requirements/requirement.js";

const byId = new Map(CATALOGUE.map((requirement) => [requirement.id, requirement]));
const covered = new Set(CHECKS.flatMap(({ covers }) => covers));
const idsWhere = (holds: (id: string) => boolean) => [...byId.keys()].filter(holds);

describe("the catalogue of requirements", () => {
  it("accounts for every key word of every section", () => {
    const counted: typeof NORMATIVE_WORDS = {};
    for (const { id, words } of CATALOGUE) {
      const { rfc, section } = placeOf(id);
      if (section === "errata") continue;
      counted[rfc] ??= {};
      counted[rfc][section] = (counted[rfc][section] ?? 0) + words;
    }
    expect(counted).toEqual(NORMATIVE_WORDS);
  });

  it("has no id twice", () => {
    expect(byId.size).toBe(CATALOGUE.length);
  });

  it("has a check for every requirement that a check can see, and for no other", () => {
    const checkable = idsWhere((id) => byId.get(id)?.proof.by === "check");
    expect([...covered].sort()).toEqual(checkable.sort());
  });

  it("refers to requirements that exist", () => {
    for (const { proof } of CATALOGUE) {
      if (proof.by === "other") expect(byId.get(proof.id)?.proof.by, proof.id).toBe("check");
    }
  });

  it("names tests that exist", async () => {
    for (const { proof } of CATALOGUE) {
      if (proof.by !== "test") continue;
      const [file = "", name = ""] = proof.test.split(": ");
      const source = await readFile(new URL(`../../${file}`, import.meta.url), "utf8");
      expect(source).toContain(name);
    }
  });
});

describe("the checks", () => {
  it("have a title of their own", () => {
    expect(new Set(CHECKS.map(({ title }) => title)).size).toBe(CHECKS.length);
  });

  it("that the gateway does not follow are of recommendations only", () => {
    for (const title of Object.keys(DEVIATIONS)) {
      const covers = CHECKS.find((check) => check.title === title)?.covers ?? [];
      expect(covers.length, title).toBeGreaterThan(0);
      for (const id of covers) expect(isMandatory(byId.get(id)?.level ?? "MUST"), id).toBe(false);
    }
  });
});

it("docs/conformance.md says what catalogue and checks say (npm run docs:conformance writes it)", async () => {
  const written = await readFile(new URL("../../docs/conformance.md", import.meta.url), "utf8");
  expect(written).toBe(renderConformanceDocs());
});
