import { randomBytes } from "node:crypto";
import type { Created, Discovered, Surroundings } from "./check.js";
import {
  expectStatus,
  expectThat,
  GROUP_URN,
  objectOf,
  objectsOf,
  Skipped,
  stringOf,
  USER_URN,
} from "./expect.js";
import type { Authorization } from "./obtain-token.js";
import { createScimClient, type JsonObject, type ScimClient } from "./scim-client.js";

/** A server that was looked at, ready to be checked. */
export interface Target {
  client: ScimClient;
  authorization: Authorization;
  discovered: Discovered;
}

/** Reads the discovery documents. Where one cannot be read it counts as empty: the checks will say so. */
export async function discover(baseUrl: string, authorization: Authorization): Promise<Target> {
  const client = createScimClient(baseUrl, authorization.header);
  const config = (await client.get("/ServiceProviderConfig")).body;
  const resourceTypes = objectsOf((await client.get("/ResourceTypes")).body["Resources"]);
  const schemas = objectsOf((await client.get("/Schemas")).body["Resources"]);
  const endpointOf = (schema: string, usual: string) => {
    const type = resourceTypes.find((candidate) => candidate["schema"] === schema);
    const endpoint = stringOf(type?.["endpoint"]) || usual;
    return endpoint.startsWith("/") ? endpoint : `/${endpoint}`;
  };
  const endpoints = { users: endpointOf(USER_URN, "/Users"), groups: endpointOf(GROUP_URN, "/Groups") };
  return { client, authorization, discovered: { config, resourceTypes, schemas, endpoints } };
}

/** What one check gets; `cleanUp` deletes what it made. */
export function createSurroundings(target: Target): Surroundings & { cleanUp(): Promise<void> } {
  const { client, discovered } = target;
  const made: string[] = [];
  const prefix = `conformance-${randomBytes(5).toString("hex")}`;
  let names = 0;
  const unique = () => `${prefix}-${++names}`;
  const skip = (reason: string): never => {
    throw new Skipped(reason);
  };

  async function create(endpoint: string, body: JsonObject): Promise<Created> {
    const answer = expectStatus(await client.post(endpoint, body), 201);
    const id = stringOf(answer.body["id"]);
    expectThat(id !== "", `${answer.request} answered no id`);
    const path = `${endpoint}/${encodeURIComponent(id)}`;
    made.push(path);
    return { id, path, body: answer.body };
  }

  return {
    ...target,
    unique,
    skip,
    createUser: (attributes = {}) =>
      create(discovered.endpoints.users, { schemas: [USER_URN], userName: unique(), ...attributes }),
    createGroup: (attributes = {}) =>
      create(discovered.endpoints.groups, { schemas: [GROUP_URN], displayName: unique(), ...attributes }),
    discardLater: (path) => void made.push(path),
    needs(feature) {
      if (objectOf(discovered.config[feature])["supported"] !== true) {
        skip(`ServiceProviderConfig does not announce ${feature}`);
      }
    },
    async cleanUp() {
      for (const path of made.reverse()) await client.delete(path);
    },
  };
}
