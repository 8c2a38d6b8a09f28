import { getAccessToken, getScopes, getToken } from "./app-calls.js";
import type { Api } from "./call.js";
import {
  createDepartment,
  deleteDepartment,
  getDepartment,
  listParentsOfDepartment,
  listParentsOfUser,
  listSubDepartmentIds,
  listSubDepartments,
  updateDepartment,
} from "./department-calls.js";
import { disableAccount, enableAccount, getAccountStatus, signOutAccount } from "./org-account-calls.js";
import {
  addRole,
  addRoleGroup,
  addRolesForEmployees,
  deleteRole,
  getRole,
  getRoleGroup,
  listRoleHolders,
  listRoles,
  removeRolesForEmployees,
  updateRole,
} from "./role-calls.js";
import type { PermissionPoint } from "./settings.js";
import { createUser, deleteUser, updateUser } from "./user-calls.js";
import {
  countUsers,
  getUser,
  getUserByMobile,
  getUserByUnionid,
  listUserids,
  listUsers,
  listUsersSimple,
} from "./user-reads.js";

const topapi = (path: string, permission: PermissionPoint, perform: Api["perform"]): Api => {
  return { family: "topapi", method: "POST", path: `/topapi/${path}`, needsToken: true, permission, perform };
};

/** The oldest of the role calls, which are not below `/topapi/`. */
const roleApi = (name: string, perform: Api["perform"]): Api => ({
  family: "oapi",
  method: "POST",
  path: `/role/${name}`,
  needsToken: true,
  permission: "qyapi_manage_addresslist",
  perform,
});

const orgAccounts = (verb: string, perform: Api["perform"]): Api => ({
  family: "v1",
  method: "POST",
  path: `/v1.0/contact/orgAccounts/${verb}`,
  needsToken: true,
  permission: "Contact.OrgAccountSecurity.ReadWrite",
  perform,
});

/** Every API that is served, by its exact path: a trailing slash is a different, unknown path. */
export const APIS: ReadonlyMap<string, Api> = new Map(
  [
    { family: "oapi", method: "GET", path: "/gettoken", needsToken: false, perform: getToken } as const,
    {
      family: "v1",
      method: "POST",
      path: "/v1.0/oauth2/accessToken",
      needsToken: false,
      perform: getAccessToken,
    } as const,
    { family: "oapi", method: "GET", path: "/auth/scopes", needsToken: true, perform: getScopes } as const,
    topapi("v2/user/create", "qyapi_manage_addresslist", createUser),
    topapi("v2/user/update", "qyapi_manage_addresslist", updateUser),
    topapi("v2/user/delete", "qyapi_manage_addresslist", deleteUser),
    topapi("v2/user/get", "qyapi_get_member", getUser),
    topapi("v2/user/getbymobile", "qyapi_get_member_by_mobile", getUserByMobile),
    topapi("user/getbyunionid", "qyapi_get_member", getUserByUnionid),
    topapi("user/count", "qyapi_get_member", countUsers),
    topapi("v2/user/list", "qyapi_get_department_member", listUsers),
    topapi("user/listsimple", "qyapi_get_department_member", listUsersSimple),
    topapi("user/listid", "qyapi_get_department_member", listUserids),
    topapi("v2/department/create", "qyapi_manage_addresslist", createDepartment),
    topapi("v2/department/update", "qyapi_manage_addresslist", updateDepartment),
    topapi("v2/department/delete", "qyapi_manage_addresslist", deleteDepartment),
    topapi("v2/department/get", "qyapi_get_department_list", getDepartment),
    topapi("v2/department/listsub", "qyapi_get_department_list", listSubDepartments),
    topapi("v2/department/listsubid", "qyapi_get_department_list", listSubDepartmentIds),
    topapi("v2/department/listparentbydept", "qyapi_get_department_list", listParentsOfDepartment),
    topapi("v2/department/listparentbyuser", "qyapi_get_department_list", listParentsOfUser),
    roleApi("add_role_group", addRoleGroup),
    roleApi("add_role", addRole),
    roleApi("update_role", updateRole),
    topapi("role/deleterole", "qyapi_manage_addresslist", deleteRole),
    topapi("role/list", "qyapi_get_department_list", listRoles),
    topapi("role/getrole", "qyapi_get_department_list", getRole),
    topapi("role/getrolegroup", "qyapi_get_department_list", getRoleGroup),
    topapi("role/simplelist", "qyapi_get_department_member", listRoleHolders),
    topapi("role/addrolesforemps", "qyapi_manage_addresslist", addRolesForEmployees),
    topapi("role/removerolesforemps", "qyapi_manage_addresslist", removeRolesForEmployees),
    orgAccounts("enable", enableAccount),
    orgAccounts("disable", disableAccount),
    orgAccounts("signOut", signOutAccount),
    orgAccounts("status", getAccountStatus),
  ].map((api) => [api.path, api]),
);
