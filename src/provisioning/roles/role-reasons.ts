import type { Explanation } from "../../platform/bilingual.js";

/** Why the delivery of a group that is a role waits or stops, by code. Part of the engine's reasons. */
export const ROLE_REASONS = {
  "roles-off": {
    message: {
      en: "Groups are not roles at this connection any more (policy.groupsAsRoles); the role stays as it is.",
      zh: "该连接已不再将组同步为角色（policy.groupsAsRoles）；已有角色保持不变。",
    },
  },
  "role-group-in-work": {
    message: {
      en: 'The group of roles "{name}" is being made for another group; looked at again in a second.',
      zh: "角色组“{name}”正在由另一个组的投递创建，稍后再次处理。",
    },
  },
  "role-name-taken": {
    field: "displayName",
    message: {
      en: 'The role "{name}" ({role}) belongs to another SCIM group.',
      zh: "角色“{name}”（{role}）属于另一个 SCIM 组。",
    },
    remedy: { en: "Rename one of the two groups.", zh: "请修改其中一个组的名称。" },
  },
  "role-exists": {
    field: "displayName",
    message: {
      en: 'There is a role "{name}" ({role}) already, and the connection takes nothing for the same by its name.',
      zh: "已有角色“{name}”（{role}），而该连接不按名称关联。",
    },
    remedy: {
      en: "Rename the group or the role, or let names decide (policy.adoption).",
      zh: "请修改该组或该角色的名称，或允许按名称关联（policy.adoption）。",
    },
  },
} as const satisfies Record<string, Explanation & { field?: string }>;
