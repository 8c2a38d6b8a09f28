import { expect, it } from "vitest";
import { createDictionary } from "../../src/dictionary/dictionary.js";
import { createDictionaryFields } from "../../src/dictionary/dictionary-fields.js";
import { StatementError } from "../../src/persistence/database.js";
import { newId } from "../../src/platform/ids.js";
import { defaultTenantId, shareTestDatabase } from "../support/database.js";
import { createFakeClock } from "../support/fake-clock.js";

const test = shareTestDatabase();

it.each([
  ["writers do not let go of the resources", "55P03", "DictionaryBusyError"],
  ["a statement takes too long", "57014", "DictionaryBusyError"],
  ["the database refuses for another reason", "23514", "StatementError"],
])("when %s, the change ends as %s: %s", async (_what, sqlState, name) => {
  const clock = createFakeClock();
  const { database } = test;
  const fields = createDictionaryFields({
    database: {
      ...database,
      transaction: () => Promise.reject(new StatementError("no", sqlState, undefined)),
    },
    clock,
    dictionary: createDictionary({ queryable: database, clock }),
  });
  const context = { tenantId: defaultTenantId, actor: "admin", correlationId: "request-1" };
  await expect(fields.remove(context, newId())).rejects.toMatchObject({ name });
});
