import type { Express } from "express";
import request from "supertest";
import { beforeAll, beforeEach, expect } from "vitest";
import { createDictionary } from "../../../src/dictionary/dictionary.js";
import type { DictionaryChanged } from "../../../src/dictionary/dictionary-fields.js";
import { createDirectory } from "../../../src/directory/directory.js";
import { createScimRouter } from "../../../src/http/scim/router.js";
import type { Database } from "../../../src/persistence/database.js";
import { DICTIONARY_USER_URN as URN, USER_URN } from "../../../src/scim/schema/urns.js";
import { defaultTenantId, shareTestDatabase } from "../../support/database.js";
import { createFakeClock } from "../../support/fake-clock.js";
import { checkTestToken, serveRouter } from "../support/serve-router.js";
import { createAdministration } from "./administration.js";

/** Where the dictionary is administered. */
export const PATH = "/admin/v1/dictionary";
/** A field that is refused nothing. */
export const good = { name: "成本中心", key: "costCentre", category: "user", type: "string" };

/** The administration and SCIM as one process serves them, on a clock that stands still. */
export function openProcess(database: Database, onDictionaryChange?: (change: DictionaryChanged) => void) {
  const clock = createFakeClock();
  const dictionary = createDictionary({ queryable: database, clock });
  const directory = createDirectory({ database, clock, dictionary });
  const options = { clock, dictionary, ...(onDictionaryChange && { onDictionaryChange }) };
  const administration = createAdministration(database, "a key", options);
  const router = createScimRouter({
    directory,
    publicUrl: "https://gateway.example",
    checkToken: checkTestToken,
    defaultTenantId,
  });
  return { admin: administration.app, scim: serveRouter("/scim/v2", router), dictionary, directory };
}

type Method = "get" | "post" | "put" | "patch" | "delete";

/** A request to the SCIM surface of a process. */
export const scimRequest = (app: Express, method: Method, path: string) =>
  request(app)[method](`/scim/v2${path}`).set("Authorization", "Bearer read+write");

/** One process for all tests of the calling file; each begins without resources and with the product's fields only. */
export function shareDictionaryProcess() {
  const test = shareTestDatabase();
  const changes: DictionaryChanged[] = [];
  const served = {} as ReturnType<typeof openProcess>;
  beforeAll(() => {
    Object.assign(
      served,
      openProcess(test.database, (change) => changes.push(change)),
    );
  });
  beforeEach(async () => {
    changes.length = 0;
    await test.database.query("truncate resource, resource_value, resource_unique_value cascade");
    await test.database.query("delete from dictionary_field where not system");
  });
  const send = (method: Method, path: string, body?: object) =>
    request(served.admin)[method](`${PATH}${path}`).set("Authorization", "Bearer admin").send(body);
  const post = (body: object, query = "") => send("post", query, body);
  return {
    test,
    served,
    /** What was told to whoever keeps the audit. */
    changes,
    /** A request of an administrator below the path of the dictionary. */
    send,
    post,
    patch: (id: string, body: object, query = "") => send("patch", `/${id}${query}`, body),
    remove: (id: string, query = "") => send("delete", `/${id}${query}`),
    read: (path: string) => send("get", path),
    /** Defines a field and returns it. */
    async create(properties: object = {}) {
      const answer = await post({ ...good, ...properties });
      expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
      return answer.body;
    },
    scim: (method: Method, path: string) => scimRequest(served.scim, method, path),
    /** Creates a person with values in the dictionary extension. */
    user: (userName: string, values: object = {}) =>
      scimRequest(served.scim, "post", "/Users").send({ schemas: [USER_URN], userName, [URN]: values }),
    /** The attributes of the dictionary extension of people, as discovery shows them. */
    async schemaKeys(app = served.scim): Promise<string[]> {
      const { body } = await scimRequest(app, "get", `/Schemas/${URN}`);
      return body.attributes.map(({ name }: { name: string }) => name);
    },
  };
}
