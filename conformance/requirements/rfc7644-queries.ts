import { client, type Requirement, repeats, server, unseen } from "./requirement.js";

/** RFC 7644 section 3.4: reading, filters, sorting, paging, search by POST. */
export const RFC7644_QUERIES: readonly Requirement[] = [
  server("SHOULD", "7644-3.4.2-01", "Query parameters that it does not know are ignored."),
  server("MUST", "7644-3.4.2-02", "Answers to queries name the ListResponse schema."),
  server("REQUIRED", "7644-3.4.2-03", "A list has totalResults."),
  server("REQUIRED", "7644-3.4.2-04", "A list that is not empty has Resources."),
  server("REQUIRED", "7644-3.4.2-05", "A part of a list has startIndex."),
  server("REQUIRED", "7644-3.4.2-06", "A part of a list has itemsPerPage."),
  server("SHALL", "7644-3.4.2-07", "A query that finds nothing is answered with 200 and totalResults 0."),

  server("SHALL", "7644-3.4.2.1-01", "A query of the root looks at all resources."),
  unseen(
    "SHALL",
    "7644-3.4.2.1-02",
    "Too many results are refused with 400 `tooMany`, not cut silently.",
    "a server that pages never has too many to answer",
  ),
  server("MUST", "7644-3.4.2.1-03", "Over several types a filter means what it means over one."),
  server("SHALL", "7644-3.4.2.1-04", "An attribute that a type lacks counts as one without a value."),

  server("SHALL", "7644-3.4.2.2-01", "Only resources that match the filter are answered."),
  server("MUST", "7644-3.4.2.2-02", "A filter has at least one expression: an empty one is refused."),
  server(
    "MUST",
    "7644-3.4.2.2-03",
    "An expression is attribute, operator and value: a part of one is refused.",
  ),
  server("SHALL", "7644-3.4.2.2-04", "gt on a boolean or binary attribute is 400 `invalidFilter`."),
  server("SHALL", "7644-3.4.2.2-05", "ge on a boolean or binary attribute is 400 `invalidFilter`."),
  server("SHALL", "7644-3.4.2.2-06", "lt on a boolean or binary attribute is 400 `invalidFilter`."),
  server("SHALL", "7644-3.4.2.2-07", "le on a boolean or binary attribute is 400 `invalidFilter`."),
  server("MUST", "7644-3.4.2.2-08", "A filter in square brackets is about one and the same value."),
  server("MUST", "7644-3.4.2.2-09", "In square brackets stands a filter over sub-attributes."),
  server("MUST", "7644-3.4.2.2-10", "Filters follow the grammar; others are refused."),
  server("MUST", "7644-3.4.2.2-11", "Grouping goes before `not`, `not` before `and`, `and` before `or`."),
  server("MUST", "7644-3.4.2.2-12", "Sub-attributes are named in full, as in name.familyName."),
  server("SHALL", "7644-3.4.2.2-13", "A value that the server chose itself is found like any other."),
  server("MUST", "7644-3.4.2.2-14", "An unknown operator is 400 `invalidFilter`, with a text for people."),
  server("SHALL", "7644-3.4.2.2-15", "Whether case matters is decided by caseExact."),

  server("SHALL", "7644-3.4.2.3-01", "sortBy orders the results by that attribute."),
  server("SHALL", "7644-3.4.2.3-02", "Without sortOrder the order is ascending."),
  server(
    "MUST",
    "7644-3.4.2.3-03",
    "The order is that of the type; case matters only for case exact attributes.",
  ),

  client("MUST", "7644-3.4.2.4-01", "Pages may not fit together; clients live with it."),
  server("SHALL", "7644-3.4.2.4-02", "A startIndex below 1 means 1."),
  server("MUST NOT", "7644-3.4.2.4-03", "No more than count results are answered."),
  server("SHALL", "7644-3.4.2.4-04", "A negative count means 0."),

  server("SHALL", "7644-3.4.2.5-01", "attributes and excludedAttributes decide what is answered."),
  server("MUST", "7644-3.4.2.5-02", "Both parameters are supported."),
  server(
    "MUST",
    "7644-3.4.2.5-03",
    "attributes takes names in standard notation, with URN and sub-attribute.",
  ),
  server("SHALL", "7644-3.4.2.5-04", "excludedAttributes cannot take away what is always returned."),
  server("MUST", "7644-3.4.2.5-05", "excludedAttributes takes names in standard notation."),

  server("SHALL", "7644-3.4.3-01", "POST to `/.search` below an endpoint is a query."),
  server("MUST", "7644-3.4.3-02", "Such a request names the SearchRequest schema; another body is refused."),
  server("MUST", "7644-3.4.3-03", "attributes takes names in standard notation there too."),
  server(
    "SHALL",
    "7644-3.4.3-04",
    "excludedAttributes cannot take away what is always returned there either.",
  ),
  repeats("MUST", "7644-3.4.3-05", "7644-3.4.3-03", "excludedAttributes takes names in standard notation."),
  server("MUST", "7644-3.4.3-06", "filter is a valid filter there too; others are refused."),
  server("SHALL", "7644-3.4.3-07", "sortBy orders the results there too."),
  repeats("MUST", "7644-3.4.3-08", "7644-3.4.3-07", "sortBy is in standard notation."),
];
