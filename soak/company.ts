import type { Directory } from "../src/directory/directory.js";
import type { RequestContext } from "../src/directory/request-context.js";
import type { JsonObject } from "../src/scim/schema/attribute.js";
import { ENTERPRISE_USER_URN, GROUP_URN, ORGANIZATION_GROUP_URN, USER_URN } from "../src/scim/schema/urns.js";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const nothing = { members: false, groups: false, provisioning: false };

/** A department as SCIM was told to have it. */
export interface CompanyDepartment {
  readonly id: string;
  name: string;
  /** Id of the department above; undefined for one at the top. */
  parent: string | undefined;
  /** Ids of those who are to lead it. */
  readonly managers: Set<string>;
}

/** A group that is a role, as SCIM was told to have it. */
export interface CompanyRole {
  readonly id: string;
  name: string;
  /** Ids of those who are to hold it. */
  readonly holders: Set<string>;
}

/** A person as SCIM was told to have them. */
export interface CompanyPerson {
  readonly id: string;
  readonly userName: string;
  /** Every mobile number they ever had; the last is the one they have. */
  readonly mobiles: [string, ...string[]];
  name: string;
  title: string | undefined;
  active: boolean;
  /** Ids of their departments. */
  readonly departments: Set<string>;
  /** Id of the manager. */
  manager: string | undefined;
}

/** A company that an identity provider changes, and what it should look like, in plain terms. */
export interface Company {
  readonly departments: readonly CompanyDepartment[];
  readonly people: readonly CompanyPerson[];
  readonly roles: readonly CompanyRole[];
  /** How many roles there ever were. */
  readonly rolesMade: number;
  /** Every person that there ever was, by SCIM id, and every department that was removed. */
  readonly everyone: ReadonlyMap<string, CompanyPerson>;
  readonly removedPeople: ReadonlySet<string>;
  /** How often a person became inactive, by SCIM id. */
  readonly deactivations: ReadonlyMap<string, number>;
  readonly removedDepartments: ReadonlySet<string>;
  addDepartment(name: string, parent: CompanyDepartment | undefined): Promise<CompanyDepartment>;
  renameDepartment(department: CompanyDepartment, name: string): Promise<void>;
  moveDepartment(department: CompanyDepartment, parent: CompanyDepartment | undefined): Promise<void>;
  removeDepartment(department: CompanyDepartment): Promise<void>;
  /** Whether `department` is `top` or below it. */
  isBelow(department: CompanyDepartment | undefined, top: CompanyDepartment): boolean;
  addPerson(name: string, mobile: string): Promise<CompanyPerson>;
  renamePerson(person: CompanyPerson, name: string): Promise<void>;
  retitle(person: CompanyPerson, title: string | undefined): Promise<void>;
  setActive(person: CompanyPerson, active: boolean): Promise<void>;
  manage(person: CompanyPerson, manager: CompanyPerson | undefined): Promise<void>;
  /** Gives a person another mobile number. */
  renumber(person: CompanyPerson, mobile: string): Promise<void>;
  /** Makes somebody lead a department, or not lead it any more. */
  setLeader(department: CompanyDepartment, person: CompanyPerson, leads: boolean): Promise<void>;
  removePerson(person: CompanyPerson): Promise<void>;
  join(person: CompanyPerson, department: CompanyDepartment): Promise<void>;
  leave(person: CompanyPerson, department: CompanyDepartment): Promise<void>;
  addRole(name: string): Promise<CompanyRole>;
  renameRole(role: CompanyRole, name: string): Promise<void>;
  removeRole(role: CompanyRole): Promise<void>;
  /** Makes somebody hold a role, or not hold it any more. */
  setHolder(role: CompanyRole, person: CompanyPerson, holds: boolean): Promise<void>;
}

/** Makes an empty company over a directory without users and groups. */
export function createCompany(directory: Directory, context: RequestContext): Company {
  const departments: CompanyDepartment[] = [];
  const people: CompanyPerson[] = [];
  const roles: CompanyRole[] = [];
  let rolesMade = 0;
  const everyone = new Map<string, CompanyPerson>();
  const removedPeople = new Set<string>();
  const removedDepartments = new Set<string>();
  const deactivations = new Map<string, number>();

  const patch = async (type: "User" | "Group", id: string, ...Operations: JsonObject[]) => {
    await directory.patch(context, type, id, { schemas: [PATCH], Operations }, { needs: nothing });
  };
  const byId = (id: string | undefined) => departments.find((department) => department.id === id);

  const company: Company = {
    departments,
    people,
    roles,
    get rolesMade() {
      return rolesMade;
    },
    everyone,
    removedPeople,
    removedDepartments,
    deactivations,

    async addDepartment(name, parent) {
      const organization =
        parent === undefined ? {} : { [ORGANIZATION_GROUP_URN]: { parent: { value: parent.id } } };
      const body = { schemas: [GROUP_URN, ORGANIZATION_GROUP_URN], displayName: name, ...organization };
      const { id } = await directory.create(context, "Group", body);
      const department = { id, name, parent: parent?.id, managers: new Set<string>() };
      departments.push(department);
      return department;
    },
    async renameDepartment(department, name) {
      department.name = name;
      await patch("Group", department.id, { op: "replace", path: "displayName", value: name });
    },
    async moveDepartment(department, parent) {
      department.parent = parent?.id;
      const path = `${ORGANIZATION_GROUP_URN}:parent`;
      await patch(
        "Group",
        department.id,
        parent === undefined ? { op: "remove", path } : { op: "replace", path, value: { value: parent.id } },
      );
    },
    async removeDepartment(department) {
      departments.splice(departments.indexOf(department), 1);
      removedDepartments.add(department.id);
      for (const child of departments) if (child.parent === department.id) child.parent = undefined;
      for (const person of people) person.departments.delete(department.id);
      await directory.remove(context, "Group", department.id);
    },
    isBelow(department, top) {
      for (let one = department; one !== undefined; one = byId(one.parent)) if (one === top) return true;
      return false;
    },

    async addPerson(name, mobile) {
      const phoneNumbers = [{ type: "mobile", value: mobile }];
      const userName = `${mobile}-${everyone.size}`;
      const body = { schemas: [USER_URN, ENTERPRISE_USER_URN], userName, displayName: name, phoneNumbers };
      const { id } = await directory.create(context, "User", body);
      const person: CompanyPerson = {
        id,
        userName,
        mobiles: [mobile],
        name,
        title: undefined,
        active: true,
        departments: new Set(),
        manager: undefined,
      };
      people.push(person);
      everyone.set(id, person);
      return person;
    },
    async renamePerson(person, name) {
      person.name = name;
      await patch("User", person.id, { op: "replace", path: "displayName", value: name });
    },
    async retitle(person, title) {
      person.title = title;
      await patch(
        "User",
        person.id,
        title === undefined
          ? { op: "remove", path: "title" }
          : { op: "replace", path: "title", value: title },
      );
    },
    async setActive(person, active) {
      person.active = active;
      if (!active) deactivations.set(person.id, (deactivations.get(person.id) ?? 0) + 1);
      await patch("User", person.id, { op: "replace", path: "active", value: active });
    },
    async manage(person, manager) {
      person.manager = manager?.id;
      const path = `${ENTERPRISE_USER_URN}:manager`;
      await patch(
        "User",
        person.id,
        manager === undefined
          ? { op: "remove", path }
          : { op: "replace", path, value: { value: manager.id } },
      );
    },
    async renumber(person, mobile) {
      person.mobiles.push(mobile);
      const value = [{ type: "mobile", value: mobile }];
      await patch("User", person.id, { op: "replace", path: "phoneNumbers", value });
    },
    async setLeader(department, person, leads) {
      if (leads) department.managers.add(person.id);
      else department.managers.delete(person.id);
      const path = `${ORGANIZATION_GROUP_URN}:managers`;
      await patch(
        "Group",
        department.id,
        leads
          ? { op: "add", path, value: [{ value: person.id }] }
          : { op: "remove", path: `${path}[value eq "${person.id}"]` },
      );
    },
    async removePerson(person) {
      people.splice(people.indexOf(person), 1);
      removedPeople.add(person.id);
      for (const role of roles) role.holders.delete(person.id);
      for (const report of people) if (report.manager === person.id) report.manager = undefined;
      await directory.remove(context, "User", person.id);
    },
    async join(person, department) {
      person.departments.add(department.id);
      await patch("Group", department.id, { op: "add", path: "members", value: [{ value: person.id }] });
    },
    async leave(person, department) {
      person.departments.delete(department.id);
      await patch("Group", department.id, { op: "remove", path: `members[value eq "${person.id}"]` });
    },

    async addRole(name) {
      const kind = { [ORGANIZATION_GROUP_URN]: { kind: "group" } };
      const body = { schemas: [GROUP_URN, ORGANIZATION_GROUP_URN], displayName: name, ...kind };
      const { id } = await directory.create(context, "Group", body);
      const role = { id, name, holders: new Set<string>() };
      roles.push(role);
      rolesMade += 1;
      return role;
    },
    async renameRole(role, name) {
      role.name = name;
      await patch("Group", role.id, { op: "replace", path: "displayName", value: name });
    },
    async removeRole(role) {
      roles.splice(roles.indexOf(role), 1);
      await directory.remove(context, "Group", role.id);
    },
    async setHolder(role, person, holds) {
      if (holds) role.holders.add(person.id);
      else role.holders.delete(person.id);
      const member = [{ value: person.id }];
      const path = holds ? "members" : `members[value eq "${person.id}"]`;
      await patch("Group", role.id, holds ? { op: "add", path, value: member } : { op: "remove", path });
    },
  };
  return company;
}
