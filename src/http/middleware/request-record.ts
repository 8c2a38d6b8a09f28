import type { Request, Response } from "express";
import { newTimedId } from "../../platform/ids.js";
import { maskBody, maskFound } from "../../request-log/mask-body.js";
import type { LoggedRequest } from "../../request-log/request-log.js";
import { profileNamed } from "../../scim/dialect/dialect.js";
import type { Quirk } from "../../scim/dialect/quirks.js";
import { type Mark, recogniseProfile } from "../../scim/dialect/recognise-profile.js";
import { correlationIdOf, findDialectOf, findGrantOf, findRefusalOf } from "./request-state.js";

/** The surfaces of identity providers. */
const PROVIDERS = /^\/(?:scim|api\/application\/scim)\//;
const RESOURCE = /\/(User|Group)s(?:\/([^/]{1,64}))?/;
const MAX_DETAIL = 500;
const MAX_USER_AGENT = 200;

/** What was measured of a request that is over. */
export interface Measured {
  /** Without the query. */
  path: string;
  /** The pattern of the matched route. */
  route: string;
  status: number;
  startedAt: number;
  durationMs: number;
}

/**
 * The entry of the request log for a request that is over; undefined for one that is not an identity provider's, or
 * whose caller is not known: anybody could fill the log with those.
 */
export function finishedRequest(
  request: Request,
  response: Response,
  { path, route, status, startedAt, durationMs }: Measured,
): LoggedRequest | undefined {
  const grant = findGrantOf(request);
  if (grant === undefined || !PROVIDERS.test(path)) return undefined;
  const dialect = findDialectOf(request);
  const refusal = findRefusalOf(request);
  const userAgent = request.headers["user-agent"]?.slice(0, MAX_USER_AGENT);
  const applied = dialect?.applied ?? NO_QUIRKS;
  // IDaaS 1.x is answered 200 in any case; what counts here is whether it was refused.
  const outcome = Math.max(status, refusal?.status ?? 0);
  const { resourceType, resourceId } = resourceOf(path, response);
  const at = new Date(startedAt);
  // All names in one literal: objects put together of others cost V8 a shape for each request.
  return {
    tenantId: grant.tenantId,
    id: newTimedId(at),
    at,
    clientId: grant.clientId,
    method: request.method,
    // Ids and names of attributes are what a client sends, and can be anything.
    path: maskFound(path),
    route,
    status: outcome,
    durationMs,
    scimType: refusal?.scimType ?? null,
    detail: refusal === undefined ? null : maskFound(refusal.detail.slice(0, MAX_DETAIL)),
    profile: dialect?.profile ?? profileNamed(grant.profile),
    recognised: recogniseProfile({ userAgent, applied, marks: dialect?.marks ?? NO_MARKS }),
    quirks: [...applied],
    ignored: dialect?.ignored.map(plainName) ?? [],
    resourceType,
    resourceId,
    correlationId: correlationIdOf(request),
    userAgent: userAgent === undefined ? null : maskFound(userAgent),
    body: outcome >= 400 || applied.size > 0 ? writtenBody(request) : null,
  };
}

const NO_QUIRKS: ReadonlySet<Quirk> = new Set();
const NO_MARKS: ReadonlySet<Mark> = new Set();

/** What the path names, or for a create, what the answer says was made. */
function resourceOf(path: string, response: Response): Pick<LoggedRequest, "resourceType" | "resourceId"> {
  const location = response.getHeader("location");
  const match = RESOURCE.exec(typeof location === "string" ? location : path) ?? RESOURCE.exec(path);
  const [, resourceType = null, named = null] = match ?? [];
  const isAction = named === null || named.startsWith(".");
  return { resourceType, resourceId: isAction ? null : maskFound(named) };
}

/** Without control characters: the store separates names by one of them. */
function plainName(name: string): string {
  return maskFound(name.replaceAll(/\p{Cc}/gu, " "));
}

/** A search by POST is no write: what it looks for is not kept. */
function writtenBody(request: Request): string | null {
  const isWrite = request.method === "POST" || request.method === "PUT" || request.method === "PATCH";
  if (!isWrite || request.path.endsWith("/.search")) return null;
  return maskBody(request.body) ?? null;
}
