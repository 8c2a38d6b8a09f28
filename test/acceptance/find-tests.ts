import { readdir, readFile } from "node:fs/promises";

/** A test that carries the id of a row in its name. */
export interface NamedTest {
  /** Path below the repository's root. */
  file: string;
  /** As it stands in the source, without the ids. */
  name: string;
}

const ROOT = new URL("../../", import.meta.url);
const ID = /\[(\d{3}-\d{2})\]/g;
/** Text literals of one line; the names of tests are no longer than that. */
const LITERAL = /"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`|'((?:\\.|[^'\\])*)'/g;

/** The tests by the ids in their names, in the order of files and lines. */
export async function findTests(): Promise<Map<string, NamedTest[]>> {
  const found = new Map<string, NamedTest[]>();
  const files = (await readdir(new URL("test/", ROOT), { recursive: true }))
    .filter((file) => file.endsWith(".test.ts"))
    .sort();
  for (const file of files) {
    const source = await readFile(new URL(`test/${file}`, ROOT), "utf8");
    for (const text of literalsOf(source)) {
      const name = text.replace(ID, "").replace(/\s+/g, " ").trim();
      for (const [, id = ""] of text.matchAll(ID)) {
        found.set(id, [...(found.get(id) ?? []), { file: `test/${file}`, name }]);
      }
    }
  }
  return found;
}

function literalsOf(source: string): string[] {
  return source
    .split("\n")
    .filter((line) => /\[\d{3}-\d{2}\]/.test(line))
    .flatMap((line) => [...line.matchAll(LITERAL)].map(([, a, b, c]) => a ?? b ?? c ?? ""));
}
