import { type AuditNote, appendAudit } from "../audit/append-audit.js";
import {
  type Database,
  type Queryable,
  StatementError,
  type Transaction,
  UniqueViolation,
} from "../persistence/database.js";
import {
  countFields,
  type DictionaryCategory,
  type DictionaryField,
  type DictionaryFieldChange,
  deleteField,
  findField,
  findFieldByKey,
  insertField,
  listFields,
  lockDictionary,
  updateField,
} from "../persistence/dictionary-store.js";
import {
  claimValues,
  dropClaims,
  eraseValues,
  findMisfits,
  lockResources,
} from "../persistence/dictionary-values.js";
import type { Clock } from "../platform/clock.js";
import { newId } from "../platform/ids.js";
import { changedField, type FieldUpdate } from "./changed-field.js";
import { DICTIONARY_CHANNEL, type Dictionary } from "./dictionary.js";
import {
  DictionaryBusyError,
  FieldExistsError,
  FieldNotFoundError,
  SystemFieldError,
  TooManyFieldsError,
  ValuesBreakError,
  ValuesExistError,
} from "./dictionary-errors.js";
import { type FieldDefinition, MAX_FIELDS, settleDefinition } from "./field-rules.js";
import { concerns, findImpact, isForcible, placeOf } from "./impact.js";

export type { DictionaryField } from "../persistence/dictionary-store.js";
export type { FieldUpdate } from "./changed-field.js";
export type { FieldDefinition } from "./field-rules.js";

/** On whose behalf the dictionary is changed. */
export interface DictionaryContext {
  tenantId: string;
  /** The OAuth client id. */
  actor: string;
  correlationId: string;
}

/** A field as it is now, with what the administrator should know about how it came out. */
export interface SavedField {
  field: DictionaryField;
  notices: string[];
}

/** One change of a dictionary, after its commit. */
export interface DictionaryChanged {
  context: DictionaryContext;
  /** Undefined for a new field. */
  before: DictionaryField | undefined;
  /** Undefined for a removed field. */
  after: DictionaryField | undefined;
}

/** How a change is to be made. */
export interface ChangeOptions {
  /** Makes it although stored values do not fit, where that can be: they stay as they are until they are written next. */
  force?: boolean;
}

/** The administration of dictionary fields. A change is seen by every process at once. */
export interface DictionaryFields {
  /** In the order of their ids, beginning after `after`. */
  list(
    tenantId: string,
    page: { after?: string; limit: number; category?: DictionaryCategory },
  ): Promise<DictionaryField[]>;
  /** @throws FieldNotFoundError */
  get(tenantId: string, id: string): Promise<DictionaryField>;
  /** @throws InvalidFieldError, FieldExistsError, TooManyFieldsError, ValuesBreakError, DictionaryBusyError */
  create(
    context: DictionaryContext,
    definition: FieldDefinition,
    options?: ChangeOptions,
  ): Promise<SavedField>;
  /** @throws FieldNotFoundError, InvalidFieldError, SystemFieldError, ValuesBreakError, DictionaryBusyError */
  update(
    context: DictionaryContext,
    id: string,
    change: FieldUpdate,
    options?: ChangeOptions,
  ): Promise<SavedField>;
  /**
   * Removes a field that has no values, or, on demand, the values as well.
   * @throws FieldNotFoundError, SystemFieldError, ValuesExistError, DictionaryBusyError
   */
  remove(context: DictionaryContext, id: string, options?: { eraseValues?: boolean }): Promise<void>;
}

/** What the administration works with. */
export interface DictionaryFieldsDeps {
  database: Database;
  clock: Clock;
  /** Told to forget what this process changed. */
  dictionary: Dictionary;
  /** Told of every change, for the audit. */
  onChange?: ((change: DictionaryChanged) => void) | undefined;
}

/** Creates the administration of the fields of all tenants. */
export function createDictionaryFields(deps: DictionaryFieldsDeps): DictionaryFields {
  const { database, clock, dictionary, onChange } = deps;

  /** Runs one change at a time for each tenant, and tells everybody once it is committed. */
  async function change<Result>(
    context: DictionaryContext,
    work: (tx: Transaction) => Promise<Result & Omit<DictionaryChanged, "context">>,
  ): Promise<Result> {
    const { tenantId } = context;
    const result = await inTime(
      database.transaction(async (tx) => {
        await lockDictionary(tx, tenantId);
        const outcome = await work(tx);
        await appendAudit(tx, { ...context, now: clock.now() }, auditNote(outcome));
        await tx.notify(DICTIONARY_CHANNEL, tenantId);
        return outcome;
      }),
    );
    dictionary.forget(tenantId);
    onChange?.({ context, before: result.before, after: result.after });
    return result;
  }

  return {
    list: (tenantId, page) => listFields(database, tenantId, page),

    get: (tenantId, id) => readField(database, tenantId, id),

    async create(context, given, options = {}) {
      const { tenantId } = context;
      const { definition, notices } = settleDefinition(given);
      const now = clock.now();
      const times = { createdAt: now, modifiedAt: now };
      const field = { ...definition, ...times, tenantId, id: newId(), system: false, version: 1 };
      try {
        await change(context, async (tx) => {
          const clash = await findFieldByKey(tx, tenantId, field.category, field.key);
          if (clash) throw new FieldExistsError(clash);
          await refuseAbundance(tx, field);
          await fitToStored(tx, undefined, field, options);
          await insertField(tx, field);
          return { before: undefined, after: field };
        });
      } catch (error) {
        if (!(error instanceof UniqueViolation)) throw error;
        const clash = await findFieldByKey(database, tenantId, field.category, field.key);
        throw clash ? new FieldExistsError(clash) : error;
      }
      return { field, notices };
    },

    async update(context, id, given, options = {}) {
      const { tenantId } = context;
      const { after: field, notices } = await change(context, async (tx) => {
        const before = await readField(tx, tenantId, id);
        const { definition, notices } = settleDefinition(changedField(before, given));
        if (before.system) refuseSystemChange(before, definition);
        await fitToStored(tx, before, definition, options);
        await updateField(tx, before, changeable(definition), clock.now());
        return { before, after: await readField(tx, tenantId, id), notices };
      });
      return { field, notices };
    },

    async remove(context, id, options = {}) {
      const { tenantId } = context;
      await change(context, async (tx) => {
        const before = await readField(tx, tenantId, id);
        if (before.system) throw new SystemFieldError(`"${before.key}" cannot be removed`);
        await lockResources(tx);
        const { resources } = await findMisfits(tx, placeOf(before), { kind: "absent" });
        if (resources > 0 && !options.eraseValues) throw new ValuesExistError(before.key, resources);
        await eraseValues(tx, placeOf(before), { ...context, now: clock.now() });
        await deleteField(tx, before);
        return { before, after: undefined };
      });
    },
  };
}

function auditNote({ before, after }: Omit<DictionaryChanged, "context">): AuditNote {
  const field = after ?? before;
  return {
    object: { type: "dictionary-field", id: field?.id, name: field?.key },
    verb: before === undefined ? "created" : after === undefined ? "removed" : "changed",
    before: before && auditedField(before),
    after: after && auditedField(after),
  };
}

/** A field under the names of the admin API. */
function auditedField(field: DictionaryField): NonNullable<AuditNote["after"]> {
  const { name, key, category, type, multiValued, required, modifiable, uniqueValue, enabled, options } =
    field;
  const { values, pattern, maxLength, remark } = options;
  return {
    ...{ name, key, category, type, multiValued, required, modifiable, unique: uniqueValue, enabled },
    ...{
      values: values ?? null,
      pattern: pattern ?? null,
      maxLength: maxLength ?? null,
      remark: remark ?? "",
    },
  };
}

/** SQLSTATEs of a lock that did not become free, and of a statement that took too long. */
const OUT_OF_TIME: ReadonlySet<string | undefined> = new Set(["55P03", "57014"]);

async function inTime<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StatementError && OUT_OF_TIME.has(error.sqlState)) throw new DictionaryBusyError();
    throw error;
  }
}

async function readField(db: Queryable, tenantId: string, id: string): Promise<DictionaryField> {
  const field = await findField(db, { tenantId, id });
  if (field === undefined) throw new FieldNotFoundError();
  return field;
}

/**
 * Refuses a change that what is stored does not fit, and keeps everybody from writing until it is made. Writers that
 * are kept waiting then find the dictionary changed, and begin anew.
 * @throws ValuesBreakError
 */
async function fitToStored(
  tx: Transaction,
  before: DictionaryField | undefined,
  after: DictionaryField,
  { force = false }: ChangeOptions,
): Promise<void> {
  const list = concerns(before, after);
  const isReleased = before?.uniqueValue === true && !after.uniqueValue;
  if (list.length === 0 && !isReleased) return;
  await lockResources(tx);
  const place = placeOf(after);
  const impact = await findImpact(
    tx,
    place,
    list.filter((concern) => !force || !isForcible(concern)),
  );
  if (impact.length > 0) throw new ValuesBreakError(impact, impact.every(isForcible));
  if (isReleased) await dropClaims(tx, place);
  else if (after.uniqueValue && !before?.uniqueValue) await claimValues(tx, place);
}

async function refuseAbundance(tx: Transaction, { tenantId, category }: DictionaryField): Promise<void> {
  if ((await countFields(tx, tenantId, category)) < MAX_FIELDS) return;
  throw new TooManyFieldsError(
    `There are ${MAX_FIELDS} ${category} fields already, which is the limit; remove one that is not needed.`,
  );
}

/** The properties that may change, out of a whole field. */
function changeable(field: DictionaryField): DictionaryFieldChange {
  const { name, type, multiValued, required, modifiable, uniqueValue, enabled, options } = field;
  return { name, type, multiValued, required, modifiable, uniqueValue, enabled, options };
}

function refuseSystemChange(before: DictionaryField, after: DictionaryField): void {
  const fixed = ["type", "multiValued", "required", "modifiable", "uniqueValue"] as const;
  const changes = [
    ...fixed.filter((property) => before[property] !== after[property]),
    ...(["values", "pattern", "maxLength"] as const).filter(
      (property) => JSON.stringify(before.options[property]) !== JSON.stringify(after.options[property]),
    ),
  ].map((property) => (property === "uniqueValue" ? "unique" : property));
  if (changes.length > 0)
    throw new SystemFieldError(`${changes.join(", ")} of "${before.key}" cannot change`);
}
