import { z } from "zod";
import { type Scene, somebodyOf, waitFor } from "./scene.js";

const started = z.object({ id: z.string() });
const run = z.object({
  status: z.string(),
  summary: z.object({ same: z.number(), found: z.record(z.string(), z.number()), succeeded: z.number() }),
});

const OVER = ["succeeded", "partial", "incomplete", "stopped", "failed", "interrupted"];

/** Somebody changes DingTalk by hand; a full run finds it and puts it right, and a second one finds nothing. */
export const playChangeByHand: Scene = async (stage, company) => {
  const { administrator, identityProvider, progress, simulator, connectionId } = stage;
  const person = somebodyOf(company, "D222", 1);
  const userid = identityProvider.idOf(person.key);
  const department = simulator.state().departments.find(({ name }) => name === "华东一区");
  if (department === undefined) throw new Error("The story needs the department 华东一区.");
  simulator.act("/topapi/v2/user/update", { userid, name: "被改的名字" });
  simulator.act("/topapi/v2/department/update", { dept_id: department.dept_id, name: "被改的部门" });

  const repair = await fullRun();
  const { users, departments } = simulator.state();
  if (users.find((user) => user.userid === userid)?.name === "被改的名字")
    throw new Error("The run repaired nobody.");
  if (departments.some(({ name }) => name === "被改的部门"))
    throw new Error("The run repaired no department.");
  progress.say(
    `  A name and a department are changed in DingTalk by hand; a full run compares ${repair.same + (repair.found["drift"] ?? 0)} ` +
      `records, finds ${repair.found["drift"] ?? 0} that differ and repairs ${repair.succeeded}.`,
  );
  const second = await fullRun();
  if ((second.found["drift"] ?? 0) > 0) throw new Error("The second run found differences.");
  progress.say("  A second run finds no difference.");
  return company;

  async function fullRun(): Promise<z.infer<typeof run>["summary"]> {
    const path = `/admin/v1/connections/${connectionId}/runs`;
    const { id } = started.parse(await administrator.send("POST", path, {}));
    const ended = await waitFor(stage, "the run", async () => {
      const seen = run.parse(await administrator.send("GET", `${path}/${id}`));
      progress.show(`comparing: ${seen.summary.same} records are as they were sent`);
      return OVER.includes(seen.status) ? seen : undefined;
    });
    // What is parked for want of a mobile number makes a run partial, and is no fault of it.
    if (ended.status !== "succeeded" && ended.status !== "partial")
      throw new Error(`The run ended ${ended.status}.`);
    return ended.summary;
  }
};
