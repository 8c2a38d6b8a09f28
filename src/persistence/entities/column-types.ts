import type { EntitySchemaColumnOptions } from "typeorm";

/** Column definitions that several entities share. They describe what the migrations made and create nothing. */

/** A primary key column of type uuid, made by the caller. */
export function uuidKey(name: string): EntitySchemaColumnOptions {
  return { name, type: "uuid", primary: true };
}

/** A point in time; `Date` in the row. */
export function moment(name: string): EntitySchemaColumnOptions {
  return { name, type: "timestamptz" };
}

/** A point in time that may be unknown; `Date` or null in the row. */
export function optionalMoment(name: string): EntitySchemaColumnOptions {
  return { name, type: "timestamptz", nullable: true };
}

/** An SQL array of texts. */
export function texts(name: string): EntitySchemaColumnOptions {
  return { name, type: "text", array: true };
}

/** A row version. The column is a bigint, which arrives as text, but versions count single changes: number is safe. */
export function version(name: string): EntitySchemaColumnOptions {
  return { name, type: "bigint", transformer: { from: Number, to: (value: unknown) => value } };
}
