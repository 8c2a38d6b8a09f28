const PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** PATCH body that switches a person on or off. */
export function patchActiveBody(value: boolean): object {
  return { schemas: [PATCH_URN], Operations: [{ op: "replace", path: "active", value }] };
}

/** PATCH body with an attribute, a value path and a sub-attribute, as Entra ID sends them. */
export function patchThreeBody(title: string, turn: number): object {
  return {
    schemas: [PATCH_URN],
    Operations: [
      { op: "replace", path: "title", value: title },
      { op: "replace", path: 'phoneNumbers[type eq "mobile"].value', value: `+86-139${10_000_000 + turn}` },
      { op: "replace", path: "name.givenName", value: `伟${turn}` },
    ],
  };
}

/** PATCH body that adds one member to a group. */
export function addMemberBody(memberId: string): object {
  return { schemas: [PATCH_URN], Operations: [{ op: "add", path: "members", value: [{ value: memberId }] }] };
}

/** PATCH body that takes one member out of a group. */
export function removeMemberBody(memberId: string): object {
  return { schemas: [PATCH_URN], Operations: [{ op: "remove", path: `members[value eq "${memberId}"]` }] };
}
