import { crc32 } from "node:zlib";
import type { JsonValue } from "./schema/attribute.js";

/**
 * The weak entity tag of a resource (RFC 7644 section 3.14), e.g. `W/"3"`. Where an answer shows groups of a person, a
 * fingerprint of them stands behind the version, e.g. `W/"3-8f2a01c7"`: a person's groups change without the person's
 * version, and a 304 must not hide that.
 */
export function entityTag(version: number, groups?: JsonValue): string {
  if (!Array.isArray(groups) || groups.length === 0) return `W/"${version}"`;
  return entityTagOfText(version, JSON.stringify(groups));
}

/** {@link entityTag} where the groups, one at least, are JSON text already. */
export function entityTagOfText(version: number, groups: string): string {
  return `W/"${version}-${crc32(groups).toString(16)}"`;
}

/**
 * Whether an If-None-Match header names the tag: `*`, or a tag in the list that is equal under the weak comparison
 * (RFC 9110 section 8.8.3.2). What is no entity tag names nothing.
 */
export function namesTag(header: string, tag: string): boolean {
  const [wanted] = opaqueTags(tag);
  return isAny(header) || opaqueTags(header).some((opaque) => opaque === wanted);
}

/**
 * Whether an If-Match header, or the `version` of a bulk operation, names this version of a resource, whatever groups
 * were shown with it. The comparison is the weak one, because SCIM protects writes with weak tags.
 */
export function namesVersion(header: string, version: number): boolean {
  const wanted = String(version);
  return isAny(header) || opaqueTags(header).some((opaque) => opaque.split("-", 1)[0] === wanted);
}

function isAny(header: string): boolean {
  return header.trim() === "*";
}

/** An opaque tag may hold a comma, so the list cannot be cut at commas (RFC 9110 section 8.8.3). */
const TAG = /(?:^|,)[ \t]*(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?=,|$)/g;

function opaqueTags(header: string): string[] {
  return Array.from(header.matchAll(TAG), ([, opaque = ""]) => opaque);
}
