/** The URNs of the schemas this gateway knows. */
export const USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE_USER_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const ORGANIZATION_USER_URN = "urn:ietf:params:scim:schemas:extension:organization:2.0:User";
export const ORGANIZATION_GROUP_URN = "urn:ietf:params:scim:schemas:extension:organization:2.0:Group";
export const DICTIONARY_USER_URN = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:User";
export const DICTIONARY_GROUP_URN = "urn:ietf:params:scim:schemas:extension:dictionary:2.0:Group";
export const PROVISIONING_USER_URN = "urn:ietf:params:scim:schemas:extension:provisioning:2.0:User";
export const PROVISIONING_GROUP_URN = "urn:ietf:params:scim:schemas:extension:provisioning:2.0:Group";
