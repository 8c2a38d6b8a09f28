import type { Surroundings } from "../check.js";
import { PATCH_URN, resourcesOf, stringOf } from "../expect.js";
import type { Json, JsonObject } from "../scim-client.js";

/** The path with these query parameters, percent-encoded. */
export function withQuery(path: string, parameters: Record<string, string | number>): string {
  const encoded = Object.entries(parameters).map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
  );
  return `${path}?${encoded.join("&")}`;
}

/** A PATCH body with these operations. */
export function patchOf(...operations: JsonObject[]): JsonObject {
  return { schemas: [PATCH_URN], Operations: operations };
}

/** A string in the notation of filters: JSON's. */
export function quoted(value: string): string {
  return JSON.stringify(value);
}

/** The ids of the users that a filter finds, in the order answered. Fails the check where it is no list. */
export async function idsFound(
  s: Surroundings,
  filter: string,
  more: Record<string, string | number> = {},
): Promise<string[]> {
  const answer = await s.client.get(withQuery(s.discovered.endpoints.users, { filter, ...more }));
  return resourcesOf(answer).map((resource) => stringOf(resource["id"]));
}

/** Reads a resource again; fails the check where that is refused. */
export async function readAgain(s: Surroundings, path: string): Promise<JsonObject> {
  const answer = await s.client.get(path);
  if (answer.status !== 200) throw new Error(`${answer.request} answered ${answer.status}`);
  return answer.body;
}

/** The resource after these operations: as PATCH answered it, or read again after 204. */
export async function patched(
  s: Surroundings,
  path: string,
  ...operations: JsonObject[]
): Promise<JsonObject> {
  const answer = await s.client.patch(path, patchOf(...operations));
  if (answer.status === 204) return readAgain(s, path);
  if (answer.status !== 200) {
    throw new Error(`${answer.request} answered ${answer.status} ${answer.text.slice(0, 300)}`);
  }
  return answer.body;
}

/** All values of an attribute in a resource, through arrays: `valuesAt(user, "emails", "value")`. */
export function valuesAt(resource: Json | undefined, ...names: string[]): Json[] {
  const [name, ...rest] = names;
  if (resource === undefined || resource === null) return [];
  if (Array.isArray(resource)) return resource.flatMap((item) => valuesAt(item, ...names));
  if (name === undefined) return [resource];
  return typeof resource === "object" ? valuesAt(resource[name], ...rest) : [];
}
