import type { Directory, Resource } from "../directory/directory.js";
import type { RequestContext } from "../directory/request-context.js";
import { isId } from "../platform/ids.js";
import type { JsonObject, JsonValue } from "../scim/schema/attribute.js";
import { ORGANIZATION_GROUP_URN, ORGANIZATION_USER_URN } from "../scim/schema/urns.js";
import { findGroupIds, ITSELF } from "./find-pushed.js";
import type { Belonging } from "./read-account.js";
import { isRecord } from "./record.js";
import { patchBody } from "./scim-body.js";

type Parts = Pick<Directory, "list" | "patch">;

const DEPARTMENTS = `${ORGANIZATION_USER_URN}:departments`;
const MAIN_DEPARTMENT = `${ORGANIZATION_USER_URN}:mainDepartment`;

/** Departments of one person, or people who wait for one organization, that are looked at at once. */
const PAGE = 200;

/**
 * Makes a person a member of exactly the organizations the push names, among all departments; plain groups are left
 * alone. An organization that is not here yet is remembered in the person's own `departments` (organization
 * extension) under its IDaaS id, until `attachWaiting` finds it there.
 */
export async function settleMemberships(
  directory: Parts,
  context: RequestContext,
  user: Resource,
  belongs: readonly Belonging[],
): Promise<void> {
  const uuids = belongs.map((one) => one.organizationUuid);
  let groupIds = await findGroupIds(directory, context, uuids);
  await moveInto(directory, context, user.id, [...groupIds.values()]);
  const awaited = belongs.filter((one) => !one.isRoot && !groupIds.has(one.organizationUuid));
  await notePlace(directory, context, user, belongs, groupIds);
  if (awaited.length === 0) return;

  // One that arrived after the first look has not seen this person waiting.
  groupIds = await findGroupIds(
    directory,
    context,
    awaited.map((one) => one.organizationUuid),
  );
  for (const [uuid, groupId] of groupIds) await attachWaiting(directory, context, uuid, groupId);
}

/** Lets in everybody who waits for an organization that is here now. */
export async function attachWaiting(
  directory: Parts,
  context: RequestContext,
  organizationUuid: string,
  groupId: string,
): Promise<void> {
  const filter = `${DEPARTMENTS}.value eq ${JSON.stringify(organizationUuid)}`;
  for (;;) {
    const page = await directory.list(context, "User", { filter, startIndex: 1, count: PAGE, needs: ITSELF });
    if (page.resources.length === 0) return;
    await addMembers(
      directory,
      context,
      groupId,
      page.resources.map((user) => user.id),
    );
    for (const user of page.resources) {
      const isMain = placeOf(user)["mainDepartment"] === organizationUuid;
      await directory.patch(
        context,
        "User",
        user.id,
        patchBody([
          { op: "remove", path: `${DEPARTMENTS}[value eq ${JSON.stringify(organizationUuid)}]` },
          ...(isMain ? [{ op: "replace", path: MAIN_DEPARTMENT, value: groupId }] : []),
        ]),
        { needs: ITSELF },
      );
    }
  }
}

async function moveInto(
  directory: Parts,
  context: RequestContext,
  userId: string,
  wanted: readonly string[],
): Promise<void> {
  const page = await directory.list(context, "Group", {
    filter: `members.value eq "${userId}"`,
    startIndex: 1,
    count: PAGE,
    needs: ITSELF,
  });
  const held = page.resources.filter(isDepartment).map((group) => group.id);
  // First in, then out: a person without any department would be moved to the root in between.
  for (const groupId of wanted) {
    if (!held.includes(groupId)) await addMembers(directory, context, groupId, [userId]);
  }
  for (const groupId of held) {
    if (wanted.includes(groupId)) continue;
    const operation = { op: "remove", path: `members[value eq "${userId}"]` };
    await directory.patch(context, "Group", groupId, patchBody([operation]), { needs: ITSELF });
  }
}

async function addMembers(
  directory: Parts,
  context: RequestContext,
  groupId: string,
  userIds: readonly string[],
): Promise<void> {
  const value = userIds.map((id) => ({ value: id }));
  const operation = { op: "add", path: "members", value };
  await directory.patch(context, "Group", groupId, patchBody([operation]), { needs: ITSELF });
}

/** Stores what memberships do not tell: the main department, and the organizations that are awaited. */
async function notePlace(
  directory: Parts,
  context: RequestContext,
  user: Resource,
  belongs: readonly Belonging[],
  groupIds: ReadonlyMap<string, string>,
): Promise<void> {
  const place = placeOf(user);
  const operations: JsonObject[] = [];
  const wanted = new Set(
    belongs.flatMap((one) => groupIds.get(one.organizationUuid) ?? one.organizationUuid),
  );
  const main = belongs.find((one) => one.isMain)?.organizationUuid;
  const mainId = main === undefined ? undefined : (groupIds.get(main) ?? main);
  const formerMain = place["mainDepartment"];
  if (mainId !== undefined && mainId !== formerMain) {
    operations.push({ op: "replace", path: MAIN_DEPARTMENT, value: mainId });
  } else if (mainId === undefined && typeof formerMain === "string" && !wanted.has(formerMain)) {
    operations.push({ op: "remove", path: MAIN_DEPARTMENT });
  }
  const noted = awaitedIn(place["departments"]);
  const awaited = belongs
    .filter((one) => !one.isRoot && !groupIds.has(one.organizationUuid))
    .map((one) => one.organizationUuid);
  for (const uuid of noted.filter((one) => !awaited.includes(one))) {
    operations.push({ op: "remove", path: `${DEPARTMENTS}[value eq ${JSON.stringify(uuid)}]` });
  }
  const fresh = awaited.filter((uuid) => !noted.includes(uuid)).map((value) => ({ value }));
  if (fresh.length > 0) operations.push({ op: "add", path: DEPARTMENTS, value: fresh });
  if (operations.length === 0) return;
  await directory.patch(context, "User", user.id, patchBody(operations), { needs: ITSELF });
}

/** The departments a person waits for; those that are here are named by an id of ours. */
function awaitedIn(departments: JsonValue | undefined): string[] {
  if (!Array.isArray(departments)) return [];
  return departments.flatMap((one) =>
    isRecord(one) && typeof one["value"] === "string" && !isId(one["value"]) ? [one["value"]] : [],
  );
}

function placeOf(user: Resource): JsonObject {
  const place = user.attributes[ORGANIZATION_USER_URN];
  return isRecord(place) ? place : {};
}

function isDepartment(group: Resource): boolean {
  const organization = group.attributes[ORGANIZATION_GROUP_URN];
  return !isRecord(organization) || organization["kind"] !== "group";
}
