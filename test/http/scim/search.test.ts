import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApplication, type WholeApplication } from "../../e2e/whole-application.js";

const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

let app: WholeApplication;

const call = async (method: string, path: string, body?: object, authorization = app.bearer) => {
  const { status, text } = await app.send({
    method,
    path: `/scim/v2${path}`,
    headers: {
      ...(authorization && { authorization }),
      ...(body && { "content-type": "application/scim+json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status, body: text === "" ? undefined : JSON.parse(text) };
};
const search = (path: string, members: object) =>
  call("POST", `${path}/.search`, { schemas: [SEARCH], ...members });
const names = (answer: { body: { Resources: { userName?: string; displayName?: string }[] } }) =>
  answer.body.Resources.map((one) => one.userName ?? one.displayName);

beforeAll(async () => {
  app = await openApplication();
  const members = [];
  for (const userName of ["ann", "bob", "cai", "dee"]) {
    const user = await call("POST", "/Users", {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
      userName,
      displayName: `The ${userName}`,
      [ENTERPRISE]: { department: userName < "c" ? "Sales" : "Lab" },
    });
    expect(user).toMatchObject({ status: 201 });
    members.push({ value: user.body.id });
  }
  await call("POST", "/Groups", { schemas: [GROUP], displayName: "Sales", members });
  await call("POST", "/Groups", { schemas: [GROUP], displayName: "Lab" });
});
afterAll(() => app.close());

describe("POST .search (RFC 7644 section 3.4.3)", () => {
  it("finds what a GET with the same parameters finds", async () => {
    const found = await search("/Users", {
      filter: `${ENTERPRISE}:department eq "sales"`,
      sortBy: "userName",
      sortOrder: "descending",
      attributes: ["userName", "name.familyName"],
      startIndex: 1,
      count: 10,
    });
    const query = new URLSearchParams({
      filter: `${ENTERPRISE}:department eq "sales"`,
      sortBy: "userName",
      sortOrder: "descending",
      attributes: "userName,name.familyName",
    });
    expect(found.status).toBe(200);
    expect(found.body).toEqual((await call("GET", `/Users?${query}`)).body);
    expect(names(found)).toEqual(["bob", "ann"]);
    expect(Object.keys(found.body.Resources[0])).toEqual(["schemas", "id", "userName"]);
  });

  it("leaves out what excludedAttributes names", async () => {
    const { body } = await search("/Groups", { excludedAttributes: ["members", "meta"] });
    expect(body.Resources).toHaveLength(2);
    for (const group of body.Resources) expect(group).not.toHaveProperty("members");
  });

  it("pages by cursor", async () => {
    const first = await search("/Users", { cursor: "", count: 3 });
    expect(first.body).toMatchObject({ schemas: [LIST], totalResults: 4, itemsPerPage: 3 });
    expect(first.body).not.toHaveProperty("startIndex");
    expect(first.body).not.toHaveProperty("previousCursor");
    const second = await search("/Users", { cursor: first.body.nextCursor, count: 3 });
    expect(names(second)).toEqual(["dee"]);
    expect(second.body).not.toHaveProperty("nextCursor");
    const back = await call("GET", `/Users?count=3&cursor=${second.body.previousCursor}`);
    expect(names(back)).toEqual(["ann", "bob", "cai"]);
  });

  it.each([
    [{ filter: "nothing pr" }, "invalidFilter"],
    [{ filter: 5 }, "invalidValue"],
    [{ count: "ten" }, "invalidValue"],
    [{ count: 1.5 }, "invalidValue"],
    [{ count: true }, "invalidValue"],
    [{ attributes: [5] }, "invalidValue"],
    [{ attributes: ["id"], excludedAttributes: ["meta"] }, "invalidValue"],
    [{ cursor: "nonsense" }, "invalidCursor"],
    [{ cursor: "", startIndex: 1 }, "invalidCursor"],
    [{ cursor: "", count: "x" }, "invalidCount"],
    [{ sortBy: "nothing" }, "invalidPath"],
  ])("refuses %j as %s", async (members, scimType) => {
    const { status, body } = await search("/Users", members);
    expect(status).toBe(400);
    expect(body).toMatchObject({ status: "400", scimType });
  });

  it.each([["[]"], ['"x"'], ["null"], [""]])("refuses the body %s", async (text) => {
    const { status } = await app.send({
      method: "POST",
      path: "/scim/v2/.search",
      headers: { authorization: app.bearer, "content-type": "application/scim+json" },
      ...(text && { body: text }),
    });
    expect(status).toBe(400);
  });

  it("takes numbers beyond 64 bits", async () => {
    const { body } = await search("/Users", { count: 2 ** 70, startIndex: -(2 ** 80) });
    expect(body).toMatchObject({ totalResults: 4, itemsPerPage: 4, startIndex: 1 });
  });
});

describe("a search at the base of the server (RFC 7644 section 3.4.2.1)", () => {
  it("finds users, then groups, by age", async () => {
    const { body } = await search("", {});
    expect(names({ body })).toEqual(["ann", "bob", "cai", "dee", "Sales", "Lab"]);
    expect(body).toMatchObject({ totalResults: 6, startIndex: 1, itemsPerPage: 6 });
  });

  it("pages over both", async () => {
    expect(names(await search("", { startIndex: 4, count: 2 }))).toEqual(["dee", "Sales"]);
    expect((await search("", { startIndex: 6, count: 2 })).body).toMatchObject({
      totalResults: 6,
      itemsPerPage: 1,
    });
    expect((await search("", { startIndex: 60, count: 2 })).body).toMatchObject({
      totalResults: 6,
      itemsPerPage: 0,
    });
  });

  it.each([
    ['meta.resourceType eq "Group"', ["Sales", "Lab"]],
    ['displayName eq "sales" or userName eq "ann"', ["ann", "Sales"]],
    ['not (userName eq "ann")', ["bob", "cai", "dee", "Sales", "Lab"]],
    ['userName ne "ann" and not (displayName eq "lab")', ["bob", "cai", "dee", "Sales"]],
    ["userName eq null", ["Sales", "Lab"]],
    ["members pr", ["Sales"]],
    ['members.type eq "User" or groups pr', ["ann", "bob", "cai", "dee", "Sales"]],
    [`${ENTERPRISE}:department eq "Lab"`, ["cai", "dee"]],
  ])("%s", async (filter, expected) => {
    const found = await search("", { filter });
    expect(names(found)).toEqual(expected);
    expect(found.body.totalResults).toBe(expected.length);
  });

  it("sorts over both types, those without the attribute last", async () => {
    const order = {
      sortBy: "displayName",
      filter: 'userName eq "ann" or displayName sw "l" or displayName sw "sa"',
    };
    expect(names(await search("", order))).toEqual(["Lab", "Sales", "ann"]);
    expect(names(await search("", { ...order, sortBy: "userName" }))).toEqual(["ann", "Sales", "Lab"]);
  });

  it("refuses an attribute that no type has", async () => {
    const { status, body } = await search("", { filter: 'userName eq "ann" or nothing eq "x"' });
    expect(status).toBe(400);
    expect(body.scimType).toBe("invalidFilter");
  });

  it("answers a GET with list parameters, and says what is there to one without", async () => {
    expect(names(await call("GET", "/?filter=displayName%20eq%20%22lab%22"))).toEqual(["Lab"]);
    expect(names(await call("GET", "?cursor=&count=1"))).toEqual(["ann"]);
    const base = await call("GET", "/", undefined, "");
    expect(base.status).toBe(200);
    expect(base.body).toHaveProperty("schemas");
    expect((await call("GET", "/?count=1", undefined, "")).status).toBe(401);
  });

  it("asks for the right to read, not to write", async () => {
    const { client, clientSecret } = await app.authorization.createClient({
      tenantId: "00000000-0000-0000-0000-000000000001",
      name: "reader",
      scopes: ["scim:read"],
    });
    const { access_token } = await app.authorization.issueToken({
      parameters: {
        grant_type: "client_credentials",
        client_id: client.clientId,
        client_secret: clientSecret,
      },
    });
    const asReader = await call("POST", "/.search", { schemas: [SEARCH] }, `Bearer ${access_token}`);
    expect(asReader.status).toBe(200);
  });
});
