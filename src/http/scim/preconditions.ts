/**
 * Whether an If-Match or If-None-Match header names this version: `*`, or one of the listed entity tags under the
 * weak comparison of RFC 9110 section 8.8.3.2 (clients echo `W/"3"` with and without the `W/`).
 */
export function namesVersion(header: string, tag: string): boolean {
  if (header.trim() === "*") return true;
  const wanted = opaque(tag);
  return header.split(",").some((candidate) => opaque(candidate) === wanted);
}

function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}
