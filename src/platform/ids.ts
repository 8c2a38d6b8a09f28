import { createHash, randomBytes, randomUUID } from "node:crypto";

/** A new random identifier (RFC 9562 UUID version 4) for a row, a resource or a request. */
export function newId(): string {
  return randomUUID();
}

/** A new identifier (RFC 9562 UUID version 7) that begins with the time: later ones sort behind earlier ones. */
export function newTimedId(at: Date): string {
  return timedId(at) + randomUUID().slice(15);
}

/**
 * Makes identifiers as {@link newTimedId} does that also keep their order within a millisecond (RFC 9562 section 6.2,
 * method 1: a counter of 12 bits behind the time). The order holds among those of one maker.
 */
export function createOrderedIds(): (at: Date) => string {
  let last = 0;
  let counter = 0;
  return (at) => {
    counter = at.getTime() > last ? 0 : counter + 1;
    last = Math.max(at.getTime(), last);
    if (counter > 0xfff) {
      last += 1;
      counter = 0;
    }
    return timedId(new Date(last)) + counter.toString(16).padStart(3, "0") + randomUUID().slice(18);
  };
}

/** The identifier in front of all that {@link newTimedId} makes from this millisecond on. */
export function firstTimedId(at: Date): string {
  return `${timedId(at)}000-0000-000000000000`;
}

/** The moment that an identifier of {@link newTimedId} or {@link createOrderedIds} begins with. */
export function timeOfId(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/** Time and version, up to the first free digit. */
function timedId(at: Date): string {
  const milliseconds = Math.max(0, at.getTime()).toString(16).padStart(12, "0");
  return `${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-7`;
}

/** The identifier that a text always gets: a name-based UUID (RFC 9562 version 8, from SHA-256 as in appendix B.2). */
export function idOfName(name: string): string {
  const hash = createHash("sha256").update(name).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const digits = hash.toString("hex", 0, 16);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Whether a text has the form of an identifier made by {@link newId}: lower case, as it is compared. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/**
 * A new secret or token of `bytes` random bytes in base64url. The alphabet `[A-Za-z0-9_-]` reads the same
 * raw and form-url-encoded, so a client may send it either way in a Basic header (RFC 6749 section 2.3.1).
 */
export function newSecret(bytes = 32): string {
  return randomBytes(bytes).toString("base64url");
}
