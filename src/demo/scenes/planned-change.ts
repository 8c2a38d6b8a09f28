import { z } from "zod";
import { applyChange } from "../company-changes.js";
import { displayName } from "../sample-company.js";
import { patchBody } from "../scim-messages.js";
import { type Scene, somebodyOf } from "./scene.js";

const plan = z.object({ calls: z.array(z.object({ path: z.string() })) });
const plans = z.object({ hash: z.string(), plans: z.array(plan) });

const TITLE = "首席架构师";

/** A SCIM change is planned before anybody makes it: the calls are told, nothing is called. Then it is applied by its hash. */
export const playPlannedChange: Scene = async (stage, company) => {
  const { administrator, identityProvider, simulator, progress } = stage;
  const person = somebodyOf(company, "D222", 0);
  const request = {
    method: "PATCH",
    path: `/Users/${identityProvider.idOf(person.key)}`,
    body: patchBody([{ op: "replace", path: "title", value: TITLE }]),
  };
  const writes = () => simulator.requests.count({ path: "/topapi/v2/user/update" });
  const before = writes();
  const planned = plans.parse(await administrator.send("POST", "/admin/v1/plan", { request }));
  const [first] = planned.plans;
  if (first === undefined || first.calls.length === 0) throw new Error("The plan has no call.");
  if (writes() !== before) throw new Error("A plan must not write.");
  progress.say(
    `  Plan: the title "${TITLE}" for ${displayName(person)} would be ${first.calls.length} call, ` +
      `${first.calls.map(({ path }) => path).join(", ")}; nothing was written.`,
  );
  await administrator.send("POST", "/admin/v1/plan/apply", { request, hash: planned.hash });
  await stage.settle();
  progress.say(`  The plan is applied by its hash: ${writes() - before} DingTalk call.`);
  return applyChange(company, { kind: "person-retitled", personKey: person.key, title: TITLE });
};
