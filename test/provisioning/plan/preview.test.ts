import { describe, expect, it } from "vitest";
import { readPreview } from "../../../src/http/admin/preview-input.js";
import type { PreviewOf } from "../../../src/provisioning/plan/preview.js";
import type { JsonObject } from "../../../src/scim/schema/attribute.js";
import { shareEngine } from "../share-engine.js";
import { dumpTables } from "./dump-tables.js";

const { engine, query, addGroup, addUser, patch, join } = shareEngine();
const preview = (of: PreviewOf) => engine.plans.preview(engine.context, engine.connectionId, of);
const sampleOf = (sample: JsonObject, resourceType: "User" | "Group" = "User") =>
  readPreview({ sample, resourceType }, "https://gateway.example/scim/v2", engine.context.dialect);

describe("a preview", () => {
  it("of a sample shows what the mapping makes of it, also where the delivery would be parked", async () => {
    const before = await dumpTables(query);
    const phoneNumbers = [{ type: "mobile", value: "19911112222" }];
    expect(await preview(sampleOf({ displayName: "王一", title: "工程师", phoneNumbers }))).toMatchObject({
      resourceType: "User",
      resourceId: null,
      remoteId: null,
      outcome: "synced",
      profile: { name: "王一", title: "工程师", mobile: "199******22", departmentRemoteIds: ["1"] },
      vendor: null,
      differences: [],
    });
    expect(await preview(sampleOf({ displayName: "王二" }))).toMatchObject({
      outcome: "parked",
      reason: { code: "mobile-missing" },
      profile: { name: "王二" },
    });
    expect(await preview(sampleOf({ displayName: "研发-一部" }, "Group"))).toMatchObject({
      resourceType: "Group",
      profile: { name: "研发_一部" },
      notes: [expect.stringContaining("研发_一部")],
    });
    await expect(preview(sampleOf({ displayName: 7 }))).rejects.toMatchObject({ status: 400 });
    expect(await dumpTables(query)).toEqual(before);
    expect(engine.vendor.users.size).toBe(0);
  });

  it("of somebody stored shows what would differ from what the vendor holds", async () => {
    const group = await addGroup("研发");
    const person = await addUser("王一", { title: "工程师" });
    await join(group, person);
    await engine.drain();
    await patch("User", person, { op: "replace", path: "title", value: "经理" });
    expect(await preview({ kind: "stored", resourceId: person })).toMatchObject({
      resourceId: person,
      remoteId: person,
      profile: { title: "经理" },
      vendor: { title: "工程师" },
      differences: [{ field: "title", before: "工程师", after: "经理" }],
    });
    expect(engine.vendor.users.get(person)?.title).toBe("工程师");
  });

  it("of somebody at the vendor shows them, and what would differ where they are linked", async () => {
    engine.vendor.users.set("0815", {
      remoteId: "0815",
      name: "陌生人",
      mobile: "19911112222",
      departmentRemoteIds: ["1"],
    });
    expect(await preview({ kind: "live", resourceType: "User", remoteId: "0815" })).toMatchObject({
      resourceId: null,
      remoteId: "0815",
      profile: null,
      outcome: null,
      vendor: { name: "陌生人", mobile: "199******22" },
    });
    const person = await addUser("王一");
    await engine.drain();
    const held = engine.vendor.users.get(person);
    if (held) held.name = "改名";
    expect(await preview({ kind: "live", resourceType: "User", remoteId: person })).toMatchObject({
      resourceId: person,
      differences: [{ field: "name", before: "改名", after: "王一" }],
    });
    const gone = preview({ kind: "live", resourceType: "User", remoteId: "nobody" });
    await expect(gone).rejects.toThrow("no person or department");
  });
});
