import { ERRATA } from "./errata.js";
import type { Requirement } from "./requirement.js";
import { RFC7643_DISCOVERY } from "./rfc7643-discovery.js";
import { RFC7643_MODEL, RFC7643_RESOURCES, RFC7643_SAMPLES } from "./rfc7643-model.js";
import { RFC7644_BULK, RFC7644_CHANGES } from "./rfc7644-changes.js";
import { RFC7644_QUERIES } from "./rfc7644-queries.js";
import { RFC7644_ANSWERS, RFC7644_CREATING, RFC7644_SURROUNDINGS } from "./rfc7644-requests.js";
import { RFC9865 } from "./rfc9865.js";

/** Every normative sentence of RFC 7643, 7644 and 9865, in the order of the texts, each RFC's errata after it. */
export const CATALOGUE: readonly Requirement[] = [
  ...RFC7643_MODEL,
  ...RFC7643_RESOURCES,
  ...RFC7643_DISCOVERY.filter(({ id }) => !isClosing(id)),
  ...RFC7643_SAMPLES,
  ...RFC7643_DISCOVERY.filter(({ id }) => isClosing(id)),
  ...ERRATA.filter(({ id }) => id.startsWith("7643")),
  ...RFC7644_CREATING,
  ...RFC7644_QUERIES,
  ...RFC7644_CHANGES,
  ...RFC7644_BULK,
  ...RFC7644_ANSWERS,
  ...RFC7644_SURROUNDINGS,
  ...ERRATA.filter(({ id }) => id.startsWith("7644")),
  ...RFC9865,
];

/** Sections 9 and 10 of RFC 7643 stand after the samples of section 8. */
function isClosing(id: string): boolean {
  return /^7643-(9|10)\./.test(id);
}
