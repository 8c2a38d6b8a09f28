/**
 * Started by folder-lock.test.ts as a process of its own: tries to lock one file after the other, each at a given time,
 * says how it went, and stays.
 */
import { lockFolder } from "../../src/persistence/folder-lock.js";

const [startAt, everyMs, ...lockFiles] = process.argv.slice(2);
const said: string[] = [];
for (const [index, lockFile] of lockFiles.entries()) {
  while (Date.now() < Number(startAt) + index * Number(everyMs));
  said.push(
    await lockFolder(lockFile).then(
      () => "won",
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    ),
  );
}
process.stdout.write(`${said.join()}\n`);
process.stdin.resume();
