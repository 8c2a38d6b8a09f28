import { type Requirement, repeats, server } from "./requirement.js";

/** Errata, verified or reported, that decide how a sentence of the RFCs is read. They have no key words of their own. */
export const ERRATA: readonly Requirement[] = [
  server("SHOULD", "7643-errata-5984", "The schema of groups says that displayName is required.", 0),
  server("SHOULD", "7643-errata-6001", "References are case exact.", 0),
  server("SHOULD", "7644-errata-4690", "Square brackets in square brackets are refused.", 0),
  repeats("SHOULD", "7644-errata-6893", "7644-7.5.2-03", "The body of that 403 says 403.", 0),
  server("SHOULD", "7644-errata-7319", "`not` takes a space before its parenthesis.", 0),
  server("SHOULD", "7644-errata-7322", "Parentheses group within square brackets.", 0),
  repeats("SHOULD", "7644-errata-7916", "7644-3.7-08", "The error of a bulk operation is its response.", 0),
];
