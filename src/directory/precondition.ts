import { entityTag, namesVersion } from "../scim/entity-tag.js";
import { preconditionFailed } from "../scim/errors.js";

/**
 * Checks an If-Match header against a version (RFC 7644 section 3.14): `*` fits any, otherwise one of the listed
 * tags has to, with or without the weak mark, which clients drop and add at will.
 * @throws ScimError 412 when none does
 */
export function checkPrecondition(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || namesVersion(ifMatch, version)) return;
  throw preconditionFailed(entityTag(version));
}
