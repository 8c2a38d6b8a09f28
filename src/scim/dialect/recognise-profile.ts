import { type Profile, type Quirk, quirksOf } from "./quirks.js";

/**
 * What a client does that no rule forbids, but few do: `Add` for `add`, the URN that Entra ID names in `schemas` of a
 * group, the parameter that Entra ID is told to add to the address.
 */
export type Mark = "capitalised-op" | "entra-schema-urn" | "entra-flag" | "idaas-address";

/** What is known of one request. */
export interface RequestTraits {
  userAgent: string | undefined;
  marks: ReadonlySet<Mark>;
  applied: ReadonlySet<Quirk>;
}

/** Names in user agents; the first that fits counts. Those without a profile of their own are RFC clients with slips. */
const AGENTS: readonly (readonly [RegExp, Exclude<Profile, "auto">])[] = [
  [/okta/i, "okta"],
  [/azure|entra|aadsync|microsoft/i, "entra"],
  [/idaas|aliyun|alibaba|idsmanager/i, "idaas"],
  [/onelogin|jumpcloud|authentik|keycloak|scim-?sdk|sailpoint|pingfederate|pingone|rippling/i, "interop"],
];

/**
 * The narrowest profile that this one request speaks for: a vendor's where something gives the vendor away, else
 * `interop` where a quirk was needed, else `rfc`. It says nothing about the client's other requests: a client is best
 * judged by many of them.
 */
export function recogniseProfile({ userAgent, marks, applied }: RequestTraits): Exclude<Profile, "auto"> {
  if (marks.has("idaas-address")) return "idaas";
  if (marks.has("entra-flag") || marks.has("entra-schema-urn")) return "entra";
  if (userAgent !== undefined) {
    const named = AGENTS.find(([pattern]) => pattern.test(userAgent.slice(0, 200)));
    if (named !== undefined) return named[1];
  }
  if (marks.has("capitalised-op")) return "entra";
  if (applied.size === 0) return "rfc";
  const isInterop = [...applied].every((quirk) => quirksOf("interop").has(quirk));
  return isInterop ? "interop" : "entra";
}
