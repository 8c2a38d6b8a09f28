import type { AuthorisedScope, ConnectorSession } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { CallContext, MemberPage, RemoteRecord, RemoteRole } from "../../connectors/operations.js";
import type { DepartmentProfile, UserProfile } from "../../connectors/profiles.js";
import type { Clock } from "../../platform/clock.js";

/** Tries of one read before it counts as not readable, and the longest wait between two, in milliseconds. */
const TRIES = 6;
const LONGEST_WAIT_MS = 60_000;

/** Reads of a vendor for one run: trouble that passes is waited for. Every method throws ConnectorError. */
export interface VendorReader {
  scope(): Promise<AuthorisedScope>;
  children(departmentRemoteId: string): Promise<string[]>;
  department(remoteId: string): Promise<RemoteRecord<DepartmentProfile> | undefined>;
  role(remoteId: string): Promise<RemoteRole | undefined>;
  members(departmentRemoteId: string, cursor: string | undefined): Promise<MemberPage>;
  person(remoteId: string): Promise<RemoteRecord<UserProfile> | undefined>;
}

/** Makes a reader. `scope` is to be called first: it decides which fields count as readable. */
export function createVendorReader(
  session: ConnectorSession,
  deps: { clock: Clock; context: CallContext },
): VendorReader {
  const { clock, context } = deps;
  let granted: readonly (keyof UserProfile)[] = [];

  async function patiently<T>(read: () => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried++) {
      try {
        return await read();
      } catch (error) {
        if (!passes(error) || tried >= TRIES || context.signal?.aborted) throw error;
        const pause = Math.max(1_000 * 2 ** (tried - 1), error.facts.retryAfterMs ?? 0);
        await clock.sleep(Math.min(LONGEST_WAIT_MS, pause), context.signal);
      }
    }
  }

  return {
    async scope() {
      const scope = await patiently(() => session.readScope(context));
      granted = scope.userFields;
      return scope;
    },
    children: (parentRemoteId) =>
      patiently(() => session.departments.listChildren({ ...context, parentRemoteId })),
    department: (remoteId) => patiently(() => session.departments.read({ ...context, remoteId })),
    role: (remoteId) => patiently(() => session.roles.get({ ...context, remoteId })),
    members: (departmentRemoteId, cursor) =>
      patiently(() =>
        session.users.listMembers({
          ...context,
          departmentRemoteId,
          granted,
          ...(cursor !== undefined && { cursor }),
        }),
      ),
    person: (remoteId) => patiently(() => session.users.read({ ...context, remoteId, granted })),
  };
}

function passes(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && (error.kind === "transient" || error.kind === "throttled");
}
