import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDirectory, type Directory } from "../../src/directory/directory.js";
import { hashPassword, isPassword } from "../../src/directory/password.js";
import { USER_URN } from "../../src/scim/schema/urns.js";
import { openTestDatabase, type TestDatabase } from "../support/database.js";
import { createFakeClock } from "../support/fake-clock.js";
import { context, nothing, patchBody, putBody } from "./open-directory.js";

let test: TestDatabase;
const directories = {} as Record<"hash" | "discard", Directory>;

beforeAll(async () => {
  test = await openTestDatabase();
  const deps = { database: test.database, clock: createFakeClock(), outbox: { append: async () => {} } };
  directories.hash = createDirectory({ ...deps, passwords: "hash" });
  directories.discard = createDirectory({ ...deps, passwords: "discard" });
});
afterAll(() => test.close());

const body = (userName: string) => ({ schemas: [USER_URN], userName, password: "correct horse" });
async function storedHash(id: string): Promise<string | null | undefined> {
  const rows = await test.database.query<{ password_hash: string | null }>(
    "select password_hash from resource where id = $1",
    [id],
  );
  return rows[0]?.password_hash;
}

describe("a password that a client sets", () => {
  it.each(["hash", "discard"] as const)(
    "is accepted and shown nowhere where the policy is %s",
    async (policy) => {
      const directory = directories[policy];
      const user = await directory.create(context, "User", body(`shown-${policy}`));
      const patched = await directory.patch(
        context,
        "User",
        user.id,
        patchBody({ op: "replace", path: "password", value: "battery staple" }),
        { needs: nothing },
      );
      const replaced = await directory.replace(
        context,
        "User",
        user.id,
        putBody(user, { password: "another" }),
      );
      const [together] = await directory.createUsers(context, [
        { id: newest(), body: body(`together-${policy}`) },
      ]);
      for (const answer of [user, patched, replaced, together]) {
        expect(JSON.stringify(answer)).not.toMatch(/password|correct horse|battery|another/);
      }
    },
  );

  it("is stored as a hash that knows the password", async () => {
    const { id } = await directories.hash.create(context, "User", body("hashed"));
    const [together] = await directories.hash.createUsers(context, [
      { id: newest(), body: body("hashed-too") },
    ]);
    for (const each of [id, together && "id" in together ? together.id : ""]) {
      expect(await isPassword("correct horse", (await storedHash(each)) ?? null)).toBe(true);
    }
  });

  it("is thrown away where the policy says so, and is then no change", async () => {
    const directory = directories.discard;
    const user = await directory.create(context, "User", body("discarded"));
    const change = patchBody({ op: "replace", path: "password", value: "new" });
    const patched = await directory.patch(context, "User", user.id, change, { needs: nothing });
    const replaced = await directory.replace(context, "User", user.id, putBody(user, { password: "new" }));
    expect([patched.version, replaced.version]).toEqual([1, 1]);
    const [together] = await directory.createUsers(context, [{ id: newest(), body: body("discarded-too") }]);
    expect(await storedHash(user.id)).toBeNull();
    expect(await storedHash(together && "id" in together ? together.id : "")).toBeNull();
  });

  it("waits for its turn when many come at once, and is hashed like any other", async () => {
    const words = Array.from({ length: 7 }, (_, at) => `password ${at}`);
    const hashes = await Promise.all(words.map(hashPassword));
    expect(new Set(hashes).size).toBe(7);
    const known = await Promise.all(words.map((word, at) => isPassword(word, hashes[at] ?? null)));
    expect(known).toEqual(words.map(() => true));
  });
});

let ids = 0;
/** An id for a new person. */
function newest(): string {
  ids += 1;
  return `00000000-0000-4000-8000-${String(ids).padStart(12, "0")}`;
}
