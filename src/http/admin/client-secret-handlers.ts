import type { RequestHandler } from "express";
import { z } from "zod";
import type { ClientSecrets } from "../../auth/clients/client-secrets.js";
import type { Clock } from "../../platform/clock.js";
import { queryOf } from "../middleware/request-state.js";
import { clientKeyOf } from "./client-handlers.js";
import { newSecretSchema } from "./client-input.js";
import { readCursor, toPage } from "./cursor.js";
import { presentSecret } from "./present-client.js";
import { pageFields, readId, readInput } from "./read-input.js";

/** The handlers of `/admin/v1/clients/{id}/secrets`, by operation. */
export interface ClientSecretHandlers {
  list: RequestHandler;
  create: RequestHandler;
  remove: RequestHandler;
}

const listQuery = z.strictObject(pageFields);

/** Administration of a client's secrets: add the new one, move the client over, remove the old one. */
export function createClientSecretHandlers(deps: {
  secrets: ClientSecrets;
  clock: Clock;
}): ClientSecretHandlers {
  const { secrets, clock } = deps;
  return {
    async list(request, response) {
      const { cursor, limit } = readInput(listQuery, { ...queryOf(request) });
      const page = { after: readCursor(cursor), limit: limit + 1 };
      response.json(toPage(await secrets.list(clientKeyOf(request), page), limit, presentSecret));
    },

    async create(request, response) {
      const { expiresAt } = readInput(newSecretSchema(clock.now()), request.body ?? {});
      const { secret, clientSecret } = await secrets.add(clientKeyOf(request), expiresAt);
      response.status(201).json({ ...presentSecret(secret), clientSecret });
    },

    async remove(request, response) {
      await secrets.remove(clientKeyOf(request), readId(request.params.secretId));
      response.status(204).end();
    },
  };
}
