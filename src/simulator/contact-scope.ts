import { type ContactBook, pathToRoot } from "./contact-book.js";
import type { User } from "./contact-records.js";
import { BusinessRefusal } from "./refusals.js";
import type { SimulatorSettings } from "./settings.js";

/** Who looks: the app with its contact scope, or the administrator at the console, who sees everything. */
export interface Viewer {
  readonly book: ContactBook;
  readonly settings: SimulatorSettings;
  readonly asAdministrator: boolean;
}

/** @throws BusinessRefusal 50004 when the department is outside what the app may see. */
export function requireDepartmentInScope(viewer: Viewer, departmentId: number): void {
  if (!viewer.asAdministrator && !isDepartmentInScope(viewer, departmentId)) throw new BusinessRefusal(50004);
}

/** @throws BusinessRefusal 50002 when the person is outside what the app may see. */
export function requireUserInScope(viewer: Viewer, user: User): void {
  if (viewer.asAdministrator || viewer.settings.grants.contactScope.users.includes(user.userid)) return;
  if (!user.departmentIds.some((id) => isDepartmentInScope(viewer, id))) throw new BusinessRefusal(50002);
}

function isDepartmentInScope(viewer: Viewer, departmentId: number): boolean {
  const granted = viewer.settings.grants.contactScope.departments;
  return pathToRoot(viewer.book, departmentId).some((department) => granted.includes(department.id));
}
