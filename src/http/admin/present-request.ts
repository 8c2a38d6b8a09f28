import type { LoggedRequest, RequestSummary } from "../../request-log/request-log.js";
import { judgeProfile } from "../../scim/dialect/judge-profile.js";
import { QUIRKS, type Quirk } from "../../scim/dialect/quirks.js";

/** A request in the list: without its body. */
export function presentRequestBrief(request: LoggedRequest) {
  return {
    id: request.id,
    at: request.at.toISOString(),
    clientId: request.clientId,
    method: request.method,
    path: request.path,
    route: request.route,
    status: request.status,
    durationMs: request.durationMs,
    scimType: request.scimType,
    detail: request.detail,
    profile: request.profile,
    recognisedProfile: request.recognised,
    quirks: request.quirks,
    ignoredAttributes: request.ignored,
    resourceType: request.resourceType,
    resourceId: request.resourceId,
    correlationId: request.correlationId,
    userAgent: request.userAgent,
  };
}

/** A request with its masked body, and its quirks explained. */
export function presentRequest(request: LoggedRequest) {
  return {
    ...presentRequestBrief(request),
    quirksExplained: request.quirks.map((quirk) => ({ quirk, description: describeQuirk(quirk) })),
    body: request.body === null ? null : JSON.parse(request.body),
  };
}

/** What a client's recent requests say about its dialect, and what each profile would have refused of them. */
export function presentDialect(client: { clientId: string; profile: string }, summary: RequestSummary) {
  const quirks = summary.quirks.map(({ name }) => name).filter(isQuirk);
  const judgement = judgeProfile(summary.recognised, quirks);
  return {
    clientId: client.clientId,
    profile: client.profile,
    requests: summary.requests,
    recognisedProfile: judgement.recognised,
    wouldRefuse: judgement.wouldRefuse,
    profiles: summary.recognised.map(presentCount),
    quirks: summary.quirks.map((count) => ({
      ...presentCount(count),
      description: describeQuirk(count.name),
      profiles: isQuirk(count.name) ? ["auto", ...QUIRKS[count.name].profiles] : [],
    })),
    ignoredAttributes: summary.ignored.map(presentCount),
  };
}

function presentCount({ name, requests, lastAt }: RequestSummary["quirks"][number]) {
  return { name, requests, lastAt: lastAt.toISOString() };
}

/** A quirk of an earlier version may have no description any more. */
function describeQuirk(name: string): string {
  return isQuirk(name) ? QUIRKS[name].description : name;
}

function isQuirk(name: string): name is Quirk {
  return Object.hasOwn(QUIRKS, name);
}
