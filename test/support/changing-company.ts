import type { StateDump } from "../../src/simulator/index.js";
import type { createPatientClient } from "./patient-client.js";

type Client = ReturnType<typeof createPatientClient>;

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ORGANIZATION = "urn:ietf:params:scim:schemas:extension:organization:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

interface Department {
  id: string;
  name: string;
  parent: string | null;
}

interface Person {
  id: string;
  name: string;
  departments: Set<string>;
  manager: string | null;
}

/** What the contact book must hold: paths of departments, and people by mobile. */
export interface Expected {
  departments: string[];
  people: Record<string, { name: string; departments: string[]; manager: string | null }>;
}

/** A company that an identity provider changes step by step, remembering what it was told. */
export function createChangingCompany(client: Client) {
  const departments = new Map<string, Department>();
  const people = new Map<string, Person>();

  async function patch(path: string, Operations: unknown[]): Promise<void> {
    const { status, body } = await client.send("PATCH", path, { schemas: [PATCH], Operations });
    if (status >= 300) throw new Error(`PATCH ${path}: ${status} ${JSON.stringify(body)}`);
  }

  const department = (key: string) => need(departments.get(key));
  const person = (mobile: string) => need(people.get(mobile));
  const pathOf = (key: string | null): string =>
    key === null ? "" : [pathOf(department(key).parent), department(key).name].filter(Boolean).join("/");

  return {
    async addDepartment(key: string, name: string, parent: string | null): Promise<void> {
      const id = await client.create("Groups", {
        schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group", ORGANIZATION],
        externalId: key,
        displayName: name,
        ...(parent === null ? {} : { [ORGANIZATION]: { parent: { value: department(parent).id } } }),
      });
      departments.set(key, { id, name, parent });
    },
    async addPerson(mobile: string, name: string, member: string, manager: string | null): Promise<void> {
      const id = await client.create("Users", {
        schemas: ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        externalId: mobile,
        userName: `u${mobile}`,
        displayName: name,
        phoneNumbers: [{ type: "mobile", value: mobile }],
        ...(manager === null ? {} : { [ENTERPRISE]: { manager: { value: person(manager).id } } }),
      });
      people.set(mobile, { id, name, departments: new Set(), manager });
      await this.join(mobile, member);
    },
    async join(mobile: string, key: string): Promise<void> {
      const value = [{ value: person(mobile).id }];
      await patch(`/scim/v2/Groups/${department(key).id}`, [{ op: "add", path: "members", value }]);
      person(mobile).departments.add(key);
    },
    async leave(mobile: string, key: string): Promise<void> {
      const path = `members[value eq "${person(mobile).id}"]`;
      await patch(`/scim/v2/Groups/${department(key).id}`, [{ op: "remove", path }]);
      person(mobile).departments.delete(key);
    },
    async rename(mobile: string, name: string): Promise<void> {
      await patch(`/scim/v2/Users/${person(mobile).id}`, [
        { op: "replace", path: "displayName", value: name },
      ]);
      person(mobile).name = name;
    },
    async moveDepartment(key: string, parent: string): Promise<void> {
      const value = department(parent).id;
      await patch(`/scim/v2/Groups/${department(key).id}`, [
        { op: "replace", path: `${ORGANIZATION}:parent`, value: { value } },
      ]);
      department(key).parent = parent;
    },
    async removePerson(mobile: string): Promise<void> {
      await client.send("DELETE", `/scim/v2/Users/${person(mobile).id}`);
      people.delete(mobile);
      for (const other of people.values()) if (other.manager === mobile) other.manager = null;
    },
    /** What the contact book must hold in the end. */
    expected(): Expected {
      const held = [...people].map(([mobile, one]) => {
        const paths = [...one.departments].map(pathOf).sort();
        return [mobile, { name: one.name, departments: paths, manager: one.manager }] as const;
      });
      return {
        departments: [...departments.keys()].map(pathOf).sort(),
        people: Object.fromEntries(held.sort()),
      };
    },
  };
}

/** The contact book in the terms of {@link Expected}. */
export function describeContactBook(state: StateDump): Expected {
  const paths = new Map(state.departments.map((one) => [one.dept_id, one.path]));
  const mobiles = new Map(state.users.map((user) => [user.userid, user.mobile]));
  const people = state.users.map((user) => {
    const departments = user.dept_id_list.map((id) => need(paths.get(id))).sort();
    const manager = user.manager_userid === null ? null : need(mobiles.get(user.manager_userid));
    return [user.mobile, { name: user.name, departments, manager }] as const;
  });
  return {
    departments: [...paths.values()].filter((path) => path !== "").sort(),
    people: Object.fromEntries(people.sort()),
  };
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the test's own company does not add up");
  return value;
}
