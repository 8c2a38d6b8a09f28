import { appendAudit } from "../../audit/append-audit.js";
import { findClient } from "../../persistence/client-store.js";
import {
  countLongLivedTokens,
  deleteLongLivedToken,
  insertLongLivedToken,
  type LongLivedToken,
  listLongLivedTokens,
} from "../../persistence/long-lived-token-store.js";
import type { Page, RowKey } from "../../persistence/row-key.js";
import { newId } from "../../platform/ids.js";
import { newLongLivedToken } from "../long-lived-token-text.js";
import { auditedToken } from "../oauth/audited-client.js";
import { hashSecret } from "../oauth/secret-hash.js";
import type { Scope } from "../scopes.js";
import { type ClientChangeDeps, type ClientToChange, changeClient } from "./change-client.js";
import {
  ClientNotFoundError,
  ScopeNotAllowedError,
  TokenNotFoundError,
  TokensNotAllowedError,
  TooManyTokensError,
} from "./client-errors.js";

export type { LongLivedToken } from "../../persistence/long-lived-token-store.js";

/** The longest life of a long-lived token, in calendar years; what Alibaba IDaaS grants at most. */
export const MAX_TOKEN_YEARS = 3;

const MAX_TOKENS = 100;

/** A token to be made. */
export interface NewToken {
  /** For administrators. */
  name: string;
  /** Some of the client's. */
  scopes: readonly Scope[];
  expiresAt: Date;
}

/** A token and, this once, its text. */
export interface CreatedToken {
  token: LongLivedToken;
  text: string;
}

/** The bearer tokens that administrators make for a client that cannot fetch its own. */
export interface LongLivedTokens {
  /** In the order of their ids, expired ones too. @throws ClientNotFoundError */
  list(client: RowKey, page: Page): Promise<LongLivedToken[]>;
  /** @throws ClientNotFoundError, TokensNotAllowedError, ScopeNotAllowedError, TooManyTokensError */
  create(client: ClientToChange, input: NewToken): Promise<CreatedToken>;
  /** @throws ClientNotFoundError, TokenNotFoundError, LastAdministratorError */
  revoke(client: ClientToChange, tokenId: string): Promise<void>;
}

/** Opens the administration of long-lived tokens. */
export function createLongLivedTokens(deps: ClientChangeDeps): LongLivedTokens {
  return {
    async list(client, page) {
      if (!(await findClient(deps.database, client))) throw new ClientNotFoundError();
      return listLongLivedTokens(deps.database, client, page);
    },

    create: (key, { name, scopes, expiresAt }) =>
      changeClient(deps, key, async (tx, client, now) => {
        if (!client.authMethods.includes("long_lived_token")) throw new TokensNotAllowedError();
        const foreign = scopes.find((scope) => !client.scopes.includes(scope));
        if (foreign !== undefined) throw new ScopeNotAllowedError(foreign, client.scopes);
        if ((await countLongLivedTokens(tx, client)) >= MAX_TOKENS) throw new TooManyTokensError(MAX_TOKENS);
        const text = newLongLivedToken();
        const token: LongLivedToken = {
          tenantId: client.tenantId,
          id: newId(),
          clientRef: client.id,
          tokenHash: hashSecret(text),
          name,
          hint: text.slice(-4),
          scopes: [...scopes],
          createdAt: now,
          expiresAt,
          lastUsedAt: null,
        };
        await insertLongLivedToken(tx, token);
        const object = { type: "client-token", id: token.id, name: client.name } as const;
        await appendAudit(tx, { ...key, now }, { object, verb: "created", after: auditedToken(token) });
        return { token, text };
      }),

    revoke: (key, tokenId) =>
      changeClient(deps, key, async (tx, client, now) => {
        if (!(await deleteLongLivedToken(tx, client, tokenId))) throw new TokenNotFoundError();
        const object = { type: "client-token", id: tokenId, name: client.name } as const;
        await appendAudit(tx, { ...key, now }, { object, verb: "revoked" });
      }),
  };
}
