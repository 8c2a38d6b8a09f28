import { ConnectorError } from "../errors.js";
import type { CallContext, DepartmentOperations, RemoteDepartment } from "../operations.js";
import type { Changes, DepartmentProfile } from "../profiles.js";
import type { DingTalkClient } from "./client.js";
import { isNotFound } from "./errors.js";
import { departmentNumber } from "./remote-id.js";
import {
  acceptedGuard,
  createdDepartmentGuard,
  departmentGuard,
  departmentIdsGuard,
  departmentListGuard,
  type VendorDepartment,
} from "./types.js";

/** The department calls of the contact API (`/topapi/v2/department/*`). */
export function createDepartmentOperations(
  client: DingTalkClient,
): Omit<DepartmentOperations, "read" | "listChildren"> {
  const post = { host: "old", method: "POST", subject: "department" } as const;

  async function get({ remoteId, ...context }: CallContext & { remoteId: string }) {
    const body = { dept_id: departmentNumber(remoteId, "remoteId") };
    try {
      const answer = await client.call(
        { ...post, path: "/topapi/v2/department/get", body, write: false, guard: departmentGuard },
        context,
      );
      return toRemoteDepartment(answer.result);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async function listChildren(parentRemoteId: string, context: CallContext) {
    const body = { dept_id: departmentNumber(parentRemoteId, "parentRemoteId") };
    try {
      const answer = await client.call(
        { ...post, path: "/topapi/v2/department/listsub", body, write: false, guard: departmentListGuard },
        context,
      );
      return answer.result;
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }

  /**
   * DingTalk's documents disagree on whether a deletion takes empty departments below with it; some of them may be
   * somebody else's. This list, unlike the other, also tells those that the app may not see.
   */
  async function requireNoChildren(body: { dept_id: number }, context: CallContext): Promise<void> {
    const answer = await client.call(
      { ...post, path: "/topapi/v2/department/listsubid", body, write: false, guard: departmentIdsGuard },
      context,
    );
    const children = answer.result.dept_id_list;
    if (children.length === 0) return;
    throw new ConnectorError("dependency-missing", {
      code: "60006",
      message: "The department still has departments below it.",
      remedy: `Move or remove the departments with these DingTalk ids first: ${children.slice(0, 10).join(", ")}.`,
    });
  }

  return {
    get,

    async create({ profile, ...context }) {
      const body = {
        name: profile.name,
        parent_id: departmentNumber(profile.parentRemoteId, "parentRemoteId"),
        ...(profile.order !== undefined && { order: profile.order }),
        source_identifier: profile.sourceId,
        // Otherwise DingTalk opens a chat group with everybody in the department.
        create_dept_group: false,
      };
      const answer = await client.call(
        { ...post, path: "/topapi/v2/department/create", body, write: true, guard: createdDepartmentGuard },
        context,
      );
      return { remoteId: answer.result.dept_id, warnings: [] };
    },

    async update({ remoteId, changes, ...context }) {
      const dept_id = departmentNumber(remoteId, "remoteId");
      const { body, warnings } = changedFields(changes);
      // A call of their own: somebody who was taken out by hand must not keep the name from being changed.
      for (const part of [body, managerFields(changes)]) {
        if (Object.keys(part).length === 0) continue;
        const path = "/topapi/v2/department/update";
        const call = {
          ...post,
          path,
          body: { dept_id, ...part },
          write: true,
          guard: acceptedGuard,
        } as const;
        await client.call(call, context);
      }
      return { remoteId, warnings };
    },

    async remove({ remoteId, ...context }) {
      const body = { dept_id: departmentNumber(remoteId, "remoteId") };
      try {
        await requireNoChildren(body, context);
        await client.call(
          { ...post, path: "/topapi/v2/department/delete", body, write: true, guard: acceptedGuard },
          context,
        );
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },

    async find({ parentRemoteId, name, sourceId, ...context }) {
      const children = await listChildren(parentRemoteId, context);
      let other: RemoteDepartment | undefined;
      for (const child of children) {
        if (!sameName(child.name, name)) continue;
        // Only department/get tells the stamp.
        const department = await get({ ...context, remoteId: child.dept_id });
        if (department?.sourceId === sourceId) return department;
        if (department && (other === undefined || department.sourceId === undefined)) other = department;
      }
      return other;
    },
  };
}

function changedFields(changes: Changes<DepartmentProfile>): {
  body: Record<string, unknown>;
  warnings: string[];
} {
  const body: Record<string, unknown> = {};
  const warnings: string[] = [];
  const { name, parentRemoteId, order, sourceId } = changes;
  if (typeof name === "string") body["name"] = name;
  if (typeof parentRemoteId === "string") {
    body["parent_id"] = departmentNumber(parentRemoteId, "parentRemoteId");
  }
  if (typeof order === "number") body["order"] = order;
  if (typeof sourceId === "string") body["source_identifier"] = sourceId;
  if (order === null) warnings.push("The position was kept: DingTalk has no way to clear it.");
  return { body, warnings };
}

/** An empty list means "not said" to DingTalk: only forcing the field takes the last manager away. */
function managerFields({ managerRemoteIds }: Changes<DepartmentProfile>): Record<string, unknown> {
  if (managerRemoteIds === undefined) return {};
  if (managerRemoteIds === null || managerRemoteIds.length === 0) {
    return { force_update_fields: "dept_manager_userid_list" };
  }
  return { dept_manager_userid_list: managerRemoteIds.join(",") };
}

function sameName(a: string, b: string): boolean {
  return a.normalize("NFC").trim() === b.normalize("NFC").trim();
}

function toRemoteDepartment(department: VendorDepartment): RemoteDepartment {
  return {
    remoteId: department.dept_id,
    name: department.name,
    // The root department has no parent; its own id stands for "top".
    parentRemoteId: department.parent_id ?? department.dept_id,
    ...(department.source_identifier !== undefined && { sourceId: department.source_identifier }),
  };
}
