import { expect } from "vitest";
import { ScimError, type ScimType } from "../../src/scim/errors.js";

/**
 * Runs `action`, which must be refused with this keyword and its status (403 for `sensitive`, else 400); returns the
 * refusal for a look at its text.
 */
export function expectRefusal(action: () => unknown, scimType: ScimType): ScimError {
  let refusal: unknown;
  try {
    const result = action();
    expect.unreachable(`expected ${scimType}, got ${JSON.stringify(result)}`);
  } catch (error) {
    refusal = error;
  }
  if (!(refusal instanceof ScimError)) throw refusal;
  expect({ status: refusal.status, scimType: refusal.scimType }, refusal.detail).toEqual({
    status: scimType === "sensitive" ? 403 : 400,
    scimType,
  });
  return refusal;
}
