import { z } from "zod";
import { applyChange, type Change } from "../company-changes.js";
import { displayName } from "../sample-company.js";
import { type Scene, somebodyOf, waitFor } from "./scene.js";

const connection = z.object({
  state: z.string(),
  pauseReason: z
    .object({ code: z.string(), message: z.string(), zh: z.object({ message: z.string() }).optional() })
    .nullable(),
});
const notifications = z.object({ items: z.array(z.object({ kind: z.string() })) });

/** The address of somebody else, so that ours is not on the list. */
const OTHER_ADDRESS = "203.0.113.1";

/**
 * The gateway's address goes missing from the app's list at DingTalk: the connection rests, SCIM goes on, one notification
 * goes out. With the address back, the administrator ends the rest, and what had waited arrives.
 */
export const playQuarantine: Scene = async (stage, company) => {
  const { administrator, identityProvider, progress, simulator, connectionId } = stage;
  const path = `/admin/v1/connections/${connectionId}`;
  const person = somebodyOf(company, "D421", 0);
  const change: Change = {
    kind: "person-renamed",
    personKey: person.key,
    familyName: "诸葛",
    givenName: "明远",
  };
  const read = async () => connection.parse(await administrator.send("GET", path));

  simulator.configure({ allowedIps: [OTHER_ADDRESS] });
  await identityProvider.pushChange(change, company);
  const { pauseReason } = await waitFor(stage, "the quarantine", async () => {
    const seen = await read();
    return seen.state === "quarantined" ? seen : undefined;
  });
  progress.say(
    `  The gateway's address is taken off DingTalk's list: SCIM took the change all the same, the connection rests.`,
  );
  progress.say(`    "${pauseReason?.message ?? ""}"`);
  progress.say(`    “${pauseReason?.zh?.message ?? ""}”`);
  const told = notifications.parse(
    await administrator.send("GET", `/admin/v1/notifications?connection=${connectionId}&kind=quarantine`),
  );
  if (told.items.length !== 1) throw new Error(`A quarantine is told once, not ${told.items.length} times.`);

  simulator.configure({ allowedIps: null });
  await administrator.send("PATCH", path, { config: { appKey: simulator.credentials.appKey } });
  await stage.settle();
  const after = applyChange(company, change);
  const name = displayName({ ...person, familyName: "诸葛", givenName: "明远" });
  const arrived = simulator.state().users.some((user) => user.name === name);
  if (!arrived || (await read()).state !== "active") throw new Error("The connection did not come back.");
  progress.say(
    `  The address is back, the administrator ends the rest: ${name} arrives; one notification went out.`,
  );
  return after;
};
