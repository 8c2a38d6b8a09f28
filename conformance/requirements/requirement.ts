/** How strongly a requirement is worded (RFC 2119). */
export type Level =
  | "MUST"
  | "MUST NOT"
  | "SHALL"
  | "SHALL NOT"
  | "SHOULD"
  | "SHOULD NOT"
  | "REQUIRED"
  | "RECOMMENDED";

/** Who has to do it: the server, its clients, both, or whoever writes a specification or a registry entry. */
export type Party = "server" | "client" | "both" | "author";

/** How it is known that a requirement holds. */
export type Proof =
  /** A check of `conformance/checks` looks at the running server. */
  | { by: "check" }
  /** Not to be seen from outside; a test of this repository looks at it inside: "file: name of the test". */
  | { by: "test"; test: string }
  /** The text says the same again, e.g. in a sample schema; what proves the other proves this. */
  | { by: "other"; id: string }
  /** Nothing that the server does or leaves undone shows it. */
  | { by: "nothing"; reason: string };

/** One sentence of an RFC that uses a key word of RFC 2119, in our own words. */
export interface Requirement {
  /** `<rfc>-<section>-<number in the section>`, e.g. `7644-3.4.2.2-03`, or `<rfc>-errata-<number of the erratum>`. */
  id: string;
  level: Level;
  binds: Party;
  statement: string;
  /** How many key words of the section this entry stands for. */
  words: number;
  proof: Proof;
}

/** Whether a server that breaks it is not conforming; the others are recommendations. */
export function isMandatory(level: Level): boolean {
  return level !== "SHOULD" && level !== "SHOULD NOT" && level !== "RECOMMENDED";
}

/** The RFC and the section that an id names. */
export function placeOf(id: string): { rfc: string; section: string } {
  const [rfc = "", section = ""] = id.split("-");
  return { rfc, section };
}

/** Binds the server and shows from outside. */
export function server(level: Level, id: string, statement: string, words = 1): Requirement {
  return { id, level, binds: "server", statement, words, proof: { by: "check" } };
}

/** Binds whoever writes a representation; a check looks at the server's part. */
export function both(level: Level, id: string, statement: string, words = 1): Requirement {
  return { id, level, binds: "both", statement, words, proof: { by: "check" } };
}

/** Binds clients only. */
export function client(level: Level, id: string, statement: string, words = 1): Requirement {
  return { id, level, binds: "client", statement, words, proof: { by: "nothing", reason: "binds clients" } };
}

/** Binds whoever writes a specification, a schema or a registry entry. */
export function author(level: Level, id: string, statement: string, words = 1): Requirement {
  const reason = "binds authors of specifications";
  return { id, level, binds: "author", statement, words, proof: { by: "nothing", reason } };
}

/** Binds the server, or those who run it, but no answer shows it. */
export function unseen(level: Level, id: string, statement: string, reason: string, words = 1): Requirement {
  return { id, level, binds: "server", statement, words, proof: { by: "nothing", reason } };
}

/** Binds the server, shows only inside, and a test of this repository covers it. */
export function inside(level: Level, id: string, statement: string, test: string, words = 1): Requirement {
  return { id, level, binds: "server", statement, words, proof: { by: "test", test } };
}

/** Says again what `original` says. */
export function repeats(
  level: Level,
  id: string,
  original: string,
  statement: string,
  words = 1,
): Requirement {
  return { id, level, binds: "server", statement, words, proof: { by: "other", id: original } };
}
