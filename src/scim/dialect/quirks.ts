/** The compatibility profiles a client can be given. */
export const PROFILES = ["auto", "rfc", "interop", "entra", "okta", "idaas"] as const;

/**
 * How a client's requests are read: `rfc` takes nothing that the RFCs do not have, `interop` every harmless deviation,
 * a vendor's name what that vendor's clients need, and `auto` all of it.
 */
export type Profile = (typeof PROFILES)[number];

/** A profile whose deviations are listed one by one. */
type ListedProfile = Exclude<Profile, "auto" | "rfc">;

interface QuirkDefinition {
  /** What the client did, and what was made of it. */
  description: string;
  profiles: readonly ListedProfile[];
}

const TOLERANT: readonly ListedProfile[] = ["interop", "entra", "okta", "idaas"];

const CATALOGUE = {
  "add-creates-element": {
    description: "`add` to a value path that matches nothing made the value its `eq` conditions describe",
    profiles: TOLERANT,
  },
  "bare-extension-attribute": {
    description:
      "a name in a filter or sort that only one extension defines was found without the extension's URN",
    profiles: TOLERANT,
  },
  "bulk-id-missing": { description: "a POST of a bulk request had no `bulkId`", profiles: TOLERANT },
  "condition-behind-brackets": {
    description: 'a filter `emails[type eq "work"].value eq "x"` was read as one condition on the same value',
    profiles: TOLERANT,
  },
  "empty-path": { description: "an empty `path` was read as none", profiles: TOLERANT },
  "empty-text-unassigned": {
    description: "empty text where no text is due was read as no value",
    profiles: TOLERANT,
  },
  "legacy-schema-urn": {
    description: "a SCIM 1.1 URN in `schemas` was read as its SCIM 2.0 one",
    profiles: TOLERANT,
  },
  "list-for-single": {
    description: "a list of one was read as its value where one value is due",
    profiles: TOLERANT,
  },
  "missing-schemas": { description: "`schemas` was missing, empty or no list", profiles: TOLERANT },
  "omit-cursor-announcement": {
    description:
      "ServiceProviderConfig did not say how lists are paged, since some clients refuse members they do not know",
    profiles: ["interop"],
  },
  "operation-not-in-list": {
    description: "`Operations` was one operation instead of a list",
    profiles: TOLERANT,
  },
  "path-as-key": {
    description: "a key of a value without a path was itself a path, dotted or with a URN or brackets",
    profiles: TOLERANT,
  },
  "read-only-in-value": {
    description: "read-only attributes in the value of a PATCH were ignored",
    profiles: TOLERANT,
  },
  "reference-not-uri": {
    description: "a text that is no URI was kept as the value of a reference",
    profiles: TOLERANT,
  },
  "remove-listed": {
    description: "`remove` with a list of values removed those and not the whole attribute",
    profiles: TOLERANT,
  },
  "replace-creates-element": {
    description: "`replace` of a value path that matches nothing made the value its `eq` conditions describe",
    profiles: ["entra"],
  },
  "single-for-list": { description: "one value was read as a list of one", profiles: TOLERANT },
  "text-boolean": { description: 'text such as "True" was read as a boolean', profiles: TOLERANT },
  "text-for-object": {
    description: "plain text was read as the `value` of a complex attribute, such as `manager`",
    profiles: TOLERANT,
  },
  "text-number": { description: "a number written as text was read as a number", profiles: TOLERANT },
  "unknown-attribute-ignored": {
    description: "attributes that no schema defines were ignored: what they held is not stored",
    profiles: TOLERANT,
  },
  "unknown-schema-urn": { description: "unknown URNs in `schemas` were ignored", profiles: TOLERANT },
  "unlisted-extension": {
    description: "attributes of an extension were taken although `schemas` does not name it",
    profiles: TOLERANT,
  },
  "unquoted-filter-value": {
    description: "a word without quotes in a filter was read as text",
    profiles: TOLERANT,
  },
  "wrapped-value": {
    description: "an object with a `value` was read as that value where a simple one is due",
    profiles: TOLERANT,
  },
} as const satisfies Record<string, QuirkDefinition>;

/** A deviation from the RFCs that some profile allows, by its name in the request log. */
export type Quirk = keyof typeof CATALOGUE;

/** Every quirk with what it means and which profiles allow it besides `auto`, in alphabetical order. */
export const QUIRKS: Readonly<Record<Quirk, QuirkDefinition>> = CATALOGUE;

/** The quirks a profile allows; `auto` allows all of them, `rfc` none. */
export function quirksOf(profile: Profile): ReadonlySet<Quirk> {
  return ALLOWED[profile];
}

const NAMES = Object.keys(CATALOGUE) as Quirk[];
const listedIn = (profile: ListedProfile): ReadonlySet<Quirk> =>
  new Set(NAMES.filter((name) => QUIRKS[name].profiles.includes(profile)));

const ALLOWED: Readonly<Record<Profile, ReadonlySet<Quirk>>> = {
  auto: new Set(NAMES),
  rfc: new Set(),
  interop: listedIn("interop"),
  entra: listedIn("entra"),
  okta: listedIn("okta"),
  idaas: listedIn("idaas"),
};
