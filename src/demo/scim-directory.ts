import { z } from "zod";
import type { GatewayClient } from "./gateway-client.js";

const DICTIONARY = "urn:ietf:params:scim:schemas:extension:dictionary:2.0";
const PROVISIONING = "urn:ietf:params:scim:schemas:extension:provisioning:2.0";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ORGANIZATION = "urn:ietf:params:scim:schemas:extension:organization:2.0:Group";

/** A person as SCIM shows them, with the id that came back from DingTalk. */
export interface ScimUser {
  id: string;
  externalId?: string | undefined;
  userName: string;
  displayName: string;
  employeeNumber?: string | undefined;
  mobile?: string | undefined;
  groupIds: readonly string[];
  /** As stored: a SCIM id, an external id or an employee number. */
  managerId?: string | undefined;
  /** `ddAccountId`. */
  remoteId?: string | undefined;
  /** Where the delivery stands and why, from the provisioning extension. */
  provisioning: readonly ProvisioningState[];
}

/** A department as SCIM shows it. */
export interface ScimGroup {
  id: string;
  externalId?: string | undefined;
  displayName: string;
  parentId?: string | undefined;
  /** `ddtalkId`. */
  remoteId?: string | undefined;
}

/** State of a resource at one connection. */
export interface ProvisioningState {
  state: string;
  lastError?: string | undefined;
  remedy?: string | undefined;
}

const reference = z.object({ value: z.string() });

const membership = z.object({ value: z.string(), type: z.string().optional() });

const provisioning = z.object({
  connections: z.array(
    z.object({ state: z.string(), lastError: z.string().optional(), remedy: z.string().optional() }),
  ),
});

const user = z
  .object({
    id: z.string(),
    externalId: z.string().optional(),
    userName: z.string(),
    displayName: z.string(),
    phoneNumbers: z.array(z.object({ type: z.string().optional(), value: z.string() })).optional(),
    groups: z.array(membership).optional(),
    [ENTERPRISE]: z
      .object({ employeeNumber: z.string().optional(), manager: reference.optional() })
      .optional(),
    [`${DICTIONARY}:User`]: z.object({ ddAccountId: z.string().optional() }).optional(),
    [`${PROVISIONING}:User`]: provisioning.optional(),
  })
  .transform(
    (body): ScimUser => ({
      id: body.id,
      externalId: body.externalId,
      userName: body.userName,
      displayName: body.displayName,
      employeeNumber: body[ENTERPRISE]?.employeeNumber,
      mobile: body.phoneNumbers?.find((number) => number.type === "mobile")?.value,
      // The groups above a person's own are shown as indirect.
      groupIds: (body.groups ?? []).filter(({ type }) => type !== "indirect").map(({ value }) => value),
      managerId: body[ENTERPRISE]?.manager?.value,
      remoteId: body[`${DICTIONARY}:User`]?.ddAccountId,
      provisioning: body[`${PROVISIONING}:User`]?.connections ?? [],
    }),
  );

const group = z
  .object({
    id: z.string(),
    externalId: z.string().optional(),
    displayName: z.string(),
    [ORGANIZATION]: z.object({ parent: reference.optional() }).optional(),
    [`${DICTIONARY}:Group`]: z.object({ ddtalkId: z.string().optional() }).optional(),
  })
  .transform(
    (body): ScimGroup => ({
      id: body.id,
      externalId: body.externalId,
      displayName: body.displayName,
      parentId: body[ORGANIZATION]?.parent?.value,
      remoteId: body[`${DICTIONARY}:Group`]?.ddtalkId,
    }),
  );

const PAGE_SIZE = 100;

const userAttributes = [
  "externalId",
  "userName",
  "displayName",
  "phoneNumbers",
  "groups",
  `${ENTERPRISE}:employeeNumber`,
  `${ENTERPRISE}:manager`,
  `${DICTIONARY}:User:ddAccountId`,
  `${PROVISIONING}:User`,
];

const groupAttributes = [
  "externalId",
  "displayName",
  `${ORGANIZATION}:parent`,
  `${DICTIONARY}:Group:ddtalkId`,
];

/** Reads all people through SCIM, page by page. */
export function listUsers(gateway: GatewayClient): Promise<ScimUser[]> {
  return listAll(gateway, "Users", userAttributes, user);
}

/** Reads all departments through SCIM, page by page; their members are not asked for. */
export function listGroups(gateway: GatewayClient): Promise<ScimGroup[]> {
  return listAll(gateway, "Groups", groupAttributes, group);
}

/** Reads one person through SCIM, with the state of their provisioning. */
export async function readUser(gateway: GatewayClient, id: string): Promise<ScimUser> {
  const query = `attributes=${encodeURIComponent(userAttributes.join(","))}`;
  return user.parse(await gateway.send("GET", `/scim/v2/Users/${id}?${query}`));
}

/** The path and query of one person with the written-back id, as an administrator asks for it; safe between single quotes. */
export function accountIdPath(userName: string): string {
  const filter = encodeURIComponent(`userName eq "${userName}"`).replaceAll("'", "%27");
  return `/scim/v2/Users?filter=${filter}&attributes=userName,displayName,${DICTIONARY}:User:ddAccountId`;
}

async function listAll<T>(
  gateway: GatewayClient,
  endpoint: "Users" | "Groups",
  attributes: readonly string[],
  resource: z.ZodType<T>,
): Promise<T[]> {
  const page = z.object({ totalResults: z.number(), Resources: z.array(resource) });
  const resources: T[] = [];
  for (;;) {
    const query = `attributes=${encodeURIComponent(attributes.join(","))}&startIndex=${resources.length + 1}&count=${PAGE_SIZE}`;
    const answer = page.parse(await gateway.send("GET", `/scim/v2/${endpoint}?${query}`));
    resources.push(...answer.Resources);
    if (resources.length >= answer.totalResults || answer.Resources.length === 0) return resources;
  }
}
