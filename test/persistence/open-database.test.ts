import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/persistence/database.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scim-open-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("openDatabase", () => {
  it.each([
    [
      "nothing listens",
      "postgres://ann:hunter2@127.0.0.1:1/scim",
      /DATABASE_URL \(127\.0\.0\.1:1\/scim\).*nothing listens/,
    ],
    [
      "the URL is of another kind",
      "mysql://ann:hunter2@localhost/scim",
      /DATABASE_URL is not a PostgreSQL URL/,
    ],
    ["the URL is no URL", "hunter2@nowhere", /DATABASE_URL is not a PostgreSQL URL/],
  ])("says in words what is wrong when %s, without the password", async (_title, url, message) => {
    const opening = openDatabase({ url });
    await expect(opening).rejects.toMatchObject({ name: "DatabaseUnavailableError" });
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.not.toThrow(/hunter2/);
  });

  it("names DATA_DIR when the folder cannot be made", async () => {
    const file = join(folder, "a-file");
    await writeFile(file, "");
    const opening = openDatabase({ dataDir: file });
    await expect(opening).rejects.toMatchObject({ name: "DatabaseUnavailableError" });
    await expect(opening).rejects.toThrow(/DATA_DIR/);
  });
});
