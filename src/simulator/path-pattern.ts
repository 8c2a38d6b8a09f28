/** Whether a path is meant: exactly, by a prefix when the pattern ends in `*`, or always without a pattern. */
export function matchesPath(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}
