/** A text for administrators in both languages of the product: English and Simplified Chinese. */
export interface BilingualText {
  en: string;
  zh: string;
}

/** Values for the places of a text, the same in both languages or each its own. Undefined: not known. */
export type TextValues = Readonly<Record<string, string | BilingualText | undefined>>;

/**
 * Puts values into the places of a text. `{name}` is the place of a value; what stands in square brackets is left out
 * when a value within it is not known, so "the address[ {address}]" reads well either way. A value is put in as it is,
 * and is not looked through for places.
 */
export function fillText(text: BilingualText, values: TextValues): BilingualText {
  return { en: fill(text.en, "en", values), zh: fill(text.zh, "zh", values) };
}

/** The names of the places of a text. */
export function placesOf(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
}

function fill(text: string, language: keyof BilingualText, values: TextValues): string {
  return text
    .replace(/\[([^[\]]*)\]/g, (_whole, part: string) => {
      const places = placesOf(part);
      return places.every((name) => values[name] !== undefined) ? part : "";
    })
    .replace(/\{(\w+)\}/g, (_place, name: string) => {
      const value = values[name];
      return typeof value === "object" ? value[language] : (value ?? "?");
    });
}

/** What is wrong, and what an administrator can do about it; the latter is absent where waiting is all that is needed. */
export interface Explanation {
  message: BilingualText;
  remedy?: BilingualText;
}

/** An explanation with its values, in the form in which reasons are stored and shown: English, with the Chinese beside it. */
export interface ExplainedText {
  message: string;
  remedy?: string;
  zh: { message: string; remedy?: string };
}

/** Fills the places of an explanation. */
export function explain({ message, remedy }: Explanation, values: TextValues = {}): ExplainedText {
  const what = fillText(message, values);
  if (remedy === undefined) return { message: what.en, zh: { message: what.zh } };
  const todo = fillText(remedy, values);
  return { message: what.en, remedy: todo.en, zh: { message: what.zh, remedy: todo.zh } };
}
