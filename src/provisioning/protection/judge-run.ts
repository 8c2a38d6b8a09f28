import type { Database } from "../../persistence/database.js";
import type { Policy } from "../connections/policy.js";
import { reasonFor } from "../reasons.js";
import { tellOnce } from "./guard-removal.js";
import type { Loss } from "./losses.js";
import { allowedLosses, limitFor, windowStart } from "./protection-rules.js";
import { countLinked, lockRemovals, storeRemoval, tallyRemovals } from "./removal-store.js";

/** What a run is about to remove. */
export interface RunRemovals {
  tenantId: string;
  connectionId: string;
  runId: string;
  correlationId: string;
  policy: Pick<Policy, "deletionProtection">;
  losses: readonly Loss[];
  now: Date;
}

/** No unit of its own: everything that was counted counts. */
const NONE = "00000000-0000-0000-0000-000000000000";

/**
 * Judges the removals of a run before the first is ordered: people and departments each pass as a whole, or all of them
 * are held when their deliveries come. What a run finds at one look is known at one look, so none of it has to be
 * removed before too much is noticed.
 */
export async function judgeRun(database: Database, run: RunRemovals): Promise<void> {
  const rules = run.policy.deletionProtection;
  if (!rules.enabled || run.losses.length === 0) return;
  const { tenantId, connectionId, runId, now } = run;
  await database.transaction(async (tx) => {
    await lockRemovals(tx, connectionId);
    for (const kind of ["user", "department"] as const) {
      const losses = run.losses.filter((loss) => loss.kind === kind);
      if (losses.length === 0) continue;
      const key = { tenantId, connectionId, resourceId: NONE };
      const start = windowStart(rules, now);
      const tally = await tallyRemovals(tx, key, { kind, unitId: NONE }, { start, runId });
      const present = (await countLinked(tx, key, kind)) + tally.gone;
      const allowed = allowedLosses(limitFor(rules, kind), present);
      if (tally.inWindow + losses.length <= allowed) continue;
      const reason = reasonFor("run-protection", {
        what: kind === "user" ? { en: "people", zh: "人员" } : { en: "departments", zh: "部门" },
        planned: String(losses.length),
        counted: String(tally.inWindow),
        hours: String(rules.windowHours),
        allowed: String(allowed),
      });
      for (const loss of losses) {
        const resource = { tenantId, connectionId, resourceId: loss.unitId };
        const [row] = await tx.query<{ version: string }>(
          "select version from resource where tenant_id = $1 and id = $2",
          [tenantId, loss.unitId],
        );
        const version = BigInt(row?.version ?? 0);
        await storeRemoval(tx, resource, loss, { state: "held", version, at: now, runId, reason });
      }
      const numbers = { planned: losses.length, counted: tally.inWindow, allowed, present };
      await tellOnce(tx, { ...run, delivery: run }, { reason, numbers });
    }
  });
}
