import type { DictionaryField } from "../persistence/dictionary-store.js";
import type { Clash, Misfits } from "../persistence/dictionary-values.js";

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

/** The field still has values, and nobody said what is to become of them. */
export class ValuesExistError extends Error {
  override readonly name = "ValuesExistError";

  constructor(
    key: string,
    /** How many resources have one. */
    readonly resources: number,
  ) {
    super(
      `${resources} resources have a value of "${key}". Disable the field to hide the values and keep them, or remove it with values=remove to erase them.`,
    );
  }
}

/** What a change of a field means for what is stored: the resources that do not go together with one property. */
export interface Impact extends Misfits {
  /** The property of the field, e.g. "pattern". */
  property: "required" | "type" | "multiValued" | "unique" | "values" | "pattern" | "maxLength";
  /** For `unique`: the values that several resources have, at most ten. */
  clashes?: Clash[];
}

/** Stored values would break the changed definition. */
export class ValuesBreakError extends Error {
  override readonly name = "ValuesBreakError";

  constructor(
    readonly impact: readonly Impact[],
    /** Whether `force` would let the change through. */
    readonly forcible: boolean,
  ) {
    super(
      `${impact.map(({ property, resources }) => `${property}: ${resources} resources do not fit`).join("; ")}. ${
        forcible
          ? "With force=true the change is made for later writes, and what is stored stays as it is."
          : "Correct the values first."
      }`,
    );
  }
}

/** Requests did not let the change through, or it took too long; nothing was changed. */
export class DictionaryBusyError extends Error {
  override readonly name = "DictionaryBusyError";

  constructor() {
    super(
      "The change did not get through in time, and nothing was changed. Try again when there is less to do.",
    );
  }
}
