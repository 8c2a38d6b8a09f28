import type { Request } from "express";
import { correlationIdOf, grantOf } from "../middleware/request-state.js";

/** Who administers, and under which correlation id. */
export interface Administrator {
  tenantId: string;
  /** The OAuth client id. */
  actor: string;
  correlationId: string;
}

/** The administrator behind a request. Only behind authentication. */
export function administratorOf(request: Request): Administrator {
  const { tenantId, clientId } = grantOf(request);
  return { tenantId, actor: clientId, correlationId: correlationIdOf(request) };
}
