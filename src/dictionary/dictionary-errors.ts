import type { DictionaryField } from "../persistence/dictionary-store.js";

/** There is no such field in the tenant. */
export class FieldNotFoundError extends Error {
  override readonly name = "FieldNotFoundError";

  constructor() {
    super("There is no dictionary field with this id.");
  }
}

/** The definition cannot work. */
export class InvalidFieldError extends Error {
  override readonly name = "InvalidFieldError";

  constructor(
    /** The property that is wrong, e.g. "pattern". */
    readonly property: string,
    /** What is expected there. */
    readonly reason: string,
  ) {
    super(`${property}: ${reason}`);
  }
}

/** The category has the key already; keys compare without regard to case. */
export class FieldExistsError extends Error {
  override readonly name = "FieldExistsError";

  constructor(
    /** The field that is there. */
    readonly existing: Pick<DictionaryField, "id" | "key" | "category">,
  ) {
    super(
      `There is a ${existing.category} field "${existing.key}" (${existing.id}) already; keys compare without regard to case.`,
    );
  }
}

/** The category is full. */
export class TooManyFieldsError extends Error {
  override readonly name = "TooManyFieldsError";
}

/** The field belongs to the product, which relies on it. */
export class SystemFieldError extends Error {
  override readonly name = "SystemFieldError";

  constructor(what: string) {
    super(`${what}: the provisioner relies on this field. Its name, remark and enabled may change.`);
  }
}

/** What is stored under the field does not go together with what was asked. */
export class StoredValuesError extends Error {
  override readonly name = "StoredValuesError";

  constructor(
    message: string,
    /** How many resources stand in the way. */
    readonly resources: number,
  ) {
    super(message);
  }
}
