const PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** PATCH body that switches a person on or off. */
export function patchActiveBody(value: boolean): object {
  return { schemas: [PATCH_URN], Operations: [{ op: "replace", path: "active", value }] };
}

/** PATCH body that adds one member to a group. */
export function addMemberBody(memberId: string): object {
  return { schemas: [PATCH_URN], Operations: [{ op: "add", path: "members", value: [{ value: memberId }] }] };
}
