import type { RequestHandler } from "express";
import { z } from "zod";
import type { LongLivedTokens } from "../../auth/clients/long-lived-tokens.js";
import type { Clock } from "../../platform/clock.js";
import { queryOf } from "../middleware/request-state.js";
import { clientKeyOf } from "./client-handlers.js";
import { newTokenSchema } from "./client-input.js";
import { readCursor, toPage } from "./cursor.js";
import { presentToken } from "./present-client.js";
import { pageFields, readId, readInput } from "./read-input.js";

/** The handlers of `/admin/v1/clients/{id}/tokens`, by operation. */
export interface ClientTokenHandlers {
  list: RequestHandler;
  create: RequestHandler;
  revoke: RequestHandler;
}

const listQuery = z.strictObject(pageFields);

/** Administration of a client's long-lived tokens. A token is in the answer that made it and never again. */
export function createClientTokenHandlers(deps: {
  tokens: LongLivedTokens;
  clock: Clock;
}): ClientTokenHandlers {
  const { tokens, clock } = deps;
  return {
    async list(request, response) {
      const { cursor, limit } = readInput(listQuery, { ...queryOf(request) });
      const page = { after: readCursor(cursor), limit: limit + 1 };
      response.json(toPage(await tokens.list(clientKeyOf(request), page), limit, presentToken));
    },

    async create(request, response) {
      const input = readInput(newTokenSchema(clock.now()), request.body);
      const { token, text } = await tokens.create(clientKeyOf(request), input);
      response.status(201).json({ ...presentToken(token), token: text });
    },

    async revoke(request, response) {
      await tokens.revoke(clientKeyOf(request), readId(request.params.tokenId));
      response.status(204).end();
    },
  };
}
