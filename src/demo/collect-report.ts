import type { PathSummary, Simulator } from "../simulator/index.js";
import { compareRosters, listRepeatedCreations, listUnexplained } from "./comparison.js";
import { listDeliveries } from "./deliveries.js";
import { dingtalkRoster } from "./dingtalk-roster.js";
import type { GatewayClient } from "./gateway-client.js";
import { parseMetrics, type Sample, sumSamples } from "./metrics-page.js";
import type { AttemptCounts, IdleDelay, PathCalls, Report } from "./report.js";
import { asShownByDingTalk, companyRoster, scimRoster } from "./roster.js";
import type { Company } from "./sample-company.js";
import { listGroups, listUsers } from "./scim-directory.js";

/** DingTalk's codes for calls above a limit, of the app and of the whole platform. */
const THROTTLE_CODES = ["90018", "90002"];
const LOST_STATES = ["reset", "hung"];

/** Reads what all sides hold at this moment, compares them, and gathers the numbers of the run. */
export async function collectReport(
  gateway: GatewayClient,
  simulator: Pick<Simulator, "state" | "requests">,
  run: { company: Company; scimRequests: Report["scimRequests"]; idleDelay?: IdleDelay; elapsedMs: number },
): Promise<Report> {
  const users = await listUsers(gateway);
  const groups = await listGroups(gateway);
  const parked = await listDeliveries(gateway, ["parked"]);
  const samples = parseMetrics(await gateway.text("/metrics"));

  const company = companyRoster(run.company);
  const scim = scimRoster(users, groups, "externalId");
  const linked = scimRoster(users, groups, "remoteId");
  const contactBook = simulator.state();
  const dingtalk = dingtalkRoster(contactBook);
  return {
    company,
    scim,
    linked,
    dingtalk,
    differences: [
      ...compareRosters({ name: "the company's records", roster: company }, { name: "SCIM", roster: scim }),
      ...compareRosters(
        { name: "SCIM", roster: asShownByDingTalk(linked) },
        { name: "DingTalk", roster: dingtalk },
      ),
      ...groups.flatMap((group) =>
        group.remoteId === undefined
          ? [`Department "${group.displayName}" (${group.id}) has no ddtalkId.`]
          : [],
      ),
      ...listUnexplained(users),
      ...listRepeatedCreations(contactBook.history),
    ],
    calls: simulator.requests.summary().map(countCalls),
    attempts: countAttempts(samples),
    scimRequests: run.scimRequests,
    parked: parked.map(({ resourceName, resourceId, reason }) => ({
      name: resourceName ?? resourceId,
      reason: reason?.message ?? "no reason is given",
      ...(reason?.remedy === undefined ? {} : { remedy: reason.remedy }),
    })),
    ...(run.idleDelay === undefined ? {} : { idleDelay: run.idleDelay }),
    elapsedMs: run.elapsedMs,
  };
}

function countAttempts(samples: readonly Sample[]): AttemptCounts {
  const count = (labels: Record<string, string>): number =>
    sumSamples(samples, "delivery_attempt_duration_seconds_count", labels);
  return { total: count({}), retried: count({ outcome: "retry" }) };
}

function countCalls({ path, count, codes }: PathSummary): PathCalls {
  const sum = (names: readonly string[]): number =>
    names.reduce((total, name) => total + (codes[name] ?? 0), 0);
  return { path, calls: count, throttled: sum(THROTTLE_CODES), lost: sum(LOST_STATES) };
}
