import type { DictionaryField, DictionaryFieldOptions } from "../persistence/dictionary-store.js";
import { InvalidFieldError } from "./dictionary-errors.js";
import type { FieldDefinition } from "./field-rules.js";

/** What to change about a field; what is absent or undefined stays, and an option that is null is taken away. */
export type FieldUpdate = {
  [K in keyof Omit<FieldDefinition, "options">]?: FieldDefinition[K] | undefined;
} & {
  options?: OptionsUpdate | undefined;
};

type OptionsUpdate = { [K in keyof DictionaryFieldOptions]?: DictionaryFieldOptions[K] | null | undefined };

/**
 * The field as a change leaves it, not yet checked.
 * @throws InvalidFieldError for another key or category: values are stored under them
 */
export function changedField(before: DictionaryField, change: FieldUpdate): DictionaryField {
  for (const property of ["key", "category"] as const) {
    if (change[property] !== undefined && change[property] !== before[property]) {
      throw new InvalidFieldError(
        property,
        "cannot change, since values are stored under it; create another field",
      );
    }
  }
  return {
    ...before,
    name: change.name ?? before.name,
    type: change.type ?? before.type,
    multiValued: change.multiValued ?? before.multiValued,
    required: change.required ?? before.required,
    modifiable: change.modifiable ?? before.modifiable,
    uniqueValue: change.uniqueValue ?? before.uniqueValue,
    enabled: change.enabled ?? before.enabled,
    options: changedOptions(before.options, change.options ?? {}),
  };
}

function changedOptions(before: DictionaryFieldOptions, change: OptionsUpdate): DictionaryFieldOptions {
  const values = pick(change.values, before.values);
  const pattern = pick(change.pattern, before.pattern);
  const maxLength = pick(change.maxLength, before.maxLength);
  const remark = pick(change.remark, before.remark);
  return {
    ...(values !== undefined && { values }),
    ...(pattern !== undefined && { pattern }),
    ...(maxLength !== undefined && { maxLength }),
    ...(remark !== undefined && { remark }),
  };
}

function pick<T>(given: T | null | undefined, held: T | undefined): T | undefined {
  return given === undefined ? held : (given ?? undefined);
}
