const PREFIX = "role:";

/**
 * The remote id of a role, from the vendor's own. Roles and departments are both what groups become, and vendors number
 * them alike: the prefix keeps the id of the one from ever being taken for the other's.
 */
export function roleRemoteId(vendorId: string): string {
  return `${PREFIX}${vendorId}`;
}

/** Whether a remote id is that of a role. */
export function isRoleId(remoteId: string): boolean {
  return remoteId.startsWith(PREFIX);
}

/** The vendor's own id of a role; undefined where the remote id is of something else. */
export function vendorRoleId(remoteId: string): string | undefined {
  return isRoleId(remoteId) ? remoteId.slice(PREFIX.length) : undefined;
}
