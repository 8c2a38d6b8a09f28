import type { VendorCall } from "../../../src/connectors/connector.js";
import type { RemoteDepartment, RemoteUser } from "../../../src/connectors/operations.js";
import type { UserProfile } from "../../../src/connectors/profiles.js";
import type { VendorUnderTest } from "./vendor-under-test.js";

/** What the only caller of a test was told of; emptied before each. */
export const told: VendorCall[] = [];

/** The caller of all tests. */
export const context = { correlationId: "req-1", onCall: (call: VendorCall) => void told.push(call) };

/** Fields that the app may read where a test says nothing else. */
export const everyField: readonly (keyof UserProfile)[] = ["mobile", "email", "workPlace", "remark"];

/** The vendor of the present test, and the words in which the tests write to it. */
export interface ContractWords {
  vendor: VendorUnderTest;
  /** Creates a department, below the root where no parent is named, and answers its remote id. */
  createDepartment(name: string, parentRemoteId?: string, sourceId?: string): Promise<string>;
  createUser(remoteId: string, profile?: Partial<UserProfile>): Promise<unknown>;
  getUser(remoteId: string): Promise<RemoteUser | undefined>;
  getDepartment(remoteId: string): Promise<RemoteDepartment | undefined>;
}

/** The words for a vendor that each test puts in the place of the one before. */
export function contractWords(vendor: VendorUnderTest): ContractWords {
  return {
    vendor,
    async createDepartment(name, parentRemoteId = vendor.rootId, sourceId = `src-${name}`) {
      const profile = { name, parentRemoteId, sourceId };
      return (await vendor.session.departments.create({ ...context, profile })).remoteId;
    },
    createUser(remoteId, profile = {}) {
      const whole = { ...person(remoteId, vendor.rootId), ...profile };
      return vendor.session.users.create({ ...context, remoteId, profile: whole });
    },
    getUser: (remoteId) => vendor.session.users.get({ ...context, remoteId }),
    getDepartment: (remoteId) => vendor.session.departments.get({ ...context, remoteId }),
  };
}

let lastMobile = 13_700_000_000;

/** A person in one department, with a mobile number that nobody else has. */
export function person(remoteId: string, departmentRemoteId: string): UserProfile {
  lastMobile += 1;
  const name = remoteId === "u1" ? "李娜" : `人${remoteId}`;
  return { name, mobile: String(lastMobile), departmentRemoteIds: [departmentRemoteId] };
}
