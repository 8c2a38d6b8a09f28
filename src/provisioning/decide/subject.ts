import type { DeliveryState } from "../../outbox/delivery.js";
import type { JsonObject } from "../../scim/schema/attribute.js";

/** What a resource is at one connection, and what was last sent there. */
export interface Link {
  remoteId: string;
  /** The profile as it was last sent, field by field; the base of "send only what changed". */
  lastSent: JsonObject;
  /** An administrator decided that it stays although SCIM does not want it any more; until it is wanted again. */
  kept?: true;
  /** Since when SCIM does not want the person: inactive, or out of the scope. */
  unwantedSince?: Date;
  /** Whether we disabled the account because of that. */
  disabled?: true;
}

/** A record at the vendor that a resource without a link may be. */
export interface Proposal {
  id: string;
  state: "open" | "approved" | "rejected";
  strength: "certain" | "probable" | "weak";
  /** Whether another proposal has the same resource or the same record. */
  contested: boolean;
  remoteId: string;
  remoteName: string | null;
  /** Of a department: below which one it was found. */
  parentRemoteId: string | null;
  /** The witnesses that agree. */
  agree: string[];
  /** Digests of what was compared, see adoption/basis.ts. */
  basis: JsonObject;
}

/** A department or person that another resource refers to, as it stands at the connection. */
export interface Reference {
  resourceId: string;
  displayName: string;
  /** Its remote id, once it is linked. */
  remoteId?: string;
  /** Set on a department that is still a role at the vendor, and becomes a department when nobody holds that any more. */
  isRole?: true;
  /** Its delivery's state; absent where it has no delivery. */
  state?: DeliveryState;
  /** How often its delivery was settled; see `Awaited`. */
  settles: bigint | null;
}

/** Somebody whom a group names as its manager. */
export interface DepartmentManager extends Reference {
  /** Whether they were sent as a direct member of the department: others can not lead it at the vendor. */
  isDirectMember: boolean;
}

/** A user with everything that decides what the vendor should hold. */
export interface UserSubject {
  type: "User";
  id: string;
  /** Deleted in SCIM. */
  removed: boolean;
  attributes: JsonObject;
  link?: Link;
  /** Its remote ids at other connections, while it has no link at this one. */
  linkedElsewhere?: string[];
  /** What it may be, while it has no link. */
  proposals?: Proposal[];
  /** Departments inside the connection's scope that the user is a direct member of, oldest membership first. */
  departments: Reference[];
  /** Whether the user is a direct member of the connection's root group itself. */
  memberOfRoot: boolean;
  /** Departments of the user that lie outside the connection's scope. */
  outside: Reference[];
  /** Whether the connection has a scope and nothing of the user lies inside it. */
  onlyOutsideScope: boolean;
  /** The groups inside the scope that are to be roles and that the user is a direct member of; absent where none are to be. */
  roles?: Reference[];
  /** The manager when the value names a living user; absent when there is none or nobody of that name yet. */
  manager?: Reference;
}

/** A group with everything that decides what the vendor should hold. */
export interface DepartmentSubject {
  type: "Group";
  id: string;
  removed: boolean;
  attributes: JsonObject;
  /** `department`, or `group` for one that is no department. */
  kind: string;
  link?: Link;
  /** Its remote ids at other connections, while it has no link at this one. */
  linkedElsewhere?: string[];
  /** What it may be, while it has no link. */
  proposals?: Proposal[];
  /** The parent where it is known; absent for a top department. */
  parent?: Reference;
  /** The parent as the client named it while no group of that id or externalId exists. */
  unknownParent?: string;
  /** Whether this group is the connection's root group, which stands for the vendor's root department. */
  isRoot: boolean;
  /** Whether the parent is the connection's root group. */
  parentIsRoot: boolean;
  inScope: boolean;
  /** Resources that, as far as was sent, are still in or below this department at the vendor, or hold this role. */
  occupants: Reference[];
  /** Whom the group names as its managers, of those who exist. */
  managers: DepartmentManager[];
}

/** What a delivery is about. */
export type Subject = UserSubject | DepartmentSubject;
