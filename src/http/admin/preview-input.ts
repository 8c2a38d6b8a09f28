import { z } from "zod";
import { newSecret } from "../../platform/ids.js";
import type { PreviewOf } from "../../provisioning/plan/preview.js";
import type { Dialect } from "../../scim/dialect/dialect.js";
import { GROUP_URN, USER_URN } from "../../scim/schema/urns.js";
import { idSchema } from "./read-input.js";
import { readScimRequest } from "./scim-request-input.js";

const resourceType = z.enum(["User", "Group"], 'must be "User" or "Group"').default("User");

/** The body of `POST /connections/{id}/preview`: one of the three. */
export const previewSchema = z
  .strictObject({
    sample: z.record(z.string(), z.json(), "must be a user or group in SCIM's form").optional(),
    resourceId: idSchema.optional(),
    remoteId: z.string("must be a text").trim().min(1, "must not be blank").max(64).optional(),
    resourceType,
  })
  .refine(
    ({ sample, resourceId, remoteId }) =>
      [sample, resourceId, remoteId].filter((one) => one !== undefined).length === 1,
    "must have one of sample, resourceId and remoteId",
  );

/** Of what the preview is. @throws ScimError where a sample can not be read at all */
export function readPreview(
  { sample, resourceId, remoteId, resourceType }: z.infer<typeof previewSchema>,
  scimBaseUrl: string,
  dialect: Dialect,
): PreviewOf {
  if (resourceId !== undefined) return { kind: "stored", resourceId: resourceId.toLowerCase() };
  if (remoteId !== undefined) return { kind: "live", resourceType, remoteId };
  const extensions = Object.keys(sample ?? {}).filter((name) => name.toLowerCase().startsWith("urn:"));
  const schemas = [resourceType === "User" ? USER_URN : GROUP_URN, ...extensions];
  // A sample need not name what says nothing about the mapping.
  const named = resourceType === "User" ? { userName: `sample-${newSecret(6)}` } : {};
  const body = { schemas, ...named, ...sample };
  const path = `/${resourceType}s`;
  const request = readScimRequest({ method: "POST", path, body }, scimBaseUrl, dialect);
  return { kind: "sample", resourceType, request };
}
