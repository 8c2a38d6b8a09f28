/** Started by folder-lock.test.ts as a process of its own: tries to lock at a given time, says how it went, and stays. */
import { lockFolder } from "../../src/persistence/folder-lock.js";

const [lockFile = "", startAt] = process.argv.slice(2);
while (Date.now() < Number(startAt));
try {
  await lockFolder(lockFile);
  process.stdout.write("won\n");
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.name : String(error)}\n`);
}
process.stdin.resume();
