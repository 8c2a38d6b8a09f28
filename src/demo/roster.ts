import { type Company, displayName } from "./sample-company.js";
import type { ScimGroup, ScimUser } from "./scim-directory.js";

/** One side's view of the company, in terms that every side has: its ids, names and who belongs where. */
export interface Roster {
  departments: readonly RosterDepartment[];
  people: readonly RosterPerson[];
}

/** A department in a roster. */
export interface RosterDepartment {
  id: string;
  name: string;
  /** Absent directly below the top. */
  parentId?: string;
}

/** A person in a roster. */
export interface RosterPerson {
  id: string;
  name: string;
  mobile?: string;
  departmentIds: readonly string[];
  managerId?: string;
}

/** What identifies a resource in a roster that is made from SCIM. */
export type RosterKey = "externalId" | "remoteId";

/** The company as its own records have it, by employee number and department code. */
export function companyRoster(company: Company): Roster {
  return {
    departments: company.departments.map(({ key, name, parentKey }) => ({
      id: key,
      name,
      ...(parentKey === undefined ? {} : { parentId: parentKey }),
    })),
    people: company.people.map((person) => ({
      id: person.key,
      name: displayName(person),
      ...(person.mobile === undefined ? {} : { mobile: person.mobile }),
      departmentIds: person.departmentKeys,
      ...(person.managerKey === undefined ? {} : { managerId: person.managerKey }),
    })),
  };
}

/**
 * The directory as SCIM lists it. By `remoteId` only what has been written back is there, and references to
 * resources without a remote id are left out as the gateway leaves them out.
 */
export function scimRoster(users: readonly ScimUser[], groups: readonly ScimGroup[], by: RosterKey): Roster {
  const groupKeys = new Map(groups.map((group) => [group.id, group[by]]));
  const userKeys = new Map<string, string | undefined>();
  // A manager may be stored as the client named them; a SCIM id is the strongest, so it is entered last.
  for (const user of users)
    if (user.employeeNumber !== undefined) userKeys.set(user.employeeNumber, user[by]);
  for (const user of users) if (user.externalId !== undefined) userKeys.set(user.externalId, user[by]);
  for (const user of users) userKeys.set(user.id, user[by]);

  return {
    departments: groups.flatMap((group) => {
      const id = group[by];
      if (id === undefined) return [];
      const parentId = group.parentId === undefined ? undefined : groupKeys.get(group.parentId);
      return [{ id, name: group.displayName, ...(parentId === undefined ? {} : { parentId }) }];
    }),
    people: users.flatMap((user) => {
      const id = user[by];
      if (id === undefined) return [];
      const managerId = user.managerId === undefined ? undefined : userKeys.get(user.managerId);
      return [
        {
          id,
          name: user.displayName,
          ...(user.mobile === undefined ? {} : { mobile: user.mobile }),
          departmentIds: user.groupIds.flatMap((groupId) => groupKeys.get(groupId) ?? []),
          ...(managerId === undefined ? {} : { managerId }),
        },
      ];
    }),
  };
}

/** The same roster with the department names that DingTalk can show. */
export function asShownByDingTalk(roster: Roster): Roster {
  const departments = roster.departments.map((department) => ({
    ...department,
    name: nameShownByDingTalk(department.name),
  }));
  return { ...roster, departments };
}

/**
 * The visible rule for department names, said a second time and on purpose not shared with the gateway: DingTalk
 * takes no `-`, `,` or `，` and at most 64 characters; `_` stands where such a character was.
 */
export function nameShownByDingTalk(displayName: string): string {
  return displayName
    .normalize("NFC")
    .trim()
    .replaceAll(/[-,，]/g, "_")
    .slice(0, 64);
}
