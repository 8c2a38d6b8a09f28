import type { Directory, Resource } from "../directory/directory.js";
import type { RequestContext } from "../directory/request-context.js";
import { idOfName, newId } from "../platform/ids.js";
import { takeUnknown } from "../scim/dialect/dialect.js";
import { badRequest, ScimError } from "../scim/errors.js";
import type { ResourceTypeId, SchemaDefinition } from "../scim/schema/attribute.js";
import { DICTIONARY_GROUP_URN, DICTIONARY_USER_URN } from "../scim/schema/urns.js";
import { answerOf, type IdaasAnswer, idaasSuccess } from "./answer.js";
import { findFirst, findPushed, ITSELF } from "./find-pushed.js";
import { attachWaiting, settleMemberships } from "./memberships.js";
import { accountIdOf, type PushedAccount, readAccount } from "./read-account.js";
import { organizationIdOf, type PushedOrganization, readOrganization } from "./read-organization.js";
import { type AttributeChange, readRecord } from "./record.js";
import { changeBody, creationBody } from "./scim-body.js";

/** What the two addresses of IDaaS 1.x do. Refusals are ScimError. */
export interface Idaas {
  /** Creates or changes an account or organization, whichever of the two it takes. */
  push(context: RequestContext, type: ResourceTypeId, body: unknown): Promise<IdaasAnswer>;
  /** Removes one by its id in IDaaS; one that is not here counts as removed. */
  remove(context: RequestContext, type: ResourceTypeId, externalId: string | undefined): Promise<IdaasAnswer>;
}

/** How often an organization can come back before its id is a random one. */
const MAX_LIVES = 5;

/**
 * Serves pushes of Alibaba Cloud IDaaS 1.x on the directory, so that every rule of SCIM holds for them. An account and
 * its memberships are several writes, each whole in itself; a push that broke off between them is made good by the
 * next push of the same account (docs/adr/0009).
 */
export function createIdaas(directory: Directory): Idaas {
  async function dictionaryOf(context: RequestContext, urn: string): Promise<SchemaDefinition> {
    const schema = (await directory.registry(context.tenantId)).schema(urn);
    if (schema === undefined) throw new Error(`the registry lacks ${urn}`);
    return schema;
  }

  async function change(
    context: RequestContext,
    { type, id }: Resource,
    changes: readonly AttributeChange[],
  ): Promise<Resource> {
    return directory.patch(context, type, id, changeBody(changes), { needs: ITSELF });
  }

  async function pushAccount(context: RequestContext, body: unknown): Promise<Resource> {
    const account = readAccount(body, await dictionaryOf(context, DICTIONARY_USER_URN));
    noteUnknown(context, account.unknown);
    const known = await findPushed(directory, context, "User", account.externalId);
    const user = known
      ? await change(context, known, account.changes)
      : await createAccount(context, account);
    if (account.belongs) await settleMemberships(directory, context, user, account.belongs);
    return user;
  }

  /** Somebody of that name without an external id, or made by another process just now, is the same person. */
  async function createAccount(context: RequestContext, account: PushedAccount): Promise<Resource> {
    if (account.userName === null) throw badRequest("invalidValue", '"userName" must name the account.');
    try {
      return await directory.create(context, "User", creationBody("User", account.changes));
    } catch (error) {
      if (!(error instanceof ScimError && error.scimType === "uniqueness")) throw error;
      const filter = `userName eq ${JSON.stringify(account.userName)}`;
      const holder = await findFirst(directory, context, "User", filter);
      const externalId = holder?.attributes["externalId"];
      if (!holder || (externalId !== undefined && externalId !== account.externalId)) throw error;
      return change(context, holder, account.changes);
    }
  }

  async function pushOrganization(context: RequestContext, body: unknown): Promise<Resource> {
    const organization = readOrganization(body, await dictionaryOf(context, DICTIONARY_GROUP_URN));
    noteUnknown(context, organization.unknown);
    const { externalId, changes } = organization;
    const known = await findPushed(directory, context, "Group", externalId);
    if (known) return change(context, known, changes);
    if (!changes.some(({ urn, name }) => urn === undefined && name === "displayName")) {
      throw badRequest("invalidValue", '"organization" must hold the name of the organization.');
    }
    const group = await createOrganization(context, organization);
    await attachWaiting(directory, context, externalId, group.id);
    return group;
  }

  /**
   * No key keeps two groups from having one externalId, so the id does: it follows from the externalId, and of two
   * pushes that create the same organization at once (a retry while the first still runs) the second finds it taken. After a removal the tombstone
   * holds the id, and the next one in the row is taken.
   */
  async function createOrganization(
    context: RequestContext,
    { externalId, changes }: PushedOrganization,
  ): Promise<Resource> {
    for (let life = 0; ; life += 1) {
      const id = life < MAX_LIVES ? idOfName(`${context.tenantId} ${externalId} ${life}`) : newId();
      try {
        return await directory.create(context, "Group", creationBody("Group", changes), { id });
      } catch (error) {
        const isTaken = error instanceof ScimError && error.scimType === "uniqueness";
        if (!isTaken || life >= MAX_LIVES) throw error;
        const known = await findPushed(directory, context, "Group", externalId);
        if (known) return change(context, known, changes);
      }
    }
  }

  const idaas: Idaas = {
    async push(context, type, body) {
      const record = readRecord(body);
      // A variant of the product sends everything by POST and says in the body what it means.
      const { requestType } = record;
      if (typeof requestType === "string" && /^delete$/i.test(requestType)) {
        return idaas.remove(context, type, type === "User" ? accountIdOf(record) : organizationIdOf(record));
      }
      const { id } = await (type === "User" ? pushAccount(context, body) : pushOrganization(context, body));
      const stored = await directory.read(context, type, id, { ...ITSELF, provisioning: true });
      return answerOf(type, id, stored.attributes);
    },

    async remove(context, type, externalId) {
      if (!externalId)
        throw badRequest("invalidValue", 'The parameter "id" must name what is to be removed.');
      const known = await findPushed(directory, context, type, externalId);
      if (known) await directory.remove(context, type, known.id).catch(unlessGone);
      return idaasSuccess();
    },
  };
  return idaas;
}

/** Removed by somebody else in between: that is what was asked for. */
function unlessGone(error: unknown): void {
  if (!(error instanceof ScimError && error.status === 404)) throw error;
}

function noteUnknown({ dialect }: RequestContext, unknown: readonly string[]): void {
  for (const name of unknown) takeUnknown(dialect, name);
}
