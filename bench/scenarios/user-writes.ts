import { chooser, isUser, readJson, type UserAnswer } from "./answers.js";
import { patchActiveBody, patchThreeBody } from "./patch-bodies.js";
import { addPeople, type Population } from "./population.js";
import { FIRST_LEAVER_NUMBER, FIRST_NEW_NUMBER, sampleUser, userNameOf } from "./sample-user.js";
import type { Scenario, ScenarioRequest } from "./scenario.js";

/** People who are made for one turn of the deletion, and removed in it. */
const LEAVERS = 8_000;
const BULK = 1_000;

/** What the scenarios have done to the people of one database, as far as another scenario has to know. */
export interface Ledger {
  /** A number that nobody has had before. */
  nextNumber(): number;
  /** Who is active, by number. */
  active: boolean[];
}

/** The ledger of an untouched population. */
export function newLedger({ users }: Population): Ledger {
  let number = FIRST_NEW_NUMBER;
  return { nextNumber: () => number++, active: users.map(() => true) };
}

/** Writing people, one at a time and a thousand at once. */
export function userWrites(population: Population, ledger: Ledger): Scenario[] {
  return [
    createUser(ledger),
    createTwice(population),
    patchActive(population, ledger),
    patchThree(population),
    replaceUser(population, ledger),
    removeUser(),
    createInBulk(ledger),
  ];
}

/** A POST of somebody new. */
export function createUser(ledger: Ledger): Scenario {
  let created = 0;
  return {
    name: "POST /Users",
    goal: 65,
    showsOutboxCost: true,
    next() {
      const user = sampleUser(ledger.nextNumber());
      created += 1;
      return {
        method: "POST",
        path: "/scim/v2/Users",
        body: JSON.stringify(user),
        status: 201,
        orders: 1,
        isRight: (text) => readJson<UserAnswer>(text).userName === user.userName,
      };
    },
    async findError(client) {
      const { rows } = await client.query<{ count: number }>(
        "select count(*)::int as count from resource where user_name_key >= $1 and user_name_key < $2",
        [userNameOf(FIRST_NEW_NUMBER), userNameOf(FIRST_LEAVER_NUMBER)],
      );
      return (rows[0]?.count ?? 0) >= created
        ? undefined
        : `${created} were created, ${rows[0]?.count} are there`;
    },
  };
}

function createTwice({ users }: Population): Scenario {
  const choose = chooser(users.length);
  return {
    name: "POST /Users, userName taken (409)",
    goal: 60,
    next: () => ({
      method: "POST",
      path: "/scim/v2/Users",
      body: JSON.stringify(sampleUser(choose())),
      status: 409,
      isRight: (text) => readJson<{ scimType?: string }>(text).scimType === "uniqueness",
    }),
  };
}

/** A PATCH that switches somebody on or off. */
export function patchActive({ users }: Population, { active }: Ledger): Scenario {
  const choose = chooser(users.length);
  return {
    name: "PATCH /Users/{id} active",
    goal: 50,
    showsOutboxCost: true,
    next() {
      const number = choose();
      const value = !active[number];
      active[number] = value;
      return patchRequest(users[number], patchActiveBody(value), (user) => {
        return user.active === value && isUser(user, users[number], number);
      });
    },
    async findError(client) {
      const { rows } = await client.query<{ id: string; active: boolean; doc_active: boolean }>(
        "select id, active, (doc -> 'active')::boolean as doc_active from resource where id = any($1::uuid[])",
        [users],
      );
      const stored = new Map(rows.map((row) => [row.id, row]));
      const wrong = users.filter((id, number) => {
        const row = stored.get(id);
        return row?.active !== active[number] || row?.doc_active !== active[number];
      });
      return wrong.length === 0 ? undefined : `${wrong.length} people have another active than was answered`;
    },
  };
}

function patchThree({ users }: Population): Scenario {
  const choose = chooser(users.length);
  let turn = 0;
  return {
    name: "PATCH /Users/{id}, three operations",
    goal: 50,
    next() {
      const number = choose();
      turn += 1;
      const title = `架构师 ${turn}`;
      return patchRequest(users[number], patchThreeBody(title, turn), (user) => {
        return user.title === title && isUser(user, users[number], number);
      });
    },
  };
}

function patchRequest(
  id: string | undefined,
  body: object,
  isRight: (user: UserAnswer) => boolean,
): ScenarioRequest {
  return {
    method: "PATCH",
    path: `/scim/v2/Users/${id}`,
    body: JSON.stringify(body),
    status: 200,
    orders: 1,
    isRight: (text) => isRight(readJson(text)),
  };
}

function replaceUser({ users }: Population, { active }: Ledger): Scenario {
  const choose = chooser(users.length);
  let turn = 0;
  return {
    name: "PUT /Users/{id}",
    goal: 55,
    next() {
      const number = choose();
      turn += 1;
      const title = `顾问 ${turn}`;
      active[number] = true;
      return {
        method: "PUT",
        path: `/scim/v2/Users/${users[number]}`,
        body: JSON.stringify({ ...sampleUser(number), title }),
        status: 200,
        orders: 1,
        isRight(text) {
          const user = readJson<UserAnswer>(text);
          return user.title === title && isUser(user, users[number], number);
        },
      };
    },
  };
}

function removeUser(): Scenario {
  let leavers: string[] = [];
  let removed = 0;
  let number = FIRST_LEAVER_NUMBER;
  return {
    name: "DELETE /Users/{id}",
    goal: 60,
    async prepare(client) {
      leavers = await addPeople(client, { first: number, count: LEAVERS });
      number += LEAVERS;
      removed = 0;
    },
    next() {
      const id = leavers[removed];
      if (id === undefined) return undefined;
      removed += 1;
      return {
        method: "DELETE",
        path: `/scim/v2/Users/${id}`,
        status: 204,
        orders: 1,
        isRight: (text) => text === "",
      };
    },
    async findError(client) {
      const { rows } = await client.query<{ count: number }>(
        "select count(*)::int as count from resource where id = any($1::uuid[]) and deleted_at is not null",
        [leavers],
      );
      return rows[0]?.count === removed ? undefined : `${removed} were removed, ${rows[0]?.count} are gone`;
    },
  };
}

function createInBulk(ledger: Ledger): Scenario {
  return {
    name: `POST /Bulk, ${BULK.toLocaleString("en-US")} users`,
    goal: 35,
    connections: 2,
    next() {
      const operations = Array.from({ length: BULK }, (_, index) => ({
        method: "POST",
        path: "/Users",
        bulkId: `b${index}`,
        data: sampleUser(ledger.nextNumber()),
      }));
      return {
        method: "POST",
        path: "/scim/v2/Bulk",
        body: JSON.stringify({
          schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
          Operations: operations,
        }),
        status: 200,
        orders: BULK,
        resources: BULK,
        isRight(text) {
          const answer = readJson<{ Operations?: { status?: string; location?: string }[] }>(text);
          const done = answer.Operations ?? [];
          return (
            done.length === BULK && done.every((one) => one.status === "201" && one.location !== undefined)
          );
        },
      };
    },
  };
}
