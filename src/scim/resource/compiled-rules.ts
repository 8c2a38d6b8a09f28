import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formatsModule from "ajv-formats";
import { RE2JS } from "re2js";
import type { JsonObject } from "../schema/attribute.js";

/** The rules are ours, and typed; to hold them against the schema of schemas, ajv would compile that each time first. */
const WITHOUT_META_SCHEMA = { meta: false, validateSchema: false };

/** ajv-formats is a CommonJS module whose default export TypeScript sees one level too high under nodenext. */
const addFormats = formatsModule as unknown as typeof formatsModule.default;

/**
 * Dictionary patterns come from administrators; RE2 runs them in linear time, where the built-in engine takes
 * seconds for `(a+)+$`. The pattern must match the whole value. `toString` tells patterns apart: ajv keeps compiled
 * ones under that text, and would share one between all attributes.
 */
const linearRegExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    return { test: (text: string) => compiled.testExact(text), toString: () => pattern };
  },
  { code: "linearRegExp" },
);

/** So many different rules are kept; each is some hundred kilobytes. */
const KEPT = 100;
/** By the text of the rules, the one that was asked for last at the end. */
const kept = new Map<string, ValidateFunction>();

/**
 * The function that checks these rules, a JSON Schema. It keeps the errors of the last value that it refused in `errors`.
 * Equal rules share one: most tenants have no attributes of their own, and a change of the attributes of people leaves
 * those of groups as they are.
 *
 * @throws for a pattern that RE2 cannot run
 */
export function compiledRules(rules: JsonObject): ValidateFunction {
  const text = JSON.stringify(rules);
  const validate = kept.get(text) ?? compile(rules);
  kept.delete(text);
  kept.set(text, validate);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  return validate;
}

function compile(rules: JsonObject): ValidateFunction {
  const ajv = new Ajv2020({
    ...WITHOUT_META_SCHEMA,
    allErrors: true,
    strict: true,
    code: { regExp: linearRegExp },
  });
  addFormats(ajv, ["date-time"]);
  return ajv.compile(rules);
}
