import { describe, expect, it } from "vitest";
import type { VendorCall } from "../../../src/connectors/connector.js";
import { ConnectorError, ConnectorSettingsError } from "../../../src/connectors/errors.js";
import {
  createMemoryConnector,
  createMemoryDirectory,
  type MemoryFault,
} from "../../../src/connectors/memory/index.js";
import { createPacer } from "../../../src/connectors/pacer.js";
import { roleRemoteId } from "../../../src/connectors/role-id.js";
import { systemClock } from "../../../src/platform/clock.js";
import { describeConnector } from "../conformance.js";

describeConnector("memory", async () => {
  const directory = createMemoryDirectory();
  const connector = createMemoryConnector(directory);
  const calls: VendorCall[] = [];
  const session = connector.open(connector.parseSettings({ corpId: "corp" }), {
    clock: systemClock,
    pacer: createPacer({ clock: systemClock, ratePerSecond: 10_000 }),
    onCall: (call) => calls.push(call),
  });
  const createOf = (kind: "user" | "department" | "role"): MemoryFault["operation"] => `${kind}s.create`;
  return {
    session,
    rootId: "1",
    calls,
    addDepartment(name, parentRemoteId) {
      const remoteId = directory.nextId("a-source");
      directory.departments.set(remoteId, { remoteId, name, parentRemoteId });
      return remoteId;
    },
    addPerson(remoteId, mobile, departmentRemoteId) {
      const departmentRemoteIds = [departmentRemoteId];
      directory.users.set(remoteId, { remoteId, name: remoteId, mobile, departmentRemoteIds });
    },
    addMembership(userRemoteId, departmentRemoteId) {
      directory.users.get(userRemoteId)?.departmentRemoteIds.push(departmentRemoteId);
    },
    addCompanyAccount(remoteId) {
      const person = { remoteId, name: "企业账号", mobile: "", departmentRemoteIds: ["1"], enabled: true };
      directory.users.set(remoteId, person);
    },
    leadersOf: (remoteId) => directory.departments.get(remoteId)?.managerRemoteIds ?? [],
    addRole(groupRemoteId, roleName) {
      const remoteId = roleRemoteId(directory.nextId(roleName));
      directory.roles.set(remoteId, { remoteId, name: roleName, groupRemoteId, holders: new Set() });
      return remoteId;
    },
    holdersOf: (remoteId) => [...(directory.roles.get(remoteId)?.holders ?? [])],
    storedUserField: (userRemoteId, field) => directory.users.get(userRemoteId)?.[field],
    loseNextCreate(kind) {
      const facts = { code: "reset", message: "The answer was lost.", mayHaveApplied: true };
      directory.faults.push({
        operation: createOf(kind),
        error: new ConnectorError("transient", facts),
        applied: true,
      });
    },
    throttleNextCreate(kind) {
      const facts = { code: "slow", message: "Too many calls.", retryAfterMs: 1_000 };
      directory.faults.push({ operation: createOf(kind), error: new ConnectorError("throttled", facts) });
    },
    close: () => session.close(),
  };
});

describe("the memory connector's settings", () => {
  it("need a corp id", () => {
    const connector = createMemoryConnector(createMemoryDirectory());
    expect(() => connector.parseSettings({ corpId: "  " })).toThrow(ConnectorSettingsError);
    expect(connector.parseSettings({ corpId: " c " }).plain).toEqual({ corpId: "c", rootDepartmentId: "1" });
  });
});
