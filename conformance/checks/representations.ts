import { type Check, check } from "../check.js";
import {
  ENTERPRISE_URN,
  expectSame,
  expectSameState,
  expectStatus,
  expectThat,
  GROUP_URN,
  isUnassigned,
  objectOf,
  objectsOf,
  resourcesOf,
  stringOf,
  stringsOf,
  USER_URN,
} from "../expect.js";
import type { Json, JsonObject } from "../scim-client.js";
import { idsFound, quoted, readAgain, withQuery } from "./requests.js";
import { describedAttributes } from "./schema-attributes.js";

/** xsd:dateTime: date and time, fraction and zone optional (RFC 7643 section 2.3.5). */
const DATE_TIME = /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;
/** Three bytes that base64 writes with `+` and `/`, and a fourth that pads. */
const CERTIFICATE = Buffer.from([0xfb, 0xff, 0xbf, 0x30]).toString("base64");

/** What a representation looks like, value by value (RFC 7643 sections 2 and 3). */
export const REPRESENTATION_CHECKS: readonly Check[] = [
  check(
    "`schemas` names the schema of the resource, no other, none twice",
    ["7643-2.1-01", "7643-3-01", "7643-3-03", "7643-3-04", "7643-3.3-01", "7643-3.3-02"],
    async (s) => {
      for (const [created, urn] of [
        [await s.createUser(), USER_URN],
        [await s.createGroup(), GROUP_URN],
      ] as const) {
        const schemas = created.body["schemas"];
        const named = stringsOf(schemas);
        expectThat(Array.isArray(schemas) && named.length > 0, `schemas is ${JSON.stringify(schemas)}`);
        expectThat(named.includes(urn), `schemas does not name ${urn}`);
        expectSame(new Set(named).size, named.length, "number of different schemas");
        const type = s.discovered.resourceTypes.find((candidate) => candidate["schema"] === urn);
        const declared = objectsOf(type?.["schemaExtensions"]).map((extension) => extension["schema"]);
        for (const name of named) {
          expectThat(name === urn || declared.includes(name), `schemas names ${name}, which the type lacks`);
        }
      }
    },
  ),

  check("the order of schemas and attributes means nothing", ["7643-3-05", "7643-2.3.8-01"], async (s) => {
    const hasExtension = s.discovered.schemas.some((schema) => schema["id"] === ENTERPRISE_URN);
    const userName = s.unique();
    const body = hasExtension
      ? { [ENTERPRISE_URN]: { department: "Tours" }, userName, schemas: [ENTERPRISE_URN, USER_URN] }
      : { title: "Guide", userName, schemas: [USER_URN] };
    const answer = expectStatus(await s.client.post(s.discovered.endpoints.users, body), 201);
    const path = `${s.discovered.endpoints.users}/${stringOf(answer.body["id"])}`;
    s.discardLater(path);
    expectSame((await readAgain(s, path))["userName"], userName, "userName");
  }),

  check("the common attributes belong to every resource", ["7643-3-06"], async (s) => {
    s.needs("filter");
    const { id } = await s.createUser();
    expectSame(await idsFound(s, `id eq ${quoted(id)} and meta.resourceType eq "User"`), [id], "found");
  }),

  check(
    "dates are strings with date and time",
    ["7643-2.3.5-01", "7643-2.3.5-02", "7643-3.1-12"],
    async (s) => {
      const { body } = await s.createUser();
      for (const name of ["created", "lastModified"]) {
        const value = objectOf(body["meta"])[name];
        expectThat(DATE_TIME.test(stringOf(value)), `meta.${name} is ${JSON.stringify(value)}`);
        expectThat(!Number.isNaN(Date.parse(stringOf(value))), `meta.${name} is no date`);
      }
    },
  ),

  check("a resource that never changed was last modified when created", ["7643-3.1-13"], async (s) => {
    const meta = objectOf((await s.createUser()).body["meta"]);
    expectSame(meta["lastModified"], meta["created"], "meta.lastModified");
  }),

  check("meta.location equals Content-Location", ["7643-3.1-14"], async (s) => {
    const { path } = await s.createUser();
    const answer = await s.client.get(path);
    const header = answer.headers.get("content-location");
    if (header === null) return s.skip("no Content-Location header is sent");
    expectSame(header, objectOf(answer.body["meta"])["location"], "Content-Location");
  }),

  check("integers are whole numbers without exponent", ["7643-2.3.4-01"], async ({ client, discovered }) => {
    const { text } = await client.get("/ServiceProviderConfig");
    for (const [, name, number] of text.matchAll(/"(max\w+)"\s*:\s*(-?[0-9.eE+-]+)/g)) {
      expectThat(/^-?\d+$/.test(String(number)), `${name} is written ${number}`);
    }
    const list = await client.get(withQuery(discovered.endpoints.users, { count: 1 }));
    expectThat(/"totalResults"\s*:\s*\d+\s*[,}]/.test(list.text), "totalResults is no integer");
  }),

  check(
    "binary values are base64 and come back as they are",
    ["7643-2.3.6-01", "7643-4.1.2-13"],
    async (s) => {
      const { path } = await s.createUser({ x509Certificates: [{ value: CERTIFICATE }] });
      const [certificate] = objectsOf((await readAgain(s, path))["x509Certificates"]);
      if (certificate === undefined) return s.skip("certificates are not stored");
      expectSame(certificate["value"], CERTIFICATE, "x509Certificates.value");
    },
  ),

  check(
    "references are addresses below the base and lead to the resource",
    ["7643-2.3.7-01", "7643-2.3.7-02", "7643-2.3.7-03", "7643-2.3.7-04", "7644-1.3-01"],
    async (s) => {
      const user = await s.createUser();
      const group = await s.createGroup({ members: [{ value: user.id, type: "User" }] });
      const [member] = objectsOf((await readAgain(s, group.path))["members"]);
      const references = [
        [objectOf(user.body["meta"])["location"], user.id],
        [member?.["$ref"], user.id],
      ] as const;
      for (const [reference, id] of references) {
        if (isUnassigned(reference)) continue;
        const address = new URL(stringOf(reference), `${s.client.baseUrl}/`);
        expectThat(address.search === "", `${address.href} has a query`);
        const answer = expectStatus(await s.client.get(address.href), 200);
        expectSame(answer.body["id"], id, `id of what ${address.href} leads to`);
      }
    },
  ),

  check("multi-valued attributes of objects are complex", ["7643-2.4-01"], async (s) => {
    const { path } = await s.createUser({ emails: [{ value: `${s.unique()}@example.com`, type: "work" }] });
    const complex = describedAttributes(s.discovered).filter(
      ({ schema, definition }) => schema === USER_URN && definition["type"] === "complex",
    );
    for (const [name, value] of Object.entries(await readAgain(s, path))) {
      if (name === "schemas" || objectsOf(value).length === 0 || name.startsWith("urn:")) continue;
      expectThat(
        complex.some(({ path: described }) => described === name),
        `${name} has objects and is not complex in its schema`,
      );
    }
  }),

  check("type, primary, display, value and $ref are what the RFC says", ["7643-2.4-02"], async (s) => {
    const types: Record<string, string> = {
      type: "string",
      primary: "boolean",
      display: "string",
      $ref: "reference",
    };
    for (const { schema, path, definition, isSubAttribute } of describedAttributes(s.discovered)) {
      const expected = types[stringOf(definition["name"])];
      if (!isSubAttribute || expected === undefined || !schema.includes(":schemas:core:2.0:User")) continue;
      expectSame(definition["type"], expected, `type of ${path}`);
    }
  }),

  check("at most one value is primary", ["7643-2.4-03"], async (s) => {
    const emails = ["a", "b"].map((name) => ({ value: `${name}-${s.unique()}@example.com`, primary: true }));
    const body = { schemas: [USER_URN], userName: s.unique(), emails };
    const answer = expectStatus(await s.client.post(s.discovered.endpoints.users, body), 201, 400);
    s.discardLater(`${s.discovered.endpoints.users}/${stringOf(answer.body["id"])}`);
    const primary = objectsOf(answer.body["emails"]).filter((email) => email["primary"] === true);
    expectThat(primary.length <= 1, "two values are primary");
  }),

  check("a value that does not say so is not primary", ["7643-2.4-04"], async (s) => {
    const { path } = await s.createUser({ emails: [{ value: `${s.unique()}@example.com`, type: "work" }] });
    const [email] = objectsOf((await readAgain(s, path))["emails"]);
    expectThat(email?.["primary"] !== true, "the value became primary");
  }),

  check("values are answered with their canonical type", ["7643-2.4-06"], async (s) => {
    const { path } = await s.createUser({ emails: [{ value: `${s.unique()}@example.com`, type: "work" }] });
    const [email] = objectsOf((await readAgain(s, path))["emails"]);
    expectSame(email?.["type"], "work", "emails.type");
  }),

  check("no pair of type and value is answered twice", ["7643-2.4-07"], async (s) => {
    const email = { value: `${s.unique()}@example.com`, type: "work" };
    const body = { schemas: [USER_URN], userName: s.unique(), emails: [email, email] };
    const answer = expectStatus(await s.client.post(s.discovered.endpoints.users, body), 201, 400);
    s.discardLater(`${s.discovered.endpoints.users}/${stringOf(answer.body["id"])}`);
    expectThat(objectsOf(answer.body["emails"]).length <= 1, "the same e-mail address is there twice");
  }),

  check("left out, null and empty are the same", ["7643-2.5-01"], async (s) => {
    const unassigned: JsonObject[] = [{}, { title: null, emails: null }, { emails: [] }];
    const shown: Json[] = [];
    for (const attributes of unassigned) {
      const { path } = await s.createUser(attributes);
      const { title, emails } = await readAgain(s, path);
      shown.push([isUnassigned(title), isUnassigned(emails)]);
    }
    expectSame(
      shown,
      [
        [true, true],
        [true, true],
        [true, true],
      ],
      "title and emails are unassigned",
    );
  }),

  check("an answer shows what the server made of the request", ["7644-3.1-04"], async (s) => {
    const { path, body } = await s.createUser({ title: "Tour Guide" });
    const listed = await s.client.get(
      withQuery(s.discovered.endpoints.users, { filter: `id eq ${quoted(stringOf(body["id"]))}` }),
    );
    const read = await readAgain(s, path);
    expectSameState(body, read, "the answer to POST, compared with GET");
    expectSameState(resourcesOf(listed)[0] ?? {}, read, "the resource in a list, compared with GET");
  }),

  check("e-mail addresses are answered in canonical form", ["7643-4.1.2-02"], async (s) => {
    const local = s.unique();
    const { path } = await s.createUser({ emails: [{ value: `${local}@EXAMPLE.COM`, type: "work" }] });
    const [email] = objectsOf((await readAgain(s, path))["emails"]);
    expectSame(email?.["value"], `${local}@example.com`, "emails.value");
  }),

  check("telephone numbers are answered as RFC 3966 says", ["7643-4.1.2-04"], async (s) => {
    const { path } = await s.createUser({ phoneNumbers: [{ value: "+1 201 555 0123", type: "work" }] });
    const [phone] = objectsOf((await readAgain(s, path))["phoneNumbers"]);
    expectThat(
      /^tel:\+1-?201-?555-?0123$/.test(stringOf(phone?.["value"])),
      `it is ${String(phone?.["value"])}`,
    );
  }),

  check("instant messaging addresses are answered in canonical form", ["7643-4.1.2-05"], async (s) => {
    const { path } = await s.createUser({ ims: [{ value: "Some Aim Handle", type: "aim" }] });
    const [address] = objectsOf((await readAgain(s, path))["ims"]);
    expectSame(address?.["value"], "someaimhandle", "ims.value");
  }),

  check("case exact values keep their case", ["7643-7-09"], async (s) => {
    const externalId = `${s.unique()}-AbC`;
    const { path } = await s.createUser({ externalId });
    expectSame((await readAgain(s, path))["externalId"], externalId, "externalId");
  }),
];
