const UNSTORABLE = /[\0\p{Surrogate}]/u;

/**
 * Whether a text holds what PostgreSQL's text and jsonb refuse: NUL, or a surrogate without its other half.
 * Found here it is the caller's error; found by the database it would look like ours.
 */
export function holdsUnstorableText(text: string): boolean {
  return UNSTORABLE.test(text);
}
