import type { ConnectorSession, VendorCall } from "../../../src/connectors/connector.js";

/** What the contract needs of a vendor besides the connector: an administrator at its console, and trouble. */
export interface VendorUnderTest {
  session: ConnectorSession;
  rootId: string;
  /** Every call recorded since the start. */
  calls: VendorCall[];
  /** Makes a department at the vendor's console, without our stamp. */
  addDepartment(name: string, parentRemoteId: string): string;
  /** Adds a person at the vendor's console. */
  addPerson(remoteId: string, mobile: string, departmentRemoteId: string): void;
  /** Puts a person into one more department at the vendor's console. */
  addMembership(userRemoteId: string, departmentRemoteId: string): void;
  /** Makes a person at the vendor's console whose account belongs to the company, so that it can be disabled. */
  addCompanyAccount(userRemoteId: string): void;
  /** Who leads a department at the vendor. */
  leadersOf(departmentRemoteId: string): readonly string[];
  /** Makes a role in a group of roles at the vendor's console, and answers its remote id. */
  addRole(groupRemoteId: string, name: string): string;
  /** Who holds a role at the vendor. */
  holdersOf(roleRemoteId: string): readonly string[];
  /** A value that the vendor keeps of a person, by its field of `UserProfile`. */
  storedUserField(userRemoteId: string, field: "title" | "email" | "managerRemoteId"): string | undefined;
  /** Whether the vendor passes over an attempt to clear a text. */
  keepsTexts?: boolean;
  /** The next create of this kind takes effect and its answer is lost. */
  loseNextCreate(kind: "user" | "department" | "role"): void;
  /** The next create of this kind is answered with "too many calls". */
  throttleNextCreate(kind: "user" | "department"): void;
  close(): Promise<void>;
}
