import type { Connector, ConnectorDeps } from "../connector.js";
import { ConnectorSettingsError } from "../errors.js";
import { createMemoryDepartments } from "./departments.js";
import type { MemoryDirectory } from "./directory.js";
import { createPerformCall } from "./perform.js";
import { createMemoryDepartmentReads, createMemoryUserReads } from "./reads.js";
import { type MemoryOperations, rehearsedOperations } from "./rehearsal.js";
import { createMemoryRoles } from "./roles.js";
import { createMemoryUsers } from "./users.js";

export { createMemoryDirectory, type MemoryDirectory, type MemoryFault } from "./directory.js";

/**
 * A vendor without network: the reference for what a connector does, and the vendor of fast tests. Every session
 * works on the given directory. Settings: `corpId`, and `rootDepartmentId` (default "1").
 */
export function createMemoryConnector(directory: MemoryDirectory): Connector {
  return {
    descriptor: {
      id: "memory",
      displayName: { en: "Memory", zh: "内存" },
      corpSetting: "corpId",
      secretSettings: [],
      destinationSettings: [],
      idField: { user: "ddAccountId", group: "ddtalkId" },
      defaultRootDepartmentId: "1",
      userLimits: [{ field: "title", maxLength: 200 }],
      maxDepartments: { create: 100, update: 300 },
      departmentName: { forbidden: ["-", ",", "，"], maxLength: 64 },
      roleName: { forbidden: [], maxLength: 64 },
    },
    parseSettings(input) {
      const corpId = textOf(input["corpId"]);
      if (corpId === undefined) throw new ConnectorSettingsError("corpId", "is required");
      return { plain: { corpId, rootDepartmentId: textOf(input["rootDepartmentId"]) ?? "1" }, secret: {} };
    },
    open(_settings, deps) {
      const { rehearsal } = deps;
      const operations =
        rehearsal === undefined
          ? operationsOn(directory, deps)
          : rehearsedOperations(directory, { ...deps, rehearsal }, operationsOn);
      return {
        get departments() {
          return operations.departments;
        },
        get users() {
          return operations.users;
        },
        get roles() {
          return operations.roles;
        },
        readScope: (context) => operations.readScope(context),
        test: async () => ({
          ok: true,
          permissions: [],
          scope: { wholeCompany: true, departmentRemoteIds: ["1"], userRemoteIds: [] },
          counts: { departments: directory.departments.size - 1, people: directory.users.size },
          problems: [],
        }),
        close: async () => undefined,
      };
    },
  };
}

function operationsOn(directory: MemoryDirectory, deps: ConnectorDeps): MemoryOperations {
  const perform = createPerformCall(directory, deps);
  return {
    departments: {
      ...createMemoryDepartments(directory, perform),
      ...createMemoryDepartmentReads(directory, perform),
    },
    users: { ...createMemoryUsers(directory, perform), ...createMemoryUserReads(directory, perform) },
    roles: createMemoryRoles(directory, perform),
    readScope: (context) => perform("readScope", context, undefined, () => directory.scope),
  };
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
}
