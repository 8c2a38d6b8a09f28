import type pg from "pg";
import { chooser, type ListAnswer, readJson } from "./answers.js";
import { addMemberBody, removeMemberBody } from "./patch-bodies.js";
import { type Population, SMALL_GROUP } from "./population.js";
import type { Scenario } from "./scenario.js";

interface GroupAnswer {
  id?: string;
  displayName?: string;
  members?: { value?: string }[];
}

/**
 * The scenarios on groups. In those that change members each connection has a group of its own, so that nobody waits for
 * another's lock on the group, but for the last, where all write to one.
 */
export function groupScenarios(population: Population): Scenario[] {
  const { smallGroups, largeGroups, largeGroup } = population;
  const small = `groups of ${SMALL_GROUP}`;
  const large = `groups of ${largeGroup.toLocaleString("en-US")}`;
  return [
    addMember(population, `PATCH /Groups/{id} add member, ${small}`, smallGroups, SMALL_GROUP),
    addMember(population, `PATCH /Groups/{id} add member, ${large}`, largeGroups, largeGroup),
    removeMember(population, `PATCH /Groups/{id} remove member, ${small}`, smallGroups, SMALL_GROUP),
    removeMember(population, `PATCH /Groups/{id} remove member, ${large}`, largeGroups, largeGroup),
    addMember(
      population,
      `PATCH /Groups/{id} add member, one group of ${largeGroup.toLocaleString("en-US")} by all`,
      largeGroups.slice(0, 1),
      largeGroup,
    ),
    readWithoutMembers(`GET /Groups/{id} without members, ${small}`, smallGroups),
    readWithoutMembers(`GET /Groups/{id} without members, ${large}`, largeGroups),
    readWhole(`GET /Groups/{id} with members, ${large}`, largeGroups, largeGroup),
    probe(population, large),
  ];
}

/** A PATCH that adds one person. All newcomers can be added to a group once in each turn. */
export function addMember(
  { newcomers }: Population,
  name: string,
  groups: readonly string[],
  sizeBefore: number,
): Scenario {
  const added = new Map<string, number>();
  return {
    name,
    goal: 60,
    async prepare(client) {
      await takeOut(client, groups, newcomers);
      added.clear();
    },
    next(connection) {
      const group = groups[connection % groups.length] ?? "";
      const place = added.get(group) ?? 0;
      const member = newcomers[place];
      if (member === undefined) return undefined;
      added.set(group, place + 1);
      return changeRequest(group, addMemberBody(member));
    },
    findError: (client) => findWrongSize(client, groups, (group) => sizeBefore + (added.get(group) ?? 0)),
  };
}

function removeMember(
  { newcomers }: Population,
  name: string,
  groups: readonly string[],
  sizeBefore: number,
): Scenario {
  const removed = new Map<string, number>();
  return {
    name,
    goal: 60,
    async prepare(client) {
      await takeOut(client, groups, newcomers);
      await client.query(
        `insert into membership (tenant_id, group_id, member_id, added_at)
         select r.tenant_id, r.id, m.id, now() from resource r cross join unnest($2::uuid[]) as m (id)
          where r.id = any($1::uuid[])`,
        [groups, newcomers],
      );
      removed.clear();
    },
    next(connection) {
      const group = groups[connection % groups.length] ?? "";
      const place = removed.get(group) ?? 0;
      const member = newcomers[place];
      if (member === undefined) return undefined;
      removed.set(group, place + 1);
      return changeRequest(group, removeMemberBody(member));
    },
    findError: (client) =>
      findWrongSize(client, groups, (group) => sizeBefore + newcomers.length - (removed.get(group) ?? 0)),
  };
}

function changeRequest(group: string, body: object) {
  return {
    method: "PATCH",
    path: `/scim/v2/Groups/${group}`,
    body: JSON.stringify(body),
    status: 204,
    orders: 1,
    isRight: (text: string) => text === "",
  } as const;
}

/** A GET that leaves the members out. */
export function readWithoutMembers(name: string, groups: readonly string[]): Scenario {
  const choose = chooser(groups.length);
  return {
    name,
    goal: 75,
    next() {
      const id = groups[choose()];
      return {
        method: "GET",
        path: `/scim/v2/Groups/${id}?excludedAttributes=members`,
        status: 200,
        isRight(text) {
          const group = readJson<GroupAnswer>(text);
          return group.id === id && group.displayName !== undefined && group.members === undefined;
        },
      };
    },
  };
}

function readWhole(name: string, groups: readonly string[], size: number): Scenario {
  const choose = chooser(groups.length);
  return {
    name,
    goal: 60,
    connections: 2,
    next() {
      const id = groups[choose()];
      return {
        method: "GET",
        path: `/scim/v2/Groups/${id}`,
        status: 200,
        isRight(text) {
          const group = readJson<GroupAnswer>(text);
          return group.id === id && (group.members?.length ?? 0) >= size;
        },
      };
    },
  };
}

/** "Is this person a member of that group", as Entra ID asks it. */
function probe({ largeGroups, users, largeGroup }: Population, groupName: string): Scenario {
  const choose = chooser(Math.min(users.length, largeGroup));
  return {
    name: `GET /Groups?filter=id eq and members eq, ${groupName}`,
    goal: 65,
    next() {
      const group = largeGroups[0];
      const filter = encodeURIComponent(`id eq "${group}" and members eq "${users[choose()]}"`);
      return {
        method: "GET",
        path: `/scim/v2/Groups?filter=${filter}&attributes=id`,
        status: 200,
        isRight(text) {
          const { totalResults, Resources = [] } = readJson<ListAnswer<GroupAnswer>>(text);
          return totalResults === 1 && Resources[0]?.id === group;
        },
      };
    },
  };
}

async function takeOut(
  client: pg.Client,
  groups: readonly string[],
  newcomers: readonly string[],
): Promise<void> {
  await client.query(
    "delete from membership where group_id = any($1::uuid[]) and member_id = any($2::uuid[])",
    [groups, newcomers],
  );
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
