import { ScimError } from "../scim/errors.js";
import { createResource } from "./create-resource.js";
import type { DirectoryParts } from "./directory-parts.js";
import type { RequestContext } from "./request-context.js";
import type { Resource } from "./resource.js";

/** A person to be created: the id it will have, and the body of a POST. */
export interface UserDraft {
  id: string;
  body: unknown;
}

/** Creates people, each on its own: one outcome per draft, in their order. */
export async function createUsers(
  parts: DirectoryParts,
  context: RequestContext,
  drafts: readonly UserDraft[],
): Promise<(Resource | ScimError)[]> {
  const outcomes: (Resource | ScimError)[] = [];
  for (const { id, body } of drafts) {
    try {
      outcomes.push(await createResource(parts, context, "User", body, { id }));
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      outcomes.push(error);
    }
  }
  return outcomes;
}
