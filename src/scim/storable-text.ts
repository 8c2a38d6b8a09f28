const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Whether PostgreSQL can hold a text: it takes neither U+0000 nor a lone half of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return !UNSTORABLE.test(text);
}
