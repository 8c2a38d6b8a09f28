import type { Request } from "express";
import type { AccessGrant } from "../../auth/access-grant.js";
import { DEFAULT_RATE_LIMIT, type RequestBudget } from "../../auth/request-budget.js";
import { mayCallFrom } from "../../platform/address-list.js";
import { RequestError } from "../request-error.js";
import { addressOf } from "./caller-address.js";

/** Why a known caller is not let in just now: 403 for its address, 429 beyond its budget; undefined where it is. */
export function admit(
  request: Request,
  { clientRef, ipAllowList, rateLimit }: AccessGrant,
  budget: RequestBudget | undefined,
): RequestError | undefined {
  if (ipAllowList.length > 0) {
    const address = addressOf(request);
    if (!mayCallFrom(ipAllowList, address)) return addressNotAllowed(address);
  }
  const limit = rateLimit ?? DEFAULT_RATE_LIMIT;
  const waitMs = budget?.spend(clientRef, limit) ?? 0;
  return waitMs > 0 ? tooManyRequests(limit.burst, waitMs) : undefined;
}

function addressNotAllowed(address: string | undefined): RequestError {
  const from = address ?? "an unknown address";
  return new RequestError(
    403,
    "address_not_allowed",
    `This client may not call from ${from}; an administrator sets its ipAllowList.`,
  );
}

function tooManyRequests(burst: number, waitMs: number): RequestError {
  const seconds = String(Math.ceil(waitMs / 1000));
  return new RequestError(
    429,
    "too_many_requests",
    `This client has used up its request budget; go on in ${seconds} s.`,
    {
      "Retry-After": seconds,
      "RateLimit-Limit": String(burst),
      "RateLimit-Remaining": "0",
      "RateLimit-Reset": seconds,
    },
  );
}

/** 429 for an address from which too many wrong credentials came. */
export function tooManyFailures(detail: string, waitMs: number): RequestError {
  return new RequestError(429, "too_many_failures", detail, {
    "Retry-After": String(Math.ceil(waitMs / 1000)),
  });
}
