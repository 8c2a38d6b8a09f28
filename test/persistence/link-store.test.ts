import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import {
  deleteLink,
  findLink,
  findLinkByRemoteId,
  findLinks,
  findLinksByLastSent,
  type LinkRow,
  upsertLink,
} from "../../src/persistence/link-store.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();
beforeEach(async () => {
  await test.database.query("delete from link");
});

const connection = { tenantId: defaultTenantId, connectionId: randomUUID() };
const early = new Date("2026-01-01T00:00:00Z");
const late = new Date("2026-01-02T00:00:00Z");

async function stored(change: Partial<LinkRow> = {}): Promise<LinkRow> {
  const link: LinkRow = {
    ...connection,
    resourceId: randomUUID(),
    resourceType: "User",
    remoteId: randomUUID(),
    lastSent: { name: "陈一", departmentRemoteIds: ["7", "8"] },
    createdAt: early,
    modifiedAt: early,
    ...change,
  };
  await upsertLink(test.database, link);
  return link;
}

const idsOf = (links: LinkRow[]) => links.map(({ resourceId }) => resourceId).sort();

describe("the link store", () => {
  it("finds one link, several links, and none where there is none", async () => {
    const [one, two] = [await stored(), await stored()];
    expect(await findLink(test.database, one)).toEqual(one);
    expect(
      idsOf(await findLinks(test.database, connection, [one.resourceId, two.resourceId, randomUUID()])),
    ).toEqual(idsOf([one, two]));
    expect(await findLinks(test.database, connection, [])).toEqual([]);
    expect(await findLink(test.database, { ...one, connectionId: randomUUID() })).toBeUndefined();
  });

  it("replaces a link but keeps when it was made", async () => {
    const link = await stored();
    const next = { ...link, remoteId: "new", lastSent: { name: "陈二" }, createdAt: late, modifiedAt: late };
    await upsertLink(test.database, next);
    expect(await findLink(test.database, link)).toEqual({ ...next, createdAt: early });
  });

  it("finds by remote id within one resource type", async () => {
    const user = await stored({ remoteId: "7" });
    const group = await stored({ remoteId: "7", resourceType: "Group" });
    expect(await findLinkByRemoteId(test.database, connection, "User", "7")).toEqual(user);
    expect(await findLinkByRemoteId(test.database, connection, "Group", "7")).toEqual(group);
    expect(await findLinkByRemoteId(test.database, connection, "Group", "8")).toBeUndefined();
  });

  it("refuses two resources on one remote object", async () => {
    await stored({ remoteId: "7" });
    await expect(stored({ remoteId: "7" })).rejects.toMatchObject({
      name: "UniqueViolation",
      constraint: "link_remote",
    });
  });

  it("finds who was last sent into a department, page by page, and what was put below it", async () => {
    const inside = [
      await stored(),
      await stored(),
      await stored({ lastSent: { departmentRemoteIds: ["7"] } }),
    ];
    await stored({ lastSent: { departmentRemoteIds: ["77"] } });
    await stored({ connectionId: randomUUID() });
    const below = await stored({ resourceType: "Group", lastSent: { name: "R&D", parentRemoteId: "7" } });

    const members = { departmentRemoteIds: ["7"] };
    const first = await findLinksByLastSent(test.database, connection, "User", members, { limit: 2 });
    const after = first[1]?.resourceId;
    const second = await findLinksByLastSent(test.database, connection, "User", members, { after, limit: 2 });
    expect([...first, ...second].map(({ resourceId }) => resourceId)).toEqual(idsOf(inside));
    expect(
      await findLinksByLastSent(test.database, connection, "Group", { parentRemoteId: "7" }, { limit: 9 }),
    ).toEqual([below]);
  });

  it("forgets a link once", async () => {
    const link = await stored();
    expect(await deleteLink(test.database, link)).toBe(true);
    expect(await deleteLink(test.database, link)).toBe(false);
    expect(await findLink(test.database, link)).toBeUndefined();
  });
});
