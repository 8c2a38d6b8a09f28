import { type Check, check } from "../check.js";
import { expectSame, expectStatus, expectThat, objectOf, objectsOf, stringOf, USER_URN } from "../expect.js";
import { readAgain, withQuery } from "./requests.js";

/** attributes and excludedAttributes (RFC 7644 sections 3.4.2.5 and 3.9). */
export const PROJECTION_CHECKS: readonly Check[] = [
  check(
    "attributes takes the place of what is answered by default",
    ["7644-3.9-01", "7644-3.9-02", "7644-3.4.2.5-01"],
    async (s) => {
      const { id, path, body } = await s.createUser({ title: "Tour Guide", nickName: "Babs" });
      const shown = await readAgain(s, withQuery(path, { attributes: "userName,title" }));
      expectSame(shown["id"], id, "id, always returned");
      expectSame(shown["userName"], body["userName"], "userName");
      expectSame(shown["title"], "Tour Guide", "title");
      expectThat(shown["nickName"] === undefined, "nickName was not asked for");
    },
  ),

  check("attributes and excludedAttributes are supported", ["7644-3.4.2.5-02"], async (s) => {
    const { path } = await s.createUser({ title: "Tour Guide" });
    expectThat(
      (await readAgain(s, withQuery(path, { attributes: "userName" })))["title"] === undefined,
      "attributes=userName still answers title",
    );
    expectThat(
      (await readAgain(s, withQuery(path, { excludedAttributes: "title" })))["title"] === undefined,
      "excludedAttributes=title still answers title",
    );
  }),

  check("attributes takes names with sub-attribute and URN", ["7644-3.4.2.5-03"], async (s) => {
    const { path } = await s.createUser({
      title: "Tour Guide",
      name: { familyName: "Jensen", givenName: "Barbara" },
      emails: [{ value: `${s.unique()}@example.com`, type: "work" }],
    });
    const attributes = `${USER_URN}:name.familyName,emails.value,TITLE`;
    const shown = await readAgain(s, withQuery(path, { attributes }));
    expectSame(shown["name"], { familyName: "Jensen" }, "name");
    const [email] = objectsOf(shown["emails"]);
    expectThat(stringOf(email?.["value"]) !== "", "emails.value is missing");
    expectThat(email?.["type"] === undefined, "emails.type was not asked for");
    expectSame(shown["title"], "Tour Guide", "title");
  }),

  check("what is always returned cannot be excluded", ["7644-3.4.2.5-04", "7644-3.9-03"], async (s) => {
    const { id, path } = await s.createUser();
    const shown = await readAgain(s, withQuery(path, { excludedAttributes: "id,schemas,userName" }));
    expectSame(shown["id"], id, "id");
  }),

  check("excludedAttributes takes names with sub-attribute and URN", ["7644-3.4.2.5-05"], async (s) => {
    const { path } = await s.createUser({
      title: "Tour Guide",
      name: { familyName: "Jensen", givenName: "Barbara" },
    });
    const excludedAttributes = `name.givenName,${USER_URN}:title`;
    const shown = await readAgain(s, withQuery(path, { excludedAttributes }));
    expectSame(objectOf(shown["name"])["givenName"], undefined, "name.givenName");
    expectSame(objectOf(shown["name"])["familyName"], "Jensen", "name.familyName");
    expectSame(shown["title"], undefined, "title");
  }),

  check("POST and PUT obey attributes too", ["7644-3.9-01", "7644-3.9-02"], async (s) => {
    const body = { schemas: [USER_URN], userName: s.unique(), title: "Tour Guide", nickName: "Babs" };
    const posted = await s.client.post(
      withQuery(s.discovered.endpoints.users, { attributes: "title" }),
      body,
    );
    expectStatus(posted, 201);
    const path = `${s.discovered.endpoints.users}/${stringOf(posted.body["id"])}`;
    s.discardLater(path);
    const put = expectStatus(await s.client.put(withQuery(path, { attributes: "title" }), body), 200);
    for (const answer of [posted, put]) {
      expectSame(answer.body["title"], "Tour Guide", `title in the answer to ${answer.request}`);
      expectThat(answer.body["nickName"] === undefined, `${answer.request} answers nickName`);
      expectThat(stringOf(answer.body["id"]) !== "", `${answer.request} answers no id`);
    }
  }),
];
