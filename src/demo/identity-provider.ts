import { z } from "zod";
import type { JsonObject } from "../scim/schema/attribute.js";
import { type Change, findDepartment, findPerson } from "./company-changes.js";
import { type GatewayClient, RequestFailed } from "./gateway-client.js";
import { type Company, type Department, displayName, type Person } from "./sample-company.js";
import {
  ENTERPRISE_URN,
  groupBody,
  ORGANIZATION_URN,
  type PatchOperation,
  patchBody,
  userBody,
} from "./scim-messages.js";

/** An identity provider that holds the company's records and pushes them to a SCIM server. */
export interface IdentityProvider {
  /** Pushes everything: departments, then people, then who works where. `onPushed` is told after each resource. */
  pushCompany(company: Company, onPushed: (progress: PushProgress) => void): Promise<void>;
  /** Pushes one change; `company` is the company before it. */
  pushChange(change: Change, company: Company): Promise<void>;
  /** The SCIM id of a person or a department by its key. @throws Error when it was not pushed. */
  idOf(key: string): string;
}

/** How far a first push has come. */
export interface PushProgress {
  departments: number;
  people: number;
}

const created = z.object({ id: z.string().min(1) });
const found = z.object({ Resources: z.array(created) });

/** As many members in one PATCH as Entra ID sends. */
const MEMBER_BATCH = 20;
/**
 * People whose memberships follow before the next people are created. The gateway waits some seconds for the
 * department of somebody new; small waves keep within that also on a slow machine.
 */
const PEOPLE_WAVE = 50;

/** Connects the company's identity provider to a gateway. */
export function createIdentityProvider(gateway: GatewayClient): IdentityProvider {
  const ids = new Map<string, string>();

  const idOf = (key: string): string => {
    const id = ids.get(key);
    if (id === undefined) throw new Error(`${key} has not been pushed yet.`);
    return id;
  };

  /**
   * POST; a 409 means that an earlier POST was stored although its answer was lost, so the resource is looked up.
   */
  async function create(endpoint: "Users" | "Groups", key: string, body: JsonObject): Promise<void> {
    try {
      ids.set(key, created.parse(await gateway.send("POST", `/scim/v2/${endpoint}`, body)).id);
    } catch (error) {
      if (!(error instanceof RequestFailed) || error.status !== 409) throw error;
      const filter = encodeURIComponent(`externalId eq "${key}"`);
      const answer = found.parse(
        await gateway.send("GET", `/scim/v2/${endpoint}?filter=${filter}&attributes=id`),
      );
      const [existing] = answer.Resources;
      if (existing === undefined) throw error;
      ids.set(key, existing.id);
    }
  }

  async function patch(
    endpoint: "Users" | "Groups",
    key: string,
    operations: PatchOperation[],
  ): Promise<void> {
    await gateway.send("PATCH", `/scim/v2/${endpoint}/${idOf(key)}`, patchBody(operations));
  }

  async function createPerson(person: Person): Promise<void> {
    const manager =
      person.managerKey === undefined ? undefined : (ids.get(person.managerKey) ?? person.managerKey);
    await create("Users", person.key, userBody(person, manager));
  }

  async function createDepartment(department: Department): Promise<void> {
    const { parentKey } = department;
    const named = department.spelling === "parent-attribute" && parentKey !== undefined;
    await create(
      "Groups",
      department.key,
      groupBody(department, named ? (ids.get(parentKey) ?? parentKey) : undefined),
    );
    if (department.spelling === "nested-member" && parentKey !== undefined)
      await nest(department.key, parentKey);
  }

  const nest = (key: string, parentKey: string): Promise<void> =>
    patch("Groups", parentKey, [
      { op: "add", path: "members", value: [{ type: "Group", value: idOf(key) }] },
    ]);

  async function addMembers(people: readonly Person[]): Promise<void> {
    const members = new Map<string, string[]>();
    for (const person of people) {
      for (const key of person.departmentKeys)
        members.set(key, [...(members.get(key) ?? []), idOf(person.key)]);
    }
    for (const [departmentKey, memberIds] of members) {
      for (const batch of slices(memberIds, MEMBER_BATCH)) {
        await patch("Groups", departmentKey, [
          { op: "add", path: "members", value: batch.map((value) => ({ value })) },
        ]);
      }
    }
  }

  async function moveDepartment(department: Department, parentKey: string): Promise<void> {
    if (department.spelling === "nested-member") {
      await nest(department.key, parentKey);
      return;
    }
    await patch("Groups", department.key, [
      { op: "replace", path: `${ORGANIZATION_URN}:parent`, value: { value: idOf(parentKey) } },
    ]);
  }

  /** A rename the way Okta sends it: the resource is read, changed and put back whole. */
  async function renamePerson(person: Person): Promise<void> {
    const path = `/scim/v2/Users/${idOf(person.key)}`;
    const stored = z.record(z.string(), z.json()).parse(await gateway.send("GET", path));
    const name = {
      familyName: person.familyName,
      givenName: person.givenName,
      formatted: displayName(person),
    };
    await gateway.send("PUT", path, { ...stored, name, displayName: displayName(person) });
  }

  return {
    idOf,
    async pushCompany(company, onPushed) {
      const progress: PushProgress = { departments: 0, people: 0 };
      for (const department of company.departments) {
        await createDepartment(department);
        progress.departments += 1;
        onPushed({ ...progress });
      }
      for (const wave of slices(company.people, PEOPLE_WAVE)) {
        for (const person of wave) {
          await createPerson(person);
          progress.people += 1;
          onPushed({ ...progress });
        }
        await addMembers(wave);
      }
    },
    async pushChange(change, company) {
      switch (change.kind) {
        case "person-joins":
          await createPerson(change.person);
          return await addMembers([change.person]);
        case "person-renamed":
          return await renamePerson({ ...findPerson(company, change.personKey), ...change });
        case "person-retitled":
          return await patch("Users", change.personKey, [
            { op: "replace", path: "title", value: change.title },
          ]);
        case "mobile-told":
          return await patch("Users", change.personKey, [
            { op: "add", path: 'phoneNumbers[type eq "mobile"].value', value: change.mobile },
          ]);
        case "manager-changed":
          // Entra ID sends the manager as a bare string.
          return await patch("Users", change.personKey, [
            { op: "replace", path: `${ENTERPRISE_URN}:manager`, value: idOf(change.managerKey) },
          ]);
        case "person-transferred": {
          const personId = idOf(change.personKey);
          await patch("Groups", change.toKey, [{ op: "add", path: "members", value: [{ value: personId }] }]);
          return await patch("Groups", change.fromKey, [
            { op: "remove", path: `members[value eq "${personId}"]` },
          ]);
        }
        case "person-leaves":
          await gateway.send("DELETE", `/scim/v2/Users/${idOf(change.personKey)}`);
          return;
        case "department-renamed":
          // Okta's form: no path, and the id repeated in the value.
          return await patch("Groups", change.departmentKey, [
            { op: "replace", value: { id: idOf(change.departmentKey), displayName: change.name } },
          ]);
        case "department-moved":
          return await moveDepartment(findDepartment(company, change.departmentKey), change.parentKey);
        case "department-closed":
          await gateway.send("DELETE", `/scim/v2/Groups/${idOf(change.departmentKey)}`);
          return;
        default: {
          const unknown: never = change;
          throw new Error(`Unknown change ${JSON.stringify(unknown)}.`);
        }
      }
    },
  };
}

function slices<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
