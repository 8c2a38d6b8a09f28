import type { StateDump } from "../simulator/index.js";
import type { Roster } from "./roster.js";

/** Id of the company itself in DingTalk's tree, which no SCIM group stands for. */
const ROOT = 1;

/** The contact book as DingTalk holds it, without the root department; members of the root keep its id. */
export function dingtalkRoster(state: Pick<StateDump, "departments" | "users">): Roster {
  return {
    departments: state.departments
      .filter((department) => department.dept_id !== ROOT)
      .map(({ dept_id: id, name, parent_id: parentId }) => ({
        id: String(id),
        name,
        ...(parentId === null || parentId === ROOT ? {} : { parentId: String(parentId) }),
      })),
    people: state.users.map((user) => ({
      id: user.userid,
      name: user.name,
      mobile: user.mobile,
      departmentIds: user.dept_id_list.map(String),
      ...(user.manager_userid === null ? {} : { managerId: user.manager_userid }),
    })),
  };
}
