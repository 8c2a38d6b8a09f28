import { expect, inject, it } from "vitest";
import { openTestDatabase } from "../support/database.js";
import { startGatewayProcess } from "../support/gateway-process.js";
import { createPatientClient } from "../support/patient-client.js";

const URN = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:User";
const onPostgres = inject("databaseTemplate").kind === "postgres";

it.runIf(onPostgres)(
  "a field that one process saves, another takes values of, without a restart (PostgreSQL only)",
  async () => {
    const test = await openTestDatabase();
    const environment = { DATABASE_URL: test.url ?? "" };
    const [first, second] = await Promise.all([
      startGatewayProcess(environment),
      startGatewayProcess(environment),
    ]);
    const one = createPatientClient(() => first.url);
    const other = createPatientClient(() => second.url);
    const keys = async () => {
      const { body } = await other.send("GET", `/scim/v2/Schemas/${URN}`);
      return JSON.stringify(body);
    };
    expect(await keys()).not.toContain("badge");
    const field = { name: "Badge", key: "badge", category: "user", type: "string", unique: true };
    const made = await one.send("POST", "/admin/v1/dictionary", field);
    expect(made.status).toBe(201);
    await expect.poll(keys, { timeout: 5_000, interval: 20 }).toContain("badge");

    const person = (userName: string) => ({
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName,
      [URN]: { badge: "7" },
    });
    expect((await other.send("POST", "/scim/v2/Users", person("a"))).status).toBe(201);
    expect((await one.send("POST", "/scim/v2/Users", person("b"))).status).toBe(409);

    const id = String(made.body["id"]);
    expect((await one.send("DELETE", `/admin/v1/dictionary/${id}?values=remove`)).status).toBe(204);
    await expect.poll(keys, { timeout: 5_000, interval: 20 }).not.toContain("badge");
    // Whether an unknown attribute is refused or left out is the profile's business.
    expect((await other.send("POST", "/scim/v2/Users", person("c"))).body).not.toHaveProperty([URN]);
    expect(await Promise.all([first.stop(), second.stop()])).toEqual([0, 0]);
    await test.close();
  },
  60_000,
);
