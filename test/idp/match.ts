/** Values that a conversation has caught so far, by name. */
export type Variables = Map<string, string>;

/**
 * Where a value differs from what a conversation expects of it, one sentence each. Objects need only the named
 * members; arrays must have exactly the given elements. Words instead of a value: `$any` is there, `$absent` is not,
 * `$capture:name` is a text and kept as `${name}`, `$match:expression` is a text that fits.
 */
export function differences(
  expected: unknown,
  actual: unknown,
  variables: Variables,
  place = "body",
): string[] {
  if (typeof expected === "string") return textDifferences(expected, actual, variables, place);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      return [`${place}: ${shown(actual)} instead of ${expected.length} elements`];
    }
    return expected.flatMap((one, index) => differences(one, actual[index], variables, `${place}[${index}]`));
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return [`${place}: ${shown(actual)} instead of an object`];
    return Object.entries(expected).flatMap(([key, one]) =>
      differences(one, actual[key], variables, `${place}.${key}`),
    );
  }
  return Object.is(expected, actual) ? [] : [`${place}: ${shown(actual)} instead of ${shown(expected)}`];
}

function textDifferences(expected: string, actual: unknown, variables: Variables, place: string): string[] {
  const wrong = (wanted: string) => [`${place}: ${shown(actual)} instead of ${wanted}`];
  const [word = "", rest = ""] = split(expected);
  switch (word) {
    case "$any":
      return actual === undefined || actual === null ? wrong("anything") : [];
    case "$absent":
      return actual === undefined ? [] : wrong("nothing");
    case "$capture":
      if (typeof actual !== "string" || actual === "") return wrong("a text");
      variables.set(rest, actual);
      return [];
    case "$match": {
      const pattern = substitute(rest, variables);
      return typeof actual === "string" && new RegExp(pattern, "u").test(actual) ? [] : wrong(`/${pattern}/`);
    }
    default: {
      const wanted = substitute(expected, variables);
      return actual === wanted ? [] : wrong(shown(wanted));
    }
  }
}

function split(expected: string): string[] {
  const colon = expected.indexOf(":");
  return colon < 0 ? [expected] : [expected.slice(0, colon), expected.slice(colon + 1)];
}

/** A text with every `${name}` replaced by what was caught under that name. */
export function substitute(text: string, variables: Variables): string {
  return text.replace(/\$\{(\w+)\}/g, (_whole, name: string) => {
    const value = variables.get(name);
    if (value === undefined) throw new Error(`the conversation has not caught "${name}" yet`);
    return value;
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
