/** The detail error keywords of RFC 7644 section 3.12, table 9, with those of RFC 9865 section 2.1. */
export type ScimType =
  | "invalidFilter"
  | "tooMany"
  | "uniqueness"
  | "mutability"
  | "invalidSyntax"
  | "invalidPath"
  | "noTarget"
  | "invalidValue"
  | "invalidVers"
  | "sensitive"
  | "invalidCursor"
  | "expiredCursor"
  | "invalidCount";

/** The URN of an error body (RFC 7644 section 3.12). */
export const ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error";

/** A refusal in SCIM's own terms: HTTP status, optional keyword, and a sentence for the caller. */
export class ScimError extends Error {
  override readonly name = "ScimError";

  constructor(
    readonly status: number,
    readonly detail: string,
    readonly scimType?: ScimType,
  ) {
    super(detail);
  }
}

/** 400 with a keyword. */
export function badRequest(scimType: ScimType, detail: string): ScimError {
  return new ScimError(400, detail, scimType);
}

/** 404 for a resource that is not there. */
export function notFound(detail: string): ScimError {
  return new ScimError(404, detail);
}

/** 409: another resource holds the value of `attribute` already (RFC 7644 section 3.12, `uniqueness`). */
export function notUnique(attribute: string): ScimError {
  return new ScimError(409, `The value of "${attribute}" is used by another resource.`, "uniqueness");
}

/** 412: the resource is not at the version the caller named (RFC 7644 section 3.14). */
export function preconditionFailed(current: string): ScimError {
  return new ScimError(412, `The resource has changed; its current version is ${current}.`);
}
