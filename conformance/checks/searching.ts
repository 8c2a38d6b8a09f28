import { type Check, check, type Surroundings } from "../check.js";
import {
  expectError,
  expectSame,
  expectStatus,
  expectThat,
  GROUP_URN,
  resourcesOf,
  SEARCH_URN,
  stringOf,
  USER_URN,
} from "../expect.js";
import type { Answer, JsonObject } from "../scim-client.js";
import { quoted, withQuery } from "./requests.js";

/** Queries by POST and over the whole server (RFC 7644 sections 3.4.2.1 and 3.4.3). */
export const SEARCHING_CHECKS: readonly Check[] = [
  check("POST to .search is a query", ["7644-3.4.3-01", "7644-3.4.2-02"], async (s) => {
    const { id, body } = await s.createUser();
    const found = await search(s, { filter: `userName eq ${quoted(stringOf(body["userName"]))}` });
    expectSame(idsOf(found), [id], "found");
    expectSame(found.body["totalResults"], 1, "totalResults");
  }),

  check("a search names the SearchRequest schema", ["7644-3.4.3-02"], async (s) => {
    await search(s, { count: 0 });
    const path = `${s.discovered.endpoints.users}/.search`;
    expectError(await s.client.post(path, { schemas: [USER_URN], count: 0 }), 400);
  }),

  check("attributes of a search takes names with sub-attribute and URN", ["7644-3.4.3-03"], async (s) => {
    const { id } = await s.createUser({ title: "Guide", name: { familyName: "Jensen", givenName: "Babs" } });
    const attributes = [`${USER_URN}:name.familyName`];
    const [user] = resourcesOf(await search(s, { filter: `id eq ${quoted(id)}`, attributes }));
    expectSame(user?.["name"], { familyName: "Jensen" }, "name");
    expectThat(user?.["title"] === undefined, "title was not asked for");
  }),

  check("a search cannot exclude what is always returned", ["7644-3.4.3-04"], async (s) => {
    const { id } = await s.createUser({ title: "Guide" });
    const excludedAttributes = ["id", "title"];
    const [user] = resourcesOf(await search(s, { filter: `id eq ${quoted(id)}`, excludedAttributes }));
    expectSame(user?.["id"], id, "id");
    expectThat(user?.["title"] === undefined, "title is still answered");
  }),

  check("a search with a broken filter is refused", ["7644-3.4.3-06"], async (s) => {
    for (const filter of ["userName", 'userName regex "x"', 'emails[type eq "work"']) {
      expectError(await search(s, { filter }), 400, "invalidFilter");
    }
  }),

  check("a search is ordered by sortBy", ["7644-3.4.3-07"], async (s) => {
    s.needs("sort");
    const title = s.unique();
    const second = await s.createUser({ title, name: { familyName: "b" } });
    const first = await s.createUser({ title, name: { familyName: "a" } });
    const filter = `title eq ${quoted(title)}`;
    const found = await search(s, { filter, sortBy: "name.familyName" });
    expectSame(idsOf(found), [first.id, second.id], "ascending");
    const back = await search(s, { filter, sortBy: "name.familyName", sortOrder: "descending" });
    expectSame(idsOf(back), [second.id, first.id], "descending");
  }),

  check("a query of the root looks at all resources", ["7644-3.4.2.1-01"], async (s) => {
    const externalId = s.unique();
    const user = await s.createUser({ externalId });
    const group = await s.createGroup({ externalId });
    const found = idsOf(await searchRoot(s, `externalId eq ${quoted(externalId)}`));
    expectSame([...found].sort(), [user.id, group.id].sort(), "found");
  }),

  check("over several types a filter means the same", ["7644-3.4.2.1-03"], async (s) => {
    const name = s.unique();
    const user = await s.createUser({ displayName: `${name} user`, externalId: name });
    const group = await s.createGroup({ displayName: `${name} group`, externalId: name });
    const own = `externalId eq ${quoted(name)} and`;
    expectSame(idsOf(await searchRoot(s, `${own} displayName ew "user"`)), [user.id], "ending in user");
    expectSame(idsOf(await searchRoot(s, `${own} displayName ew "group"`)), [group.id], "ending in group");
    const typed = await searchRoot(s, `${own} meta.resourceType eq "Group"`);
    expectSame(idsOf(typed), [group.id], "of type Group");
  }),

  check("an attribute that a type lacks has no value", ["7644-3.4.2.1-04"], async (s) => {
    const externalId = s.unique();
    const user = await s.createUser({ externalId, title: "Guide" });
    const group = await s.createGroup({ externalId });
    const own = `externalId eq ${quoted(externalId)} and`;
    expectSame(idsOf(await searchRoot(s, `${own} title pr`)), [user.id], "with a title");
    expectSame(idsOf(await searchRoot(s, `${own} not (title pr)`)), [group.id], "without a title");
    expectSame(idsOf(await searchRoot(s, `${own} ${GROUP_URN}:displayName pr`)), [group.id], "named group");
  }),
];

/** A search for users; ends the check as skipped where the server has none. */
async function search(s: Surroundings, query: JsonObject): Promise<Answer> {
  const path = `${s.discovered.endpoints.users}/.search`;
  const answer = await s.client.post(path, { schemas: [SEARCH_URN], ...query });
  if (answer.status === 501) s.skip("searching by POST is not supported");
  return answer;
}

/** A query over all types: by POST, or by GET where the server has that only. */
async function searchRoot(s: Surroundings, filter: string): Promise<Answer> {
  const posted = await s.client.post("/.search", { schemas: [SEARCH_URN], filter });
  if (posted.status === 200) return posted;
  if (![404, 405, 501].includes(posted.status)) return expectStatus(posted, 200);
  const got = await s.client.get(withQuery("/", { filter }));
  if (got.status !== 200 || got.body["totalResults"] === undefined) s.skip("the root cannot be queried");
  return got;
}

function idsOf(answer: Answer): string[] {
  return resourcesOf(answer).map((resource) => stringOf(resource["id"]));
}
