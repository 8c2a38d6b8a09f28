import { patchActiveBody } from "./patch-bodies.js";
import type { Population } from "./population.js";
import { sampleUser, userNameOf } from "./sample-user.js";
import type { Scenario } from "./scenario.js";

/** New people get numbers that nobody of the population has. */
const FIRST_NEW_NUMBER = 1_000_000;
const PAGE = 100;
/** Visits people all over the table: a prime far from every size of it. */
const STRIDE = 7_919;

interface UserAnswer {
  id?: string;
  userName?: string;
  active?: boolean;
  meta?: { version?: string };
}

interface ListAnswer {
  totalResults?: number;
  Resources?: UserAnswer[];
}

/** The scenarios on people. */
export function userScenarios(population: Population): Scenario[] {
  return [
    createUser(),
    readUser(population),
    findUser(population),
    listUsers(population),
    patchActive(population),
  ];
}

function createUser(): Scenario {
  let created = 0;
  return {
    name: "POST /Users",
    writes: true,
    next() {
      const user = sampleUser(FIRST_NEW_NUMBER + created);
      created += 1;
      return {
        method: "POST",
        path: "/scim/v2/Users",
        body: JSON.stringify(user),
        status: 201,
        isRight: (text) => readJson<UserAnswer>(text).userName === user.userName,
      };
    },
    async findError(client) {
      const { rows } = await client.query<{ count: number }>(
        "select count(*)::int as count from resource where user_name_key >= $1",
        [userNameOf(FIRST_NEW_NUMBER)],
      );
      return rows[0]?.count === created ? undefined : `${created} were created, ${rows[0]?.count} are there`;
    },
  };
}

function readUser({ users }: Population): Scenario {
  const choose = chooser(users.length);
  return {
    name: "GET /Users/{id}",
    writes: false,
    next() {
      const number = choose();
      return {
        method: "GET",
        path: `/scim/v2/Users/${users[number]}`,
        status: 200,
        isRight: (text) => isUser(readJson(text), users[number], number),
      };
    },
  };
}

function findUser({ users }: Population): Scenario {
  const choose = chooser(users.length);
  return {
    name: "GET /Users?filter=userName eq",
    writes: false,
    next() {
      const number = choose();
      const filter = encodeURIComponent(`userName eq "${userNameOf(number).toUpperCase()}"`);
      return {
        method: "GET",
        path: `/scim/v2/Users?filter=${filter}`,
        status: 200,
        isRight(text) {
          const { totalResults, Resources = [] } = readJson<ListAnswer>(text);
          return totalResults === 1 && Resources.length === 1 && isUser(Resources[0], users[number], number);
        },
      };
    },
  };
}

function listUsers({ users, newcomers }: Population): Scenario {
  return {
    name: `GET /Users?count=${PAGE}`,
    writes: false,
    next: () => ({
      method: "GET",
      path: `/scim/v2/Users?startIndex=1&count=${PAGE}`,
      status: 200,
      isRight(text) {
        const { totalResults = 0, Resources = [] } = readJson<ListAnswer>(text);
        const last = PAGE - 1;
        return (
          totalResults >= users.length + newcomers.length &&
          Resources.length === PAGE &&
          isUser(Resources[0], users[0], 0) &&
          isUser(Resources[last], users[last], last)
        );
      },
    }),
  };
}

function patchActive({ users }: Population): Scenario {
  const choose = chooser(users.length);
  const active = users.map(() => true);
  return {
    name: "PATCH /Users/{id} active",
    writes: true,
    next() {
      const number = choose();
      const value = !active[number];
      active[number] = value;
      return {
        method: "PATCH",
        path: `/scim/v2/Users/${users[number]}`,
        body: JSON.stringify(patchActiveBody(value)),
        status: 200,
        isRight(text) {
          const user = readJson<UserAnswer>(text);
          return user.active === value && isUser(user, users[number], number);
        },
      };
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

function chooser(count: number): () => number {
  let turn = 0;
  return () => {
    turn += 1;
    return (turn * STRIDE) % count;
  };
}

function isUser(user: UserAnswer | undefined, id: string | undefined, number: number): boolean {
  return user?.id === id && user?.userName === userNameOf(number) && user.meta?.version !== undefined;
}

function readJson<Shape>(text: string): Shape {
  return JSON.parse(text);
}
