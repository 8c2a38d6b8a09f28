import { z } from "zod";
import type { JsonObject } from "../scim/schema/attribute.js";
import type { GatewayClient } from "./gateway-client.js";

/** Where a DingTalk is and what opens it. */
export interface DingTalkAccess {
  url: string;
  credentials: { corpId: string; appKey: string; appSecret: string };
}

/** What the connection test told. */
export interface ConnectionTest {
  connectionId: string;
  granted: number;
  permissions: number;
  counts?: { departments: number; people: number } | undefined;
}

const connection = z.object({ id: z.string() });
const testReport = z.object({
  ok: z.boolean(),
  permissions: z.array(z.object({ name: z.string(), state: z.string() })),
  counts: z.object({ departments: z.number(), people: z.number() }).optional(),
  problems: z.array(z.object({ code: z.string(), message: z.string() })),
});

/**
 * Does what an administrator does at first: makes a connection, which is off, tests it, and switches it on.
 * @throws Error with the reported problems when the test does not pass.
 */
export async function connectDingTalk(
  gateway: GatewayClient,
  dingtalk: DingTalkAccess,
  policy: JsonObject = {},
): Promise<ConnectionTest> {
  const { id } = connection.parse(
    await gateway.send("POST", "/admin/v1/connections", {
      connector: "dingtalk",
      name: "示例公司通讯录",
      config: { ...dingtalk.credentials, oapiBaseUrl: dingtalk.url, apiBaseUrl: dingtalk.url },
      policy,
    }),
  );
  const report = testReport.parse(await gateway.send("POST", `/admin/v1/connections/${id}/test`));
  if (!report.ok) {
    const problems = report.problems.map(({ code, message }) => `${code}: ${message}`).join("; ");
    throw new Error(`The connection test failed: ${problems}`);
  }
  await gateway.send("PATCH", `/admin/v1/connections/${id}`, { enabled: true });
  return {
    connectionId: id,
    granted: report.permissions.filter(({ state }) => state === "granted").length,
    permissions: report.permissions.length,
    counts: report.counts,
  };
}
