import { randomInt } from "node:crypto";
import type { History } from "./history.js";

/** A group that roles are sorted into (角色组). */
export interface RoleGroup {
  readonly id: number;
  readonly name: string;
  /** Made by DingTalk: its roles can be neither changed nor given by an app. */
  readonly builtIn: boolean;
}

/** A role (角色, on the wire also 标签) and who holds it. */
export interface Role {
  readonly id: number;
  readonly groupId: number;
  readonly name: string;
  readonly holders: ReadonlySet<string>;
}

/** The roles of one company, without rules: callers check first. */
export interface RoleBook {
  readonly groups: ReadonlyMap<number, RoleGroup>;
  readonly roles: ReadonlyMap<number, Role>;
  rolesIn(groupId: number): Role[];
  rolesOf(userid: string): Role[];
  addGroup(name: string): RoleGroup;
  addRole(groupId: number, name: string): Role;
  renameRole(id: number, name: string): void;
  removeRole(id: number): void;
  assign(id: number, userid: string): void;
  withdraw(id: number, userid: string): void;
  /** Whoever leaves the company holds no role any more. */
  forgetUser(userid: string): void;
}

interface StoredRole {
  id: number;
  groupId: number;
  name: string;
  holders: Set<string>;
}

/** The role group that every company has. */
const BUILT_IN = { name: "默认", roles: ["负责人", "主管", "主管理员", "子管理员"] };

/** Makes the roles of a new company: those that DingTalk itself makes. */
export function createRoleBook(history: History): RoleBook {
  const groups = new Map<number, RoleGroup>();
  const roles = new Map<number, StoredRole>();
  let lastId = 1_507_113_000;
  const nextId = () => {
    lastId += randomInt(1, 1_000);
    return lastId;
  };

  const builtIn: RoleGroup = { id: nextId(), name: BUILT_IN.name, builtIn: true };
  groups.set(builtIn.id, builtIn);
  for (const name of BUILT_IN.roles) {
    const id = nextId();
    roles.set(id, { id, groupId: builtIn.id, name, holders: new Set() });
  }

  return {
    groups,
    roles,
    rolesIn: (groupId) => [...roles.values()].filter((role) => role.groupId === groupId),
    rolesOf: (userid) => [...roles.values()].filter((role) => role.holders.has(userid)),
    addGroup(name) {
      const group: RoleGroup = { id: nextId(), name, builtIn: false };
      groups.set(group.id, group);
      history.record("roleGroup.created", String(group.id));
      return group;
    },
    addRole(groupId, name) {
      const role: StoredRole = { id: nextId(), groupId, name, holders: new Set() };
      roles.set(role.id, role);
      history.record("role.created", String(role.id));
      return role;
    },
    renameRole(id, name) {
      const role = roles.get(id);
      if (role === undefined) return;
      role.name = name;
      history.record("role.updated", String(id), ["roleName"]);
    },
    removeRole(id) {
      if (roles.delete(id)) history.record("role.deleted", String(id));
    },
    assign(id, userid) {
      const role = roles.get(id);
      if (role === undefined || role.holders.has(userid)) return;
      role.holders.add(userid);
      history.record("role.assigned", String(id), [userid]);
    },
    withdraw(id, userid) {
      if (roles.get(id)?.holders.delete(userid)) history.record("role.withdrawn", String(id), [userid]);
    },
    forgetUser(userid) {
      for (const role of roles.values()) role.holders.delete(userid);
    },
  };
}
