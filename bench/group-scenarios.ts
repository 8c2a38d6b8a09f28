import type pg from "pg";
import { addMemberBody } from "./patch-bodies.js";
import { type Population, SMALL_GROUP } from "./population.js";
import type { Scenario } from "./scenario.js";

/**
 * The scenarios that add one person to a group by PATCH. The size of the group is all that differs between the first two:
 * each connection has a group of its own, so that nobody waits for another's lock on the group. In the third, all
 * connections write to one group.
 */
export function groupScenarios(population: Population): Scenario[] {
  const { smallGroups, largeGroups, newcomers, largeGroup } = population;
  const size = largeGroup.toLocaleString("en-US");
  const add = (name: string, groups: readonly string[], sizeBefore: number) =>
    addMember(`PATCH /Groups/{id} add member, ${name}`, { groups, sizeBefore, newcomers });
  return [
    add(`groups of ${SMALL_GROUP}`, smallGroups, SMALL_GROUP),
    add(`groups of ${size}`, largeGroups, largeGroup),
    add(`one group of ${size} by all`, largeGroups.slice(0, 1), largeGroup),
  ];
}

interface Additions {
  groups: readonly string[];
  sizeBefore: number;
  newcomers: readonly string[];
}

function addMember(name: string, { groups, sizeBefore, newcomers }: Additions): Scenario {
  const added = new Map<string, number>();
  return {
    name,
    writes: true,
    // Each turn begins with groups of their first size; all newcomers can be added once.
    async prepare(client) {
      await client.query(
        "delete from membership where group_id = any($1::uuid[]) and member_id = any($2::uuid[])",
        [groups, newcomers],
      );
      added.clear();
    },
    next(connection) {
      const group = groups[connection % groups.length] ?? "";
      const place = added.get(group) ?? 0;
      const member = newcomers[place];
      if (member === undefined) return undefined;
      added.set(group, place + 1);
      return {
        method: "PATCH",
        path: `/scim/v2/Groups/${group}`,
        body: JSON.stringify(addMemberBody(member)),
        status: 204,
        isRight: (text) => text === "",
      };
    },
    findError: (client) => findWrongSize(client, groups, (group) => sizeBefore + (added.get(group) ?? 0)),
  };
}

async function findWrongSize(
  client: pg.Client,
  groups: readonly string[],
  sizeOf: (group: string) => number,
): Promise<string | undefined> {
  const { rows } = await client.query<{ group_id: string; size: number }>(
    "select group_id, count(*)::int as size from membership where group_id = any($1::uuid[]) group by group_id",
    [groups],
  );
  const wrong = rows.find((row) => row.size !== sizeOf(row.group_id));
  if (rows.length !== groups.length) return `${groups.length - rows.length} groups are empty`;
  return wrong && `a group has ${wrong.size} members, expected ${sizeOf(wrong.group_id)}`;
}
