import { type Check, check } from "../check.js";
import {
  expectError,
  expectSame,
  expectStatus,
  expectThat,
  objectOf,
  stringOf,
  stringsOf,
  USER_URN,
} from "../expect.js";
import { patchOf, readAgain } from "./requests.js";

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Errors, media types, authentication, versions and transport (RFC 7644 sections 2, 3.8, 3.12, 3.13, 7 and 8). */
export const ANSWER_CHECKS: readonly Check[] = [
  check("without authentication there is nothing", ["7644-2-04"], async (s) => {
    const { path } = await s.createUser();
    for (const asked of [path, s.discovered.endpoints.users, s.discovered.endpoints.groups]) {
      expectError(await s.client.get(asked, { anonymous: true }), 401);
    }
    expectError(await s.client.delete(path, { anonymous: true }), 401);
    await readAgain(s, path);
  }),

  check("a wrong token is nobody", ["7644-2-05"], async (s) => {
    const headers = { authorization: "Bearer conformance-no-such-token" };
    expectError(await s.client.get(s.discovered.endpoints.users, { anonymous: true, headers }), 401);
  }),

  check("WWW-Authenticate tells the schemes", ["7644-2-03"], async (s) => {
    const answer = await s.client.get(s.discovered.endpoints.users, { anonymous: true });
    expectThat(/\w/.test(answer.headers.get("www-authenticate") ?? ""), "WWW-Authenticate is missing");
  }),

  check("errors are told by status and by a SCIM body", ["7644-3.2-04", "7644-3.2-05"], async (s) => {
    expectError(await s.client.get(`${s.discovered.endpoints.users}/conformance-none`), 404);
  }),

  check(
    "every error has a JSON body with its status",
    ["7644-3.12-01", "7644-3.12-02", "7644-3.1-01"],
    async (s) => {
      const { users } = s.discovered.endpoints;
      expectError(await s.client.get("/ConformanceNoSuchEndpoint"), 404);
      expectError(await s.client.get(`${users}/conformance-none`), 404);
      expectError(await s.client.get(users, { anonymous: true }), 401);
      expectError(await s.client.post(users, { schemas: [USER_URN] }), 400);
      expectError(await s.client.get(`${users}?filter=x`), 400);
    },
  ),

  check("statuses are used as the RFC lists them", ["7644-3.12-03"], async (s) => {
    const { users } = s.discovered.endpoints;
    const { body, path } = await s.createUser();
    expectError(await s.client.send("POST", users, { rawBody: '{"schemas":[' }), 400, "invalidSyntax");
    const wrong = { schemas: [USER_URN], userName: s.unique(), active: "perhaps" };
    expectError(await s.client.post(users, wrong), 400, "invalidValue");
    const taken = { schemas: [USER_URN], userName: body["userName"] };
    expectError(await s.client.post(users, taken), 409, "uniqueness");
    if (objectOf(s.discovered.config["patch"])["supported"] !== true) return;
    const operation = { op: "replace", path: "emails[", value: "x" };
    const answer = await s.client.patch(path, patchOf(operation));
    expectError(answer, 400);
    expectThat(
      ["invalidPath", "invalidFilter"].includes(stringOf(answer.body["scimType"])),
      `a broken path is ${JSON.stringify(answer.body["scimType"])}`,
    );
  }),

  check("JSON in UTF-8 goes in and out", ["7644-3.8-01"], async (s) => {
    const displayName = "Bärbel 李小龍 😀";
    const body = JSON.stringify({ schemas: [USER_URN], userName: s.unique(), displayName });
    const answer = await s.client.send("POST", s.discovered.endpoints.users, {
      rawBody: new TextEncoder().encode(body),
      headers: { "content-type": "application/scim+json; charset=utf-8" },
    });
    expectStatus(answer, 201);
    const path = `${s.discovered.endpoints.users}/${stringOf(answer.body["id"])}`;
    s.discardLater(path);
    expectSame((await readAgain(s, path))["displayName"], displayName, "displayName");
  }),

  check("UTF-8 is taken for granted", ["7644-3.8-02"], async (s) => {
    const { path } = await s.createUser({ displayName: "Bärbel 李小龍" });
    expectSame((await readAgain(s, path))["displayName"], "Bärbel 李小龍", "displayName");
  }),

  check("Accept: application/scim+json is served", ["7644-3.8-04", "7644-8.1-01"], async (s) => {
    const { path } = await s.createUser();
    const answer = await s.client.get(path, { headers: { accept: "application/scim+json" } });
    expectStatus(answer, 200);
    const type = answer.headers.get("content-type") ?? "nothing";
    expectThat(type.startsWith("application/scim+json"), `Content-Type is ${type}`);
  }),

  check("Accept: application/json is served", ["7644-3.8-05"], async (s) => {
    const { id, path } = await s.createUser();
    const answer = expectStatus(await s.client.get(path, { headers: { accept: "application/json" } }), 200);
    expectSame(answer.body["id"], id, "id");
  }),

  check("a version stands right before the endpoint", ["7644-3.13-01"], async (s) => {
    if (!/\/v\d+$/.test(s.client.baseUrl)) s.skip("the base address has no version");
    const { id, body } = await s.createUser();
    const location = stringOf(objectOf(body["meta"])["location"]);
    const tail = `${new URL(s.client.baseUrl).pathname}${s.discovered.endpoints.users}/${id}`;
    expectThat(new URL(location, s.client.baseUrl).pathname === tail, `meta.location is ${location}`);
  }),

  check("a version that is not served is refused", ["7644-3.13-02"], async (s) => {
    if (!/\/v\d+$/.test(s.client.baseUrl)) s.skip("the base address has no version");
    expectStatus(await s.client.get(s.discovered.endpoints.users), 200);
    const other = s.client.baseUrl.replace(/\/v\d+$/, "/v99") + s.discovered.endpoints.users;
    const { status } = await s.client.get(other);
    expectThat(status >= 400 && status < 500, `${other} answered ${status}`);
  }),

  check("SCIM is spoken over TLS", ["7644-7.2-01", "7644-7.2-02", "7644-7.4-02"], async (s) => {
    const { protocol, hostname } = new URL(s.client.baseUrl);
    if (protocol === "https:") return;
    if (LOOPBACK.includes(hostname)) s.skip("the address is on this machine; TLS ends before it");
    expectThat(false, "the address given is not https");
  }),

  check("a bearer token cannot be guessed", ["7644-7.4-01"], async (s) => {
    const token = s.authorization.header.replace(/^Bearer /, "");
    expectThat(token.length >= 22, `the token has ${token.length} characters: less than 128 bits`);
    expectThat(new Set(token).size >= 10, "the token has few different characters");
  }),

  check("a bearer token has a limited life", ["7644-7.4-03"], async (s) => {
    const { expiresIn } = s.authorization;
    if (expiresIn === undefined) return s.skip("the token was given, or its life not told");
    expectThat(expiresIn > 0 && expiresIn <= 366 * 86_400, `expires_in is ${expiresIn}`);
  }),

  check(
    "/Me answers 501, or with the address of the resource",
    ["7644-3.11-01", "7644-3.11-02"],
    async (s) => {
      const answer = await s.client.get("/Me");
      if (answer.status === 404 && stringsOf(answer.body["schemas"]).length > 0) {
        s.skip("the client of this run is no user");
      }
      expectStatus(answer, 200, 308, 501);
      if (answer.status === 501) return;
      const location = answer.headers.get("location");
      expectThat(location !== null && !location.endsWith("/Me"), `Location is ${location}`);
    },
  ),
];
