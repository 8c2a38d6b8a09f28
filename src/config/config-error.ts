/** One bad variable: its name, what was found (never a secret), and what it should be. */
export interface ConfigProblem {
  variable: string;
  found: string;
  expected: string;
}

/** A configuration the product refuses to start with. The message lists every problem, one per line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, found, expected }) => `  ${variable} (${found}) ${expected}`);
    super(["The configuration cannot be used:", ...lines].join("\n"));
  }
}
