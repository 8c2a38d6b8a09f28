import type { Clock } from "../../platform/clock.js";
import type { ConnectionReport } from "../connector.js";
import { ConnectorError, type ConnectorErrorKind } from "../errors.js";
import type { CallContext } from "../operations.js";
import type { ApiCall, DingTalkClient } from "./client.js";
import { countContacts } from "./count-contacts.js";
import { hintsOf, refusalOf } from "./errors.js";
import { DINGTALK_ROOT_DEPARTMENT_ID } from "./settings.js";
import { acceptedGuard, departmentListGuard, scopesGuard, userCountGuard, userIdListGuard } from "./types.js";

const READ = { host: "old", method: "POST", subject: "department", write: false } as const;

const SCOPES_CALL = {
  host: "old",
  method: "GET",
  path: "/auth/scopes",
  subject: "connection",
  write: false,
  guard: scopesGuard,
} as const;

/** A call that tells whether a permission point is granted. */
interface Probe {
  permission: string;
  call: ApiCall<unknown>;
  /** The call names nobody, so an answer about its parameters shows that the permission check was passed. */
  nameless?: true;
}

/**
 * Tries a connection without writing: the credential, the authorised scope, each permission, the counts. The
 * permission to write is told by an update that names nobody, which DingTalk can only refuse. Trouble with
 * DingTalk becomes part of the report.
 * @throws only what is a fault of ours, never a ConnectorError
 */
export async function testConnection(
  deps: { client: DingTalkClient; clock: Clock; rootDepartmentId: string },
  context: CallContext,
): Promise<ConnectionReport> {
  const report: ConnectionReport = { ok: false, permissions: [], problems: [] };
  const probes = probesFor(deps.rootDepartmentId);

  const scopes = await attempt(deps.client.call(SCOPES_CALL, context));
  if (scopes.error) {
    // Without token or refused by address, every further call would only repeat the same complaint.
    note(report, scopes.error);
    report.permissions = probes.map(({ permission }) => ({ name: permission, state: "unknown" }));
    return report;
  }
  const { authed_dept: departmentRemoteIds, authed_user: userRemoteIds } = scopes.value.auth_org_scopes;
  const wholeCompany = departmentRemoteIds.includes(DINGTALK_ROOT_DEPARTMENT_ID);
  report.scope = { wholeCompany, departmentRemoteIds, userRemoteIds };

  for (const { permission, call, nameless } of probes) {
    const { error } = await attempt(deps.client.call(call, context));
    const state = stateAfter(error);
    const detail = error?.facts.remedy;
    report.permissions.push({
      name: permission,
      state,
      ...(state !== "granted" && detail !== undefined && { detail }),
    });
    if (error && !(nameless && state === "granted")) note(report, error);
  }
  report.ok = report.problems.length === 0;

  const readable = scopes.value.auth_user_field;
  if (readable) {
    // Useful for adopting existing members, but provisioning works without it.
    report.permissions.push({
      name: "auth_user_field.mobile",
      state: readable.includes("mobile") ? "granted" : "missing",
    });
  }
  if (report.ok) await addCounts(report, deps, context);
  return report;
}

function probesFor(rootDepartmentId: string): Probe[] {
  const dept_id = Number(rootDepartmentId);
  return [
    {
      permission: "qyapi_get_department_list",
      call: { ...READ, path: "/topapi/v2/department/listsub", body: { dept_id }, guard: departmentListGuard },
    },
    {
      permission: "qyapi_get_department_member",
      call: { ...READ, path: "/topapi/user/listid", body: { dept_id }, guard: userIdListGuard },
    },
    {
      permission: "qyapi_get_member",
      call: { ...READ, path: "/topapi/user/count", body: { only_active: false }, guard: userCountGuard },
    },
    {
      permission: "qyapi_get_member_by_mobile",
      call: { ...READ, path: "/topapi/v2/user/getbymobile", body: {}, guard: acceptedGuard },
      nameless: true,
    },
    {
      permission: "qyapi_manage_addresslist",
      call: { ...READ, path: "/topapi/v2/user/update", body: {}, guard: acceptedGuard },
      nameless: true,
    },
  ];
}

async function addCounts(
  report: ConnectionReport,
  deps: { client: DingTalkClient; clock: Clock; rootDepartmentId: string },
  context: CallContext,
): Promise<void> {
  const { value, error } = await attempt(countContacts(deps, context));
  if (error) {
    note(report, error);
    return;
  }
  report.counts = { departments: value.departments, people: value.people };
  if (!value.complete) {
    report.problems.push({
      code: "count-incomplete",
      message:
        "The contact book is too large to be counted in the time of a test: the counts are lower bounds.",
    });
  }
}

/** What an answer says about the permission: any complaint about content comes after the permission check. */
function stateAfter(error: ConnectorError | undefined): "granted" | "missing" | "unknown" {
  if (!error) return "granted";
  if (isMissingPermission(error)) return "missing";
  const contentKinds: ConnectorErrorKind[] = ["rejected", "not-found", "dependency-missing", "conflict"];
  return contentKinds.includes(error.kind) ? "granted" : "unknown";
}

function isMissingPermission(error: ConnectorError): boolean {
  return ["60011", "43007", "48002", "Forbidden.AccessDenied.AccessTokenPermissionDenied"].includes(
    error.facts.code,
  );
}

/** Adds a failure to the report, once for each code and set of named permissions. */
function note(report: ConnectionReport, error: ConnectorError): void {
  const refusal = refusalOf(error);
  const hints = refusal && hintsOf(refusal);
  if (hints?.address !== undefined) report.refusedAddress = hints.address;
  const names = (hints?.permissions ?? []).join(", ");
  const message = names === "" ? error.facts.message : `${error.facts.message} (${names})`;
  const { code, remedy, zh } = error.facts;
  if (report.problems.some((problem) => problem.code === code && problem.message === message)) return;
  report.problems.push({
    code,
    message,
    ...(remedy !== undefined && { remedy }),
    ...(zh && { zh: names === "" ? zh : { ...zh, message: `${zh.message}（${names}）` } }),
  });
}

async function attempt<T>(
  promise: Promise<T>,
): Promise<{ value: T; error?: undefined } | { value?: undefined; error: ConnectorError }> {
  try {
    return { value: await promise };
  } catch (error) {
    if (error instanceof ConnectorError) return { error };
    throw error;
  }
}
