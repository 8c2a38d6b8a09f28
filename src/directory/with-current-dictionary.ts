import type { Dictionary } from "../dictionary/dictionary.js";
import { DictionaryChangedError } from "../persistence/database.js";
import type { RequestContext } from "./request-context.js";

/** Changes of a dictionary come seconds apart at least; more than this many in the way of one write is our mistake. */
const TRIES = 4;

/**
 * Runs a write that is refused when the dictionary changed after the schemas for it were read, and then begins anew
 * with the new ones. So nothing is ever stored under a field that is gone, or past a rule that is in force.
 */
export async function withCurrentDictionary<Result>(
  dictionary: Dictionary,
  context: RequestContext,
  work: (context: RequestContext) => Promise<Result>,
): Promise<Result> {
  const { tenantId, actor, correlationId, dialect } = context;
  for (let tries = 1; ; tries += 1) {
    // The schemas that the work reads are of this revision or of a later one, and a later one is refused as well.
    const { revision } = await dictionary.of(tenantId);
    try {
      return await work({ tenantId, actor, correlationId, dialect, dictionaryRevision: revision });
    } catch (error) {
      if (!(error instanceof DictionaryChangedError) || tries === TRIES) throw error;
      dictionary.forget(tenantId);
    }
  }
}
