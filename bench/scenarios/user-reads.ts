import { DICTIONARY_USER_URN, ENTERPRISE_USER_URN } from "../../src/scim/schema/urns.js";
import { chooser, isListOf, isUser, type ListAnswer, readJson } from "./answers.js";
import type { Population } from "./population.js";
import { badgeOf, employeeNumberOf, externalIdOf, userNameOf } from "./sample-user.js";
import type { Scenario } from "./scenario.js";

const PAGE = 100;

/** Reading one person: by id, and by each kind of filter that an index serves. */
export function userReads(population: Population): Scenario[] {
  const find = (name: string, filterOf: (number: number) => string) => findUser(population, name, filterOf);
  return [
    readUser(population),
    find("userName eq", (number) => `userName eq "${userNameOf(number).toUpperCase()}"`),
    find("externalId eq", (number) => `externalId eq "${externalIdOf(number)}"`),
    find(
      "emails[type eq work and value eq]",
      (number) => `emails[type eq "work" and value eq "${userNameOf(number)}"]`,
    ),
    find(
      "enterprise employeeNumber eq",
      (number) => `${ENTERPRISE_USER_URN}:employeeNumber eq "${employeeNumberOf(number)}"`,
    ),
    find("dictionary badge eq", (number) => `${DICTIONARY_USER_URN}:badge eq "${badgeOf(number)}"`),
    findByPrefix(population),
  ];
}

/** Reading pages of people. */
export function userPages(population: Population): Scenario[] {
  const { users, newcomers } = population;
  const all = users.length + newcomers.length;
  const last = Math.floor((all * 0.99) / PAGE) * PAGE;
  return [
    listPage(population, `GET /Users?count=${PAGE}`, 0, 60),
    listPage(population, `GET /Users?count=${PAGE}&attributes=userName,emails`, 0, 45, "userName,emails"),
    listPage(population, `GET /Users?count=${PAGE}, page at 99 %`, last, 60),
    cursorPage(population),
  ];
}

function readUser({ users }: Population): Scenario {
  const choose = chooser(users.length);
  return {
    name: "GET /Users/{id}",
    goal: 75,
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

function findUser({ users }: Population, name: string, filterOf: (number: number) => string): Scenario {
  const choose = chooser(users.length);
  return {
    name: `GET /Users?filter=${name}`,
    goal: 70,
    next() {
      const number = choose();
      return {
        method: "GET",
        path: `/scim/v2/Users?filter=${encodeURIComponent(filterOf(number))}`,
        status: 200,
        isRight: (text) => isListOf(text, users[number], number),
      };
    },
  };
}

/** Ten of the hundred people whose work address begins with the same digits. */
function findByPrefix({ users }: Population): Scenario {
  const hundreds = Math.floor(users.length / 100);
  const choose = chooser(hundreds);
  return {
    name: "GET /Users?filter=emails[type eq work and value sw]&count=10",
    goal: 50,
    next() {
      const number = choose() * 100;
      const prefix = userNameOf(number).slice(0, "yuangong.".length + 5);
      const filter = encodeURIComponent(`emails[type eq "work" and value sw "${prefix}"]`);
      return {
        method: "GET",
        path: `/scim/v2/Users?filter=${filter}&count=10`,
        status: 200,
        isRight(text) {
          const { totalResults, Resources = [] } = readJson<ListAnswer>(text);
          return (
            totalResults === 100 && Resources.length === 10 && isUser(Resources[0], users[number], number)
          );
        },
      };
    },
  };
}

function listPage(
  { users, newcomers }: Population,
  name: string,
  offset: number,
  goal: number,
  attributes?: string,
): Scenario {
  const everybody = [...users, ...newcomers];
  const projection = attributes === undefined ? "" : `&attributes=${attributes}`;
  return {
    name,
    goal,
    next: () => ({
      method: "GET",
      path: `/scim/v2/Users?startIndex=${offset + 1}&count=${PAGE}${projection}`,
      status: 200,
      resources: PAGE,
      isRight(text) {
        const { totalResults = 0, Resources = [] } = readJson<ListAnswer>(text);
        const end = offset + Resources.length - 1;
        return (
          totalResults >= everybody.length &&
          Resources.length === PAGE &&
          Resources[0]?.id === everybody[offset] &&
          Resources.at(-1)?.id === everybody[end]
        );
      },
    }),
  };
}

/** Each connection walks through everybody by cursor, beginning anew at the end. */
function cursorPage({ users, newcomers }: Population): Scenario {
  const everybody = users.length + newcomers.length;
  const cursors = new Map<number, string>();
  return {
    name: `GET /Users?cursor&count=${PAGE}, walking on`,
    goal: 70,
    next(connection) {
      const cursor = cursors.get(connection) ?? "";
      return {
        method: "GET",
        path: `/scim/v2/Users?count=${PAGE}&cursor=${encodeURIComponent(cursor)}`,
        status: 200,
        resources: PAGE,
        isRight(text) {
          const { totalResults = everybody, nextCursor, Resources = [] } = readJson<ListAnswer>(text);
          if (nextCursor === undefined) cursors.delete(connection);
          else cursors.set(connection, nextCursor);
          const isWhole = Resources.length === PAGE || (cursor !== "" && nextCursor === undefined);
          return totalResults >= everybody && isWhole && nextCursor !== cursor;
        },
      };
    },
  };
}
