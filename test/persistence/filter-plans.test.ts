import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileFilter } from "../../src/persistence/compile-filter.js";
import { sqlParameters } from "../../src/persistence/sql-parameters.js";
import { parseFilter } from "../../src/scim/filter/parse-filter.js";
import { resolveFilter } from "../../src/scim/filter/resolve-filter.js";
import type { ResourceTypeId } from "../../src/scim/schema/attribute.js";
import {
  DICTIONARY_USER_URN as DICTIONARY,
  ENTERPRISE_USER_URN as ENTERPRISE,
  ORGANIZATION_GROUP_URN as ORGANIZATION,
} from "../../src/scim/schema/urns.js";
import { defaultTenantId, openTestDatabase, type TestDatabase } from "../support/database.js";
import { addCrowd } from "./crowd.js";
import { groupId, type Population, seedPopulation, userId } from "./filter-population.js";

let opened: TestDatabase;
let population: Population;

beforeAll(async () => {
  opened = await openTestDatabase();
  population = await seedPopulation(opened.database);
  await addCrowd(opened.database);
}, 60_000);
afterAll(() => opened.close());

/** The plan of a search. */
async function planOf(typeId: ResourceTypeId, text: string): Promise<string[]> {
  const type = population.registry.type(typeId);
  const parameters = sqlParameters(defaultTenantId);
  const condition = compileFilter(resolveFilter(parseFilter(text), type), type, parameters);
  const rows = await opened.database.query<{ "QUERY PLAN": string }>(
    `explain (costs off) select r.id from resource r
        where r.tenant_id = $1 and r.type = '${typeId}' and r.deleted_at is null and ${condition}`,
    parameters.values,
  );
  return rows.map((row) => row["QUERY PLAN"]);
}

/** Whether the plan starts from an index condition other than tenant and type, which all resources meet. */
function startsFromValue(plan: readonly string[]): boolean {
  const conditions = plan.filter((line) => /Index Cond:/.test(line));
  return conditions.some((line) =>
    /seq = |user_name_key|external_id|display_name_key|employee_number|manager_ref|parent_id|\bid = /.test(
      line,
    ),
  );
}

describe("equality and prefixes are looked up in an index, not in every document", () => {
  it.each([
    ["User", 'userName eq "ann.5"'],
    ["User", 'userName sw "ann"'],
    ["User", 'displayName sw "a"'],
    ["User", 'externalId eq "ext-1"'],
    ["User", `id eq "${userId(3)}"`],
    ["User", `${ENTERPRISE}:employeeNumber eq "e2"`],
    ["User", `${ENTERPRISE}:employeeNumber sw "e"`],
    ["User", `${ENTERPRISE}:manager.value eq "e2"`],
    ["User", `${ENTERPRISE}:department eq "ann"`],
    ["User", 'emails eq "w1@example.com"'],
    ["User", 'emails[type eq "work" and value eq "w1@example.com"]'],
    ["User", 'emails[type eq "work" and value sw "w1"]'],
    ["User", 'emails[value eq "a" or value eq "b"]'],
    ["User", 'name.familyName sw "a"'],
    ["User", `${DICTIONARY}:badge eq "b1"`],
    ["User", `${DICTIONARY}:level eq 3`],
    ["User", `${DICTIONARY}:joined eq "2024-01-01T00:00:00Z"`],
    ["User", `${DICTIONARY}:remote eq true`],
    ["User", 'active eq true and emails.value eq "w1@example.com"'],
    ["User", 'userName eq "ann.5" or emails.value eq "w1@example.com" or externalId sw "ext"'],
    ["User", `groups.value eq "${groupId(0)}"`],
    ["User", `groups[value eq "${groupId(0)}" and type eq "direct"]`],
    ["Group", 'displayName eq "ann"'],
    ["Group", `members.value eq "${userId(0)}"`],
    ["Group", `id eq "${groupId(0)}" and members eq "${userId(0)}"`],
    ["Group", `${ORGANIZATION}:parent.value eq "${groupId(0)}"`],
  ] as const)("%s: %s", async (typeId, text) => {
    const plan = await planOf(typeId, text);
    expect(startsFromValue(plan), plan.join("\n")).toBe(true);
  });

  it.each([
    ["User", 'not (emails.value eq "w1@example.com")'],
    ["User", 'emails.value eq "w1@example.com" or title co "x"'],
    ["User", 'emails.value co "w1"'],
  ] as const)("but what may match anything is not: %s: %s", async (typeId, text) => {
    expect(startsFromValue(await planOf(typeId, text))).toBe(false);
  });
});
