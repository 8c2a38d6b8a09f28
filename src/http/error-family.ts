/** Which format a surface shows its errors in. */
export type ErrorFamily = "scim" | "oauth" | "idaas" | "problem";

/** `http://host` before the path: a proxy's form of the request target, which every server takes (RFC 9112 section 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/[^/?]*/i;

/** The family by the request's target: SCIM, OAuth and IDaaS 1.x have their own, everything else is `application/problem+json`. */
export function errorFamilyOf(target: string): ErrorFamily {
  const path = target.replace(ABSOLUTE_FORM, "");
  if (/^\/scim(?:[/?]|$)/i.test(path)) return "scim";
  if (/^\/(?:oauth|\.well-known)(?:[/?]|$)/i.test(path)) return "oauth";
  if (/^\/api\/application\/scim(?:[/?]|$)/i.test(path)) return "idaas";
  return "problem";
}
