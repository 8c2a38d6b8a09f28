/** Started by crash.test.ts as a process of its own: writes pairs of rows and prints each acknowledged number. */
import { openDatabase } from "../../src/persistence/database.js";

const [dataDir] = process.argv.slice(2);
const database = await openDatabase({ dataDir, migrate: true });
await database.query("create table pair (number integer, half text, primary key (number, half))");
for (let number = 1; ; number += 1) {
  await database.transaction(async (tx) => {
    await tx.query("insert into pair values ($1, 'left')", [number]);
    await tx.query("insert into pair values ($1, 'right')", [number]);
  });
  process.stdout.write(`${number}\n`);
}
