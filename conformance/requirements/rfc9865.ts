import { client, inside, type Requirement, server, unseen } from "./requirement.js";

/** RFC 9865: paging by cursor. */
export const RFC9865: readonly Requirement[] = [
  server("MUST", "9865-2-01", "The first page is asked for with an empty cursor."),
  server("SHALL", "9865-2-02", "A negative count means 0."),
  server("MUST NOT", "9865-2-03", "No more than count results are answered."),
  server("MUST", "9865-2-04", "Every page but the last has nextCursor."),
  server("MUST", "9865-2-05", "The last page has none."),
  server("MUST", "9865-2-06", "The first page has no previousCursor."),
  client("MUST", "9865-2-07", "Every page of a query is asked for with the same parameters."),
  client("SHOULD", "9865-2-08", "Only the cursor changes, to one that was answered."),
  server(
    "SHOULD",
    "9865-2.1-01",
    "Bad paging parameters are answered with a fitting status and a SCIM error.",
  ),
  server("SHOULD", "9865-2.1-02", "A cursor that was never issued is 400 `invalidCursor`."),
  server("MUST", "9865-2.4-01", "Where both ways are served, one is the default."),
  server("SHOULD", "9865-4-01", "ServiceProviderConfig has `pagination`."),
  server("REQUIRED", "9865-4-02", "pagination.cursor is a boolean."),
  server("REQUIRED", "9865-4-03", "pagination.index is a boolean."),
  client("MUST NOT", "9865-4-04", "Limits that are not announced may exist all the same."),
  inside(
    "MUST",
    "9865-5.2-01",
    "A cursor shows nobody what they may not see, whoever it was issued to.",
    "test/http/scim/provisioning-domains.test.ts: a cursor shows nothing of the domain that it was issued to",
  ),
  unseen(
    "MUST",
    "9865-5.2-02",
    "Rights are checked for each page.",
    "needs rights that change between two pages",
  ),
  unseen(
    "SHOULD",
    "9865-5.2-03",
    "Cursors end when the rights of their owner change.",
    "needs rights that change between two pages",
  ),
  server("MUST", "9865-5.2-04", "Errors about cursors give nothing away."),
];
