import { type Check, check, type Surroundings } from "../check.js";
import {
  expectError,
  expectSame,
  expectStatus,
  expectThat,
  objectOf,
  resourcesOf,
  stringOf,
} from "../expect.js";
import type { Answer } from "../scim-client.js";
import { quoted, withQuery } from "./requests.js";

/** More pages than this of three users are no walk any more. */
const MOST_PAGES = 10;

/** Paging by cursor (RFC 9865). */
export const CURSOR_CHECKS: readonly Check[] = [
  check("ServiceProviderConfig tells pagination", ["9865-4-01", "9865-4-02", "9865-4-03"], async (s) => {
    const answer = await firstPage(s, 1);
    expectStatus(answer, 200);
    const pagination = objectOf(s.discovered.config["pagination"]);
    for (const name of ["cursor", "index"]) {
      expectThat(typeof pagination[name] === "boolean", `pagination.${name} is ${String(pagination[name])}`);
    }
  }),

  check("an empty cursor asks for the first page", ["9865-2-01"], async (s) => {
    const answer = await firstPage(s, 2);
    expectSame(resourcesOf(answer).length, 2, "number of resources");
    expectThat(stringOf(answer.body["nextCursor"]) !== "", "nextCursor is missing");
  }),

  check("a walk by cursor meets every resource once", ["9865-2-04", "9865-2-05"], async (s) => {
    const { filter, ids } = await threeUsers(s);
    const found: string[] = [];
    let cursor: string | undefined = "";
    for (let pages = 0; cursor !== undefined; pages++) {
      expectThat(pages < MOST_PAGES, "the last page never comes");
      const page: Answer = await ask(s, { filter, count: 1, cursor });
      found.push(...resourcesOf(page).map((user) => stringOf(user["id"])));
      const next = page.body["nextCursor"];
      expectThat(next === undefined || typeof next === "string", `nextCursor is ${JSON.stringify(next)}`);
      expectThat(next !== "", "nextCursor is empty: it should be left out");
      cursor = next;
    }
    expectSame(found.sort(), [...ids].sort(), "resources of all pages");
  }),

  check("the first page has no previousCursor", ["9865-2-06"], async (s) => {
    const answer = await firstPage(s, 1);
    expectThat(answer.body["previousCursor"] === undefined, "there is a previousCursor");
  }),

  check("no more than count resources are on a page by cursor", ["9865-2-03"], async (s) => {
    expectSame(resourcesOf(await firstPage(s, 2)).length, 2, "with count 2");
    expectSame(resourcesOf(await firstPage(s, 0)).length, 0, "with count 0");
  }),

  check("a negative count means 0 by cursor too", ["9865-2-02"], async (s) => {
    expectSame(resourcesOf(await firstPage(s, -1)).length, 0, "number of resources");
  }),

  check("bad paging parameters are refused with a SCIM error", ["9865-2.1-01"], async (s) => {
    needsCursors(s);
    for (const parameters of [{ cursor: "conformance.none" }, { cursor: "", count: "many" }]) {
      expectError(await ask(s, parameters), 400);
    }
  }),

  check("a cursor that was never issued is invalidCursor", ["9865-2.1-02"], async (s) => {
    needsCursors(s);
    const issued = stringOf((await firstPage(s, 1)).body["nextCursor"]);
    const forged = issued.slice(0, -4) + (issued.endsWith("AAAA") ? "BBBB" : "AAAA");
    for (const cursor of ["conformance.none", forged]) {
      expectError(await ask(s, { cursor, count: 1 }), 400, "invalidCursor");
    }
  }),

  check("without cursor and startIndex the default way is taken", ["9865-2.4-01"], async (s) => {
    const { filter } = await threeUsers(s);
    const answer = expectStatus(await ask(s, { filter, count: 1 }), 200);
    const byCursor = answer.body["nextCursor"] !== undefined;
    const announced = objectOf(s.discovered.config["pagination"])["defaultPaginationMethod"];
    if (announced === undefined) return;
    expectSame(byCursor ? "cursor" : "index", announced, "the way taken");
  }),

  check("errors about cursors give nothing away", ["9865-5.2-04"], async (s) => {
    needsCursors(s);
    const errors = [];
    for (const cursor of ["conformance.none", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]) {
      const answer = await ask(s, { cursor, count: 1 });
      expectError(answer, 400);
      errors.push(answer.body["detail"]);
    }
    expectSame(errors[0], errors[1], "the text for two different cursors");
    expectThat(!/select|stack|\bat \//i.test(String(errors[0])), `the text is ${String(errors[0])}`);
  }),
];

function needsCursors(s: Surroundings): void {
  if (objectOf(s.discovered.config["pagination"])["cursor"] !== true) {
    s.skip("ServiceProviderConfig does not announce paging by cursor");
  }
}

/** Three users of one title, and a filter that finds them. */
async function threeUsers(s: Surroundings): Promise<{ filter: string; ids: string[] }> {
  needsCursors(s);
  const title = s.unique();
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) ids.push((await s.createUser({ title })).id);
  return { filter: `title eq ${quoted(title)}`, ids };
}

async function firstPage(s: Surroundings, count: number): Promise<Answer> {
  const { filter } = await threeUsers(s);
  return ask(s, { filter, count, cursor: "" });
}

function ask(s: Surroundings, parameters: Record<string, string | number>): Promise<Answer> {
  return s.client.get(withQuery(s.discovered.endpoints.users, parameters));
}
