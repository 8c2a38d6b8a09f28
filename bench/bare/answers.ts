import type { Response } from "express";

const LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/** A person's stored document, and the groups to be shown with it, both as JSON text. */
export interface PersonRow {
  doc: string;
  groups: string | null;
}

/** Ends the answer with a JSON text. */
export function send(response: Response, status: number, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(status, { "Content-Type": "application/scim+json", "Content-Length": body.length });
  response.end(body);
}

/** The document with its groups. */
export function personText({ doc, groups }: PersonRow): string {
  return groups === null ? doc : `${doc.slice(0, -1)},"groups":[${groups}]}`;
}

/** Answers with a page of JSON texts. */
export function sendList(
  response: Response,
  texts: readonly string[],
  page: { totalResults?: number; startIndex?: number; nextCursor?: string },
): void {
  const head = JSON.stringify({ schemas: [LIST_URN], ...page, itemsPerPage: texts.length });
  send(response, 200, `${head.slice(0, -1)},"Resources":[${texts.join(",")}]}`);
}

/** Answers with one person, or 404. */
export function sendPerson(response: Response, [row]: PersonRow[]): void {
  if (row) send(response, 200, personText(row));
  else send(response, 404, "{}");
}
