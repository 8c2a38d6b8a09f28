import express, { type Express, type RequestHandler } from "express";
import type { AccessGrant } from "../../../src/auth/access-grant.js";
import { errorHandler } from "../../../src/http/error-response.js";
import { correlate } from "../../../src/http/middleware/correlation.js";
import { createLogger } from "../../../src/observability/logger.js";
import { createMetrics } from "../../../src/observability/metrics.js";
import { accessGrant } from "../../support/access-grant.js";

/** The tenant of every test caller. */
export const tenantId = "00000000-0000-0000-0000-000000000001";

/** Answers to the token "read", "write", "read+write" or "admin" with a grant of those scopes. */
export async function checkTestToken(token: string): Promise<AccessGrant | undefined> {
  const scopes: Record<string, readonly string[]> = {
    read: ["scim:read"],
    write: ["scim:write"],
    "read+write": ["scim:read", "scim:write"],
    admin: ["admin"],
  };
  const granted = Object.hasOwn(scopes, token) ? scopes[token] : undefined;
  if (granted === undefined) return undefined;
  return accessGrant({ tenantId, scopes: granted });
}

/** A router as the application mounts it: behind the correlation id and before the error handler. */
export function serveRouter(path: string, router: RequestHandler): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use(correlate(createLogger({ level: "silent" })));
  app.use(path, router);
  app.use(errorHandler({ metrics: createMetrics() }));
  return app;
}
