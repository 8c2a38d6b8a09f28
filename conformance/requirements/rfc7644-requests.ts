import { author, client, inside, type Requirement, server, unseen } from "./requirement.js";

const SCOPES = "test/http/requests.test.ts: of the scope $needed is needed and enough for $method $path";

/** RFC 7644 sections 1 to 3.3: base address, authentication, messages, creating. */
export const RFC7644_CREATING: readonly Requirement[] = [
  author("MUST", "7644-1.2-01", "The key words are read as RFC 2119 defines them.", 8),
  server("MUST", "7644-1.2-02", "Addresses are percent-encoded."),
  server("MUST NOT", "7644-1.3-01", "The base address has no query string."),
  client("SHOULD NOT", "7644-2-01", "Tokens from weak authentication are not used."),
  unseen(
    "SHOULD",
    "7644-2-02",
    "Basic authentication goes with another factor.",
    "the factor is outside of SCIM",
  ),
  server("SHALL", "7644-2-03", "WWW-Authenticate says which authentication schemes there are."),
  server("MUST", "7644-2-04", "The client is known and its rights decide: without authentication, nothing."),
  server("MUST", "7644-2-05", "Every client is mapped to a subject of its own: a wrong token is nobody."),
  inside(
    "SHOULD",
    "7644-2-06",
    "Who asks, and whether it is theirs to ask, is considered for each request.",
    SCOPES,
  ),
  inside("SHOULD", "7644-2.1-01", "Kind of grant, scopes and subject of a token are considered.", SCOPES, 2),
  unseen(
    "MUST",
    "7644-2.1-02",
    "The threats of RFC 7521 section 8 are taken into account.",
    "no answer shows it",
  ),
  unseen("MUST", "7644-2.1-03", "Likewise for other kinds of tokens.", "no answer shows it"),

  server("MUST", "7644-3.1-01", "A message names a schema that begins with `urn:ietf:params:scim:api:`."),
  server("SHALL NOT", "7644-3.1-02", "Schemas of messages are not listed at /Schemas."),
  client("SHOULD NOT", "7644-3.1-03", "The answer is not expected to equal what was sent."),
  server("SHALL", "7644-3.1-04", "An answer shows the resource as the server understood it."),

  server("SHOULD", "7644-3.2-01", "Endpoints are named by the plural of their resource."),
  client("SHOULD", "7644-3.2-02", "Endpoints are looked up at /ResourceTypes."),
  server("MUST NOT", "7644-3.2-03", "PUT makes no new resource."),
  server("SHOULD", "7644-3.2-04", "An error is told by the HTTP status."),
  server("SHOULD", "7644-3.2-05", "An error is told in the body as well."),

  server("SHALL", "7644-3.3-01", "The attributes of a POST are taken by their mutability."),
  server("SHALL", "7644-3.3-02", "readOnly attributes of a POST are ignored."),
  server("SHALL", "7644-3.3-03", "A resource that was made is answered with 201."),
  server("SHOULD", "7644-3.3-04", "The body of that answer is the new resource."),
  server("SHALL", "7644-3.3-05", "Location header and meta.location are the address of the new resource."),
  server("MUST", "7644-3.3-06", "A duplicate is answered with 409 and scimType `uniqueness`."),
  server("SHALL", "7644-3.3.1-01", "meta.resourceType is the type that belongs to the endpoint."),
];

/** RFC 7644 sections 3.8 to 3.14: what holds for every request. */
export const RFC7644_ANSWERS: readonly Requirement[] = [
  server("MUST", "7644-3.8-01", "Requests and answers are JSON in UTF-8."),
  server("SHALL", "7644-3.8-02", "UTF-8 is taken for granted where nothing is said."),
  client("MUST", "7644-3.8-03", "Another encoding is named in Content-Type."),
  server("MUST", "7644-3.8-04", "`Accept: application/scim+json` is served."),
  server("SHOULD", "7644-3.8-05", "`Accept: application/json` is served."),

  server("SHALL", "7644-3.9-01", "`attributes` takes the place of what is answered by default."),
  server(
    "MUST",
    "7644-3.9-02",
    "With it an answer has the attributes asked for, and the minimum of a resource.",
  ),
  server("MUST", "7644-3.9-03", "With `excludedAttributes` an answer still has the minimum of a resource."),
  client("SHOULD", "7644-3.10-01", "Attributes of extensions are named with their URN."),

  server("SHOULD", "7644-3.11-01", "A server without /Me answers it with 501."),
  server("MUST", "7644-3.11-02", "An answer of /Me has the permanent address of the resource as Location."),

  server("MUST", "7644-3.12-01", "Errors have a JSON body of the Error schema."),
  server("REQUIRED", "7644-3.12-02", "That body has the status, as a string."),
  server("SHOULD", "7644-3.12-03", "The statuses are used as the RFC lists them."),
  client("SHOULD", "7644-3.12-04", "After 307 the original address stays in use.", 2),
  client("SHOULD", "7644-3.12-05", "After 308 the new address is used."),
  unseen("SHOULD", "7644-3.12-06", "A 500 comes with helpful advice.", "no request may provoke a 500"),
  client("SHALL NOT", "7644-3.12-07", "No personal information is sent in an address."),

  server("MUST", "7644-3.13-01", "A version in the address is `v` and a number, right before the endpoint."),
  server("MUST", "7644-3.13-02", "The version asked for is served, or the request is refused."),
  unseen(
    "SHOULD",
    "7644-3.13-03",
    "Without a version the newest protocol is served.",
    "a base address that is given may not be varied on any server",
  ),
  server("MUST", "7644-3.14-01", "Entity tags are sent as the ETag header."),
  server("SHOULD", "7644-3.14-02", "Entity tags are shown as meta.version."),
];

/** RFC 7644 sections 4 to 8: discovery, preparing of strings, security. */
export const RFC7644_SURROUNDINGS: readonly Requirement[] = [
  server("SHALL", "7644-4-01", "/ServiceProviderConfig answers an object of its schema."),
  server("SHALL", "7644-4-02", "/Schemas answers every schema there is, as a list."),
  server("SHALL", "7644-4-03", "Several resource types or schemas are answered as a ListResponse."),
  server("SHALL", "7644-4-04", "Sorting and paging parameters are ignored there."),
  server("SHOULD", "7644-4-05", "A filter there is answered with 403."),
  server("MUST", "7644-5-01", "userName and password are prepared and compared by PRECIS (RFC 7613)."),

  client("MUST NOT", "7644-7.1-01", "No user name and password are put into addresses."),
  server("MUST", "7644-7.2-01", "SCIM is spoken over TLS."),
  server("MUST", "7644-7.2-02", "TLS 1.2 is served."),
  client("MUST", "7644-7.2-03", "The server's certificate is checked."),
  unseen(
    "MUST",
    "7644-7.3-01",
    "The threats of RFC 7521 section 8 are taken into account.",
    "no answer shows it",
  ),
  server("MUST", "7644-7.4-01", "A bearer token cannot be guessed."),
  server("MUST", "7644-7.4-02", "Bearer tokens travel over TLS."),
  server("MUST", "7644-7.4-03", "A bearer token has a limited life."),
  unseen(
    "SHOULD",
    "7644-7.4-04",
    "A cookie lives no longer than a session of the browser.",
    "not about SCIM clients",
  ),
  unseen(
    "MUST",
    "7644-7.5.1-01",
    "The privacy considerations of RFC 7643 are considered.",
    "no answer shows it",
  ),
  client("SHOULD", "7644-7.5.2-01", "It is considered whether a filter in an address gives away too much."),
  client("SHOULD", "7644-7.5.2-02", "Where it does, the query is sent by POST."),
  server("SHOULD", "7644-7.5.2-03", "Filters by GET on confidential attributes are answered with 403."),
  unseen(
    "SHOULD",
    "7644-7.7-01",
    "Stored credentials are protected as RFC 6819 advises.",
    "binds administrators",
  ),
  unseen(
    "SHOULD",
    "7644-7.7-02",
    "Guessing of secrets online is countered.",
    "would mean to attack the server",
  ),
  inside("SHOULD", "7644-7.7-03", "Rights differ by client and need.", SCOPES),
  server("MUST", "7644-7.8-01", "Strings are prepared before they are compared."),
  server("SHOULD", "7644-8.1-01", "The media type is `application/scim+json`."),
];
