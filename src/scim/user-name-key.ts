/**
 * What two userNames have in common when they are the same: case aside (RFC 7643 section 4.1.1), and composed or
 * decomposed characters aside, as the UsernameCaseMapped profile prepares them (RFC 7644 section 5, RFC 7613).
 */
export function userNameKey(userName: string): string {
  return userName.toLowerCase().normalize("NFC");
}
