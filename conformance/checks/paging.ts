import { type Check, check, type Surroundings } from "../check.js";
import { expectSame, expectStatus, expectThat, objectsOf, resourcesOf, stringOf } from "../expect.js";
import { idsFound, quoted, withQuery } from "./requests.js";

/** Lists, sorting and paging by index (RFC 7644 sections 3.4.2, 3.4.2.3 and 3.4.2.4). */
export const PAGING_CHECKS: readonly Check[] = [
  check("query parameters that nobody knows are ignored", ["7644-3.4.2-01"], async (s) => {
    const path = withQuery(s.discovered.endpoints.users, { count: 1, conformanceUnknown: "x" });
    resourcesOf(await s.client.get(path));
  }),

  check("a list has totalResults and Resources", ["7644-3.4.2-03", "7644-3.4.2-04"], async (s) => {
    await s.createUser();
    const { body } = expectStatus(await s.client.get(s.discovered.endpoints.users), 200);
    expectThat(
      Number.isInteger(body["totalResults"]),
      `totalResults is ${JSON.stringify(body["totalResults"])}`,
    );
    expectThat(objectsOf(body["Resources"]).length > 0, "Resources is missing or empty");
  }),

  check("a part of a list has startIndex and itemsPerPage", ["7644-3.4.2-05", "7644-3.4.2-06"], async (s) => {
    const { title } = await threeUsers(s);
    const page = await s.client.get(
      withQuery(s.discovered.endpoints.users, {
        filter: `title eq ${quoted(title)}`,
        startIndex: 2,
        count: 1,
      }),
    );
    expectSame(resourcesOf(page).length, 1, "number of resources");
    expectSame(page.body["totalResults"], 3, "totalResults");
    expectSame(page.body["startIndex"], 2, "startIndex");
    expectSame(page.body["itemsPerPage"], 1, "itemsPerPage");
  }),

  check("pages by index hold every resource once", ["7644-3.4.2-03", "7644-3.4.2.4-03"], async (s) => {
    const { title, ids } = await threeUsers(s);
    const filter = `title eq ${quoted(title)}`;
    const found: string[] = [];
    for (const startIndex of [1, 2, 3, 4])
      found.push(...(await idsFound(s, filter, { startIndex, count: 1 })));
    expectSame(found.sort(), [...ids].sort(), "resources of all pages");
  }),

  check("a startIndex below 1 means 1", ["7644-3.4.2.4-02"], async (s) => {
    const { title } = await threeUsers(s);
    const filter = `title eq ${quoted(title)}`;
    const first = await idsFound(s, filter, { startIndex: 1, count: 2 });
    for (const startIndex of [0, -3]) {
      expectSame(await idsFound(s, filter, { startIndex, count: 2 }), first, `page from ${startIndex}`);
    }
  }),

  check("no more than count resources are answered", ["7644-3.4.2.4-03"], async (s) => {
    const { title } = await threeUsers(s);
    expectSame((await idsFound(s, `title eq ${quoted(title)}`, { count: 2 })).length, 2, "with count 2");
    expectSame((await idsFound(s, `title eq ${quoted(title)}`, { count: 0 })).length, 0, "with count 0");
  }),

  check("a negative count means 0", ["7644-3.4.2.4-04"], async (s) => {
    const { title } = await threeUsers(s);
    const path = withQuery(s.discovered.endpoints.users, { filter: `title eq ${quoted(title)}`, count: -1 });
    const answer = expectStatus(await s.client.get(path), 200);
    expectSame(resourcesOf(answer).length, 0, "number of resources");
    expectSame(answer.body["totalResults"], 3, "totalResults");
  }),

  check("sortBy orders, ascending by default", ["7644-3.4.2.3-01", "7644-3.4.2.3-02"], async (s) => {
    s.needs("sort");
    const { title } = await threeUsers(s);
    const ascending = { sortBy: "name.familyName" };
    expectSame(await familyNames(s, title, ascending), ["alpha", "Beta", "gamma"], "ascending");
    const descending = { sortBy: "name.familyName", sortOrder: "descending" };
    expectSame(await familyNames(s, title, descending), ["gamma", "Beta", "alpha"], "descending");
  }),

  check("the order is that of the attribute's type", ["7644-3.4.2.3-03"], async (s) => {
    s.needs("sort");
    const { title, ids } = await threeUsers(s);
    const byCase = await familyNames(s, title, { sortBy: "name.familyName" });
    expectSame(byCase, ["alpha", "Beta", "gamma"], "without regard to case");
    const byDate = await idsFound(s, `title eq ${quoted(title)}`, { sortBy: "meta.created" });
    expectSame(byDate, ids, "by meta.created");
  }),
];

/** Three users with one title, made one after the other, with the family names gamma, alpha and Beta. */
async function threeUsers(s: Surroundings): Promise<{ title: string; ids: string[] }> {
  s.needs("filter");
  const title = s.unique();
  const ids: string[] = [];
  for (const familyName of ["gamma", "alpha", "Beta"]) {
    ids.push((await s.createUser({ title, name: { familyName } })).id);
  }
  return { title, ids };
}

async function familyNames(
  s: Surroundings,
  title: string,
  sorting: Record<string, string>,
): Promise<string[]> {
  const parameters = { filter: `title eq ${quoted(title)}`, ...sorting };
  const answer = await s.client.get(withQuery(s.discovered.endpoints.users, parameters));
  return resourcesOf(answer).map((user) => {
    const name = user["name"];
    return name !== null && typeof name === "object" && !Array.isArray(name)
      ? stringOf(name["familyName"])
      : "";
  });
}
