import type { StoredResource } from "../persistence/resource-store.js";
import { dictionaryUrn } from "./canonical-document.js";

/**
 * The stored document as JSON text, where what a client sees of it is all of it and nothing else: a person, whose
 * dictionary values all belong to fields that are enabled. Undefined for what has to be assembled.
 */
export function verbatimDocument(
  { type, text }: StoredResource,
  enabledKeys: ReadonlySet<string>,
): string | undefined {
  if (type !== "User" || text === undefined) return undefined;
  const keys = extensionKeys(text, dictionaryUrn(type));
  return keys?.every((key) => enabledKeys.has(key)) ? text : undefined;
}

/** Up to the end of an object that holds no other one: the values of dictionary fields are simple. */
const FLAT_OBJECT = /\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}/y;

/**
 * The keys of an extension within the text of a document. The name of an extension cannot stand inside a value like
 * this: the quotation marks of a text within JSON are escaped. Undefined for an extension that cannot be read so.
 */
function extensionKeys(text: string, urn: string): string[] | undefined {
  const marker = `"${urn}": `;
  const start = text.indexOf(marker);
  if (start < 0) return [];
  FLAT_OBJECT.lastIndex = start + marker.length;
  const [values] = FLAT_OBJECT.exec(text) ?? [];
  return values === undefined ? undefined : Object.keys(JSON.parse(values));
}
