/** Collects the parameters of one statement while its text is put together. */
export interface SqlParameters {
  /** The placeholder of the tenant, which every condition on a table begins with. */
  readonly tenant: string;
  /** Adds a value and returns its placeholder with the given cast, e.g. `$3::text`. */
  bind(value: unknown, cast: string): string;
  /** The values in the order of their placeholders. */
  readonly values: readonly unknown[];
}

/** A collector for a statement of one tenant, whose id is `$1`. */
export function sqlParameters(tenantId: string): SqlParameters {
  const values: unknown[] = [tenantId];
  return {
    tenant: "$1::uuid",
    values,
    bind(value, cast) {
      values.push(value);
      return `$${values.length}::${cast}`;
    },
  };
}
