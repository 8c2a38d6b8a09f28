import { describe, expect, it } from "vitest";
import { writeBack } from "../../src/directory/write-back.js";
import { DICTIONARY_USER_URN as DICTIONARY } from "../../src/scim/schema/urns.js";
import { defaultTenantId } from "../support/database.js";
import { insertConnectionRow } from "../support/outbox-rows.js";
import { context, nothing, putBody, refusal, shareDirectory } from "./open-directory.js";

const test = shareDirectory();

const replaceOp = (path: string, value: string) => ({ op: "replace", path, value });

describe("the id that a vendor gave", () => {
  const withId = (ddAccountId: string) => ({ [DICTIONARY]: { ddAccountId } });
  const written = (resourceId: string, value: string | null) =>
    test.database.transaction((tx) =>
      writeBack(tx, {
        tenantId: defaultTenantId,
        resourceType: "User",
        resourceId,
        attribute: "ddAccountId",
        value,
        now: test.clock.now(),
        correlationId: "delivery-1",
      }),
    );
  const idOf = async (id: string) =>
    Object((await test.directory.read(context, "User", id, nothing)).attributes[DICTIONARY]).ddAccountId;

  it("is written back as a change that orders nothing, and can be searched", async () => {
    const user = await test.user();
    await test.clock.advance(5);
    const ordered = await test.ordered(async () => {
      expect(await written(user.id, "dd-1")).toBe("written");
      expect(await written(user.id, "dd-1")).toBe("unchanged");
    });
    expect(ordered).toEqual([]);
    const query = { filter: `${DICTIONARY}:ddaccountid eq "dd-1"`, startIndex: 1, count: 10, needs: nothing };
    const page = await test.directory.list(context, "User", query);
    expect(page.resources).toMatchObject([{ id: user.id, version: 2, modifiedAt: test.clock.now() }]);
    expect(await written(user.id, null)).toBe("written");
    expect(await idOf(user.id)).toBeUndefined();
  });

  it("belongs to one resource, whoever writes it [001-39]", async () => {
    const [holder, other] = [await test.user(withId("dd-2")), await test.user(withId("dd-3"))];
    expect(await written(other.id, "dd-2")).toBe("conflict");
    expect(await idOf(other.id)).toBe("dd-3");
    const error = await refusal(test.user(withId("dd-2")));
    expect(error).toMatchObject({ status: 409, scimType: "uniqueness" });
    expect(error.detail).toContain('"ddAccountId"');
    const path = `${DICTIONARY}:ddAccountId`;
    const patched = test.patch(other, replaceOp(path, "dd-2"));
    expect((await refusal(patched)).status).toBe(409);
    await written(holder.id, null);
    expect(await written(other.id, "dd-2")).toBe("written");
    expect(await written(holder.id, "dd-3")).toBe("written");
  });

  it("is not written to a resource that was removed", async () => {
    const user = await test.user();
    await test.directory.remove(context, "User", user.id);
    expect(await written(user.id, "dd-4")).toBe("gone");
  });

  it("survives a PUT that does not have it", async () => {
    const user = await test.user(withId("dd-5"));
    const { [DICTIONARY]: _id, ...rest } = putBody(user, { title: "new" });
    const answer = await test.directory.replace(context, "User", user.id, rest);
    expect(answer.attributes[DICTIONARY]).toEqual({ ddAccountId: "dd-5" });
  });

  it("can be set by a client to adopt an account, but not changed while it is linked", async () => {
    const user = await test.user();
    const path = `${DICTIONARY}:ddAccountId`;
    const set = (value: string) => test.patch(user, replaceOp(path, value));
    await set("mine");
    await set("mine-2");
    const connectionId = await insertConnectionRow(test.database);
    await test.database.query(
      `insert into link (tenant_id, connection_id, resource_id, resource_type, remote_id, last_sent, created_at, modified_at)
       values ($1, $2, $3, 'User', 'mine-2', '{}', $4, $4)`,
      [defaultTenantId, connectionId, user.id, test.clock.now()],
    );
    expect(await refusal(set("mine-3"))).toMatchObject({ status: 400, scimType: "mutability" });
    expect(await refusal(test.patch(user, { op: "remove", path }))).toMatchObject({ scimType: "mutability" });
    expect(await set("mine-2")).toMatchObject({ changed: false });
  });
});
