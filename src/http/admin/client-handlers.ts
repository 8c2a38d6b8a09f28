import type { Request, RequestHandler } from "express";
import { z } from "zod";
import type { Clients } from "../../auth/clients/clients.js";
import { mayCallFrom } from "../../platform/address-list.js";
import { addressOf } from "../middleware/caller-address.js";
import { grantOf, queryOf } from "../middleware/request-state.js";
import { ProblemError } from "../problem-error.js";
import { type Administrator, administratorOf } from "./administrator.js";
import { clientChangeSchema, newClientSchema } from "./client-input.js";
import { readCursor, toPage } from "./cursor.js";
import { presentClient } from "./present-client.js";
import { pageFields, readId, readInput } from "./read-input.js";

/** What the client endpoints work with. */
export interface ClientHandlerDeps {
  clients: Clients;
  /** Address of `/admin/v1`, without a slash at its end. */
  baseUrl: string;
}

/** The handlers of `/admin/v1/clients`, by operation. */
export interface ClientHandlers {
  list: RequestHandler;
  create: RequestHandler;
  read: RequestHandler;
  change: RequestHandler;
  remove: RequestHandler;
}

const listQuery = z.strictObject(pageFields);

/** Administration of the OAuth clients. A secret is in the answer that made it and never again. */
export function createClientHandlers({ clients, baseUrl }: ClientHandlerDeps): ClientHandlers {
  return {
    async list(request, response) {
      const { cursor, limit } = readInput(listQuery, { ...queryOf(request) });
      const page = { after: readCursor(cursor), limit: limit + 1 };
      const rows = await clients.list(administratorOf(request).tenantId, page);
      response.json(toPage(rows, limit, presentClient));
    },

    async create(request, response) {
      const { clientId, accessTokenLifetime, ...input } = readInput(newClientSchema, request.body);
      const by = administratorOf(request);
      const wanted = {
        ...input,
        tenantId: by.tenantId,
        accessTokenLifetimeS: accessTokenLifetime,
        ...(clientId !== undefined && { clientId }),
      };
      const { client, clientSecret } = await clients.create(wanted, by);
      response.status(201).location(`${baseUrl}/clients/${client.id}`);
      response.json({ ...presentClient(client), clientSecret });
    },

    async read(request, response) {
      response.json(presentClient(await clients.get(clientKeyOf(request))));
    },

    async change(request, response) {
      const key = clientKeyOf(request);
      const { accessTokenLifetime, jwks, rateLimit, ...rest } = readInput(clientChangeSchema, request.body);
      if (rest.ipAllowList) refuseToLockOut(request, key.id, rest.ipAllowList);
      const change = {
        ...withoutAbsent(rest),
        ...(accessTokenLifetime !== undefined && { accessTokenLifetimeS: accessTokenLifetime }),
        ...(jwks !== undefined && { jwks: jwks === null ? null : JSON.stringify(jwks) }),
        ...(rateLimit !== undefined && {
          requestsPerSecond: rateLimit?.requestsPerSecond ?? null,
          requestBurst: rateLimit?.burst ?? null,
        }),
      };
      response.json(presentClient(await clients.change(key, change)));
    },

    async remove(request, response) {
      await clients.remove(clientKeyOf(request));
      response.status(204).end();
    },
  };
}

/** The client that the path names, in the administrator's tenant, and who asks. */
export function clientKeyOf(request: Request): Administrator & { id: string } {
  return { ...administratorOf(request), id: readId(request.params.id) };
}

/** Nobody saws off the branch they sit on: the list would hold from their next request on. */
function refuseToLockOut(request: Request, clientRef: string, ipAllowList: readonly string[]): void {
  const address = addressOf(request);
  if (grantOf(request).clientRef !== clientRef || mayCallFrom(ipAllowList, address)) return;
  const detail = `This client is the one that asks, from ${address ?? "an unknown address"}, which is not on the list.`;
  throw new ProblemError(409, "locks_out_caller", detail);
}

/** What was given, without the keys whose value is undefined. */
function withoutAbsent<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
