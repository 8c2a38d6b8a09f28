import fc from "fast-check";
import { filter as oracleMatcher, parse as oracleParse } from "scim2-parse-filter";
import scimmy from "scimmy";
import { describe, expect, it } from "vitest";
import { ScimError } from "../../../src/scim/errors.js";
import type { AttributePath, ComparisonOperator, Filter } from "../../../src/scim/filter/ast.js";
import { evaluateFilter } from "../../../src/scim/filter/evaluate-filter.js";
import { parseFilter } from "../../../src/scim/filter/parse-filter.js";
import { printFilter } from "../../../src/scim/filter/print-filter.js";
import { resolveFilter } from "../../../src/scim/filter/resolve-filter.js";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, USER_URN } from "../../../src/scim/schema/urns.js";
import { userType } from "../sample-types.js";

const operators = fc.constantFrom<ComparisonOperator>("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le");
const name = fc.stringMatching(/^[A-Za-z$][A-Za-z0-9_$-]{0,8}$/);
const anyPath: fc.Arbitrary<AttributePath> = fc
  .record({
    schema: fc.option(fc.constant(ENTERPRISE_USER_URN)),
    attribute: name,
    subAttribute: fc.option(name),
  })
  .map(({ schema, attribute, subAttribute }) => ({
    ...(schema ? { schema } : {}),
    attribute,
    ...(subAttribute ? { subAttribute } : {}),
  }));
const anyValue = fc.oneof(
  fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
);

/** Trees of at most `depth` connectives over the given conditions. */
function treeOf(leaf: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> {
  return fc.letrec<{ tree: Filter }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: depth, depthSize: "small" },
      leaf,
      fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        operands: fc.array(tie("tree"), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant("not" as const), operand: tie("tree") }),
    ),
  })).tree;
}

const anyLeaf = fc.oneof(
  fc.record({
    kind: fc.constant("comparison" as const),
    path: anyPath,
    operator: operators,
    value: anyValue,
  }),
  fc.record({ kind: fc.constant("present" as const), path: anyPath }),
);
const anyFilter = treeOf(
  fc.oneof(
    anyLeaf,
    fc.record({ kind: fc.constant("valuePath" as const), path: anyPath, filter: treeOf(anyLeaf, 2) }),
  ),
  3,
);

describe("the text form of a filter", () => {
  it("reads back to the same tree", () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(parseFilter(printFilter(filter), { limits: { maxLength: 100_000 } })).toEqual(filter);
      }),
      { numRuns: 300 },
    );
  });

  it("is read or refused as invalidFilter, whatever it is", () => {
    const piece = fc.constantFrom(
      "userName",
      "emails[",
      "]",
      "(",
      ")",
      "not",
      "and",
      "or",
      "eq",
      "pr",
      '"x"',
      '"',
      "\\",
      "1",
      "-",
      ".value",
      "true",
      ":",
      "é",
      "\0",
      "\ud800",
      "\n",
      '"\\ud800"',
    );
    const soup = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join(" ")),
    );
    fc.assert(
      fc.property(soup, (text) => {
        try {
          resolveFilter(parseFilter(text), userType);
        } catch (error) {
          if (!(error instanceof ScimError)) throw error;
          expect(error.scimType).toBe("invalidFilter");
        }
      }),
      { numRuns: 200 },
    );
  });
});

// The oracles know neither case rules nor `ne` on several values as we define it: small lower-case words, no `ne`.
// scim2-parse-filter takes `and` in brackets apart into independent conditions, so only scimmy is asked about those;
// scimmy throws where a parent attribute is absent, so every person has a name and an e-mail there.
const word = fc.constantFrom("a", "b", "ab", "ba", "abc");
const people: fc.Arbitrary<JsonObject> = fc
  .record({
    userName: word,
    title: fc.option(word),
    active: fc.option(fc.boolean()),
    givenName: fc.option(word),
    emails: fc.array(fc.record({ value: word, type: word }), { maxLength: 3 }),
    department: fc.option(word),
  })
  .map(({ userName, title, active, givenName, emails, department }) => ({
    userName,
    ...(title === null ? {} : { title }),
    ...(active === null ? {} : { active }),
    name: { formatted: "x", ...(givenName === null ? {} : { givenName }) },
    ...(emails.length === 0 ? {} : { emails }),
    ...(department === null ? {} : { [ENTERPRISE_USER_URN]: { department } }),
  }));

const textPath = fc.constantFrom<AttributePath>(
  { attribute: "userName" },
  { attribute: "title" },
  { attribute: "name", subAttribute: "givenName" },
  { attribute: "emails", subAttribute: "value" },
  { schema: ENTERPRISE_USER_URN, attribute: "department" },
);
const textOperator = operators.filter((operator) => operator !== "ne");
const textLeaf = (path: fc.Arbitrary<AttributePath>) =>
  fc.oneof(
    fc.record({ kind: fc.constant("comparison" as const), path, operator: textOperator, value: word }),
    fc.record({ kind: fc.constant("present" as const), path }),
  );
const elementLeaf = textLeaf(fc.constantFrom<AttributePath>({ attribute: "value" }, { attribute: "type" }));
const elementJoin = (kind: "and" | "or"): fc.Arbitrary<Filter> =>
  fc.oneof(
    elementLeaf,
    fc.record({ kind: fc.constant(kind), operands: fc.array(elementLeaf, { minLength: 2, maxLength: 3 }) }),
  );
const plainLeaf: fc.Arbitrary<Filter> = fc.oneof(
  textLeaf(textPath),
  fc.record({
    kind: fc.constant("comparison" as const),
    path: fc.constant<AttributePath>({ attribute: "active" }),
    operator: fc.constant("eq" as const),
    value: fc.boolean(),
  }),
);
const brackets = (kind: "and" | "or"): fc.Arbitrary<Filter> =>
  fc.record({
    kind: fc.constant("valuePath" as const),
    path: fc.constant<AttributePath>({ attribute: "emails" }),
    filter: elementJoin(kind),
  });

const matches = (text: string, person: JsonObject) =>
  evaluateFilter(resolveFilter(parseFilter(text, { limits: { maxLength: 100_000 } }), userType), person);

describe("a filter matches as other implementations say", () => {
  it("agrees with scim2-parse-filter on trees and on alternatives in brackets", () => {
    fc.assert(
      fc.property(fc.oneof(treeOf(plainLeaf, 3), brackets("or")), people, (filter, person) => {
        const text = printFilter(filter);
        expect(matches(text, person), text).toBe(oracleMatcher(oracleParse(text))(person));
      }),
      { numRuns: 400 },
    );
  });

  it("agrees with scim2-parse-filter on what binds tighter, in any case of the words", () => {
    const word = (text: string) => fc.constantFrom(text, text.toUpperCase(), ` ${text} `);
    const condition = fc.oneof(
      plainLeaf.map(printFilter),
      plainLeaf.map((leaf) => `not (${printFilter(leaf)})`),
      fc
        .array(plainLeaf, { minLength: 2, maxLength: 3 })
        .map((list) => `(${list.map(printFilter).join(" or ")})`),
    );
    const sentence = fc
      .tuple(condition, fc.array(fc.tuple(fc.oneof(word("and"), word("or")), condition), { maxLength: 5 }))
      .map(([first, rest]) => [first, ...rest.map(([join, next]) => `${join} ${next}`)].join(" "));
    fc.assert(
      fc.property(sentence, people, (text, person) => {
        const plain = text
          .replace(/ +/g, " ")
          .replace(/\bAND\b/g, "and")
          .replace(/\bOR\b/g, "or");
        expect(matches(text, person), text).toBe(oracleMatcher(oracleParse(plain))(person));
      }),
      { numRuns: 300 },
    );
  });

  it("finds the same whether names carry the URN of their schema or not, in any case", () => {
    const core = textLeaf(textPath.filter(({ schema }) => schema === undefined));
    const recased = (text: string, upper: boolean) => (upper ? text.toUpperCase() : text.toLowerCase());
    const spelled = (filter: Filter, upper: boolean, urn: boolean): Filter => {
      switch (filter.kind) {
        case "and":
        case "or":
          return { ...filter, operands: filter.operands.map((operand) => spelled(operand, upper, urn)) };
        case "not":
          return { ...filter, operand: spelled(filter.operand, upper, urn) };
        case "comparison":
        case "present":
        case "valuePath": {
          const schema = urn ? { schema: recased(USER_URN, upper) } : {};
          const path = { ...filter.path, ...schema, attribute: recased(filter.path.attribute, upper) };
          return { ...filter, path };
        }
        default:
          return filter satisfies never;
      }
    };
    fc.assert(
      fc.property(treeOf(core, 2), fc.boolean(), fc.boolean(), people, (filter, upper, urn, person) => {
        const other = printFilter(spelled(filter, upper, urn));
        expect(matches(other, person), other).toBe(matches(printFilter(filter), person));
      }),
    );
  });

  it("agrees with scimmy on pairs of conditions and on brackets", () => {
    const simple = textLeaf(textPath.filter(({ schema, attribute }) => !schema && attribute !== "emails"));
    const pair = fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      operands: fc.array(simple, { minLength: 2, maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.oneof(simple, pair, brackets("and")), people, (filter, someone) => {
        const person = { emails: [{ value: "zz", type: "zz" }], ...someone };
        const text = printFilter(filter);
        const found = new scimmy.Types.Filter(text).match([structuredClone(person)]).length === 1;
        expect(matches(text, person), text).toBe(found);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the laws of logic hold", () => {
  const anySensible = treeOf(fc.oneof(plainLeaf, brackets("and")), 3);

  it("not is the complement, and ne is not eq", () => {
    fc.assert(
      fc.property(anySensible, textPath, word, people, (filter, path, value, person) => {
        const resolved = resolveFilter(filter, userType);
        expect(evaluateFilter({ kind: "not", operand: resolved }, person)).toBe(
          !evaluateFilter(resolved, person),
        );
        const [eq, ne] = (["eq", "ne"] as const).map((operator) =>
          evaluateFilter(resolveFilter({ kind: "comparison", path, operator, value }, userType), person),
        );
        expect(ne).toBe(!eq);
      }),
    );
  });

  it("and and or follow De Morgan", () => {
    fc.assert(
      fc.property(anySensible, anySensible, people, (left, right, person) => {
        const [a, b] = [resolveFilter(left, userType), resolveFilter(right, userType)];
        const neither = evaluateFilter({ kind: "not", operand: { kind: "or", operands: [a, b] } }, person);
        expect(neither).toBe(!evaluateFilter(a, person) && !evaluateFilter(b, person));
      }),
    );
  });
});
