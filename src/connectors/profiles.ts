/** A department as it should be at the vendor. */
export interface DepartmentProfile {
  name: string;
  /** Remote id of the parent department. */
  parentRemoteId: string;
  /** Position among its siblings, smaller first. */
  order?: number;
  /** Our own id, stamped on the department so that a lost answer can be found again. */
  sourceId: string;
  /** Remote ids of those who lead it. Only direct members can, so a create sets none. */
  managerRemoteIds?: string[];
}

/** A role as it should be at the vendor. Who holds it is said of the people (`UserProfile.roleRemoteIds`). */
export interface RoleProfile {
  name: string;
  /** The name of the group of roles that it is made in. */
  roleGroup: string;
}

/** A person as they should be at the vendor. A field that is absent is not set. */
export interface UserProfile {
  name: string;
  mobile?: string;
  /** Whether the number is hidden from colleagues. */
  hideMobile?: boolean;
  email?: string;
  /** The address of a mailbox that the vendor runs for the company. */
  orgEmail?: string;
  title?: string;
  jobNumber?: string;
  telephone?: string;
  workPlace?: string;
  remark?: string;
  /** Unix time in milliseconds of the first working day. */
  hiredDate?: number;
  /** Whether the person is among those whom not everybody may call or write to. */
  seniorMode?: boolean;
  /** The language of the person's account, in the vendor's spelling. */
  language?: string;
  /** The vendor's custom fields that are ours, by their name there; fields of others stay as they are. */
  customFields?: Record<string, string>;
  managerRemoteId?: string;
  /** Remote ids of all departments the person belongs to because of us; at least one, the main department first. */
  departmentRemoteIds: string[];
  /**
   * Remote ids of the roles that the person holds because of us. No create or update of a person writes them:
   * `RoleOperations.assign` and `withdraw` do. Absent: it is not for us to say.
   */
  roleRemoteIds?: string[];
  /** The person's job in each of these departments; where it is given, exactly one of them is the main one. */
  positions?: DepartmentPosition[];
  /** The person's place in the list of a department. */
  departmentOrders?: DepartmentOrder[];
  /** Absent for an ordinary member, whose account is their own. What was created as one kind stays of that kind. */
  account?: CompanyAccount;
}

/** A person's job in one department. */
export interface DepartmentPosition {
  departmentRemoteId: string;
  title?: string;
  isMain: boolean;
}

/** A person's place in the list of one department, as digits: vendors use more of them than a number holds. */
export interface DepartmentOrder {
  departmentRemoteId: string;
  order: string;
}

/** An account that belongs to the company (at DingTalk: enterprise account): it needs no mobile number. */
export interface CompanyAccount {
  /** `sso`: sign-in at the company's own identity provider; `vendor`: with a name and a password kept there. */
  signIn: "sso" | "vendor";
  /** The name the person signs in with; required where the vendor keeps the password. */
  loginId?: string;
}

/** Where the first password of a company account comes from, and whether the vendor sends it to the person. */
export interface FirstPassword {
  /** `default`: the one in the connection's settings; `generated`: a random one for each person. */
  from: "default" | "generated";
  send: boolean;
}

/** What a vendor takes in one field of a person. */
export interface FieldLimit {
  field: keyof UserProfile | "positions.title" | "account.loginId";
  /** Of a text, in UTF-16 code units. */
  maxLength?: number;
  /** What a text looks like, where the vendor checks that. */
  form?: RegExp;
  /** The smallest number. */
  min?: number;
}

/** Fields to write: a value sets the field, `null` clears it, an absent key leaves it alone. */
export type Changes<P> = { [K in keyof P]?: P[K] | null };

/**
 * What the vendor holds of a record, in the words of a profile: a value, or `null` where the field is known to be
 * empty. An absent key says nothing: no call shows the field, or it is not for us to see. Absent is not empty.
 */
export type Contents<P> = { [K in keyof P]?: P[K] | null };
