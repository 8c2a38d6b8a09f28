import { z } from "zod";
import { applyChange, type Change } from "../company-changes.js";
import { listDeliveries } from "../deliveries.js";
import { displayName, type Person } from "../sample-company.js";
import { type Scene, type SceneStage, somebodyOf } from "./scene.js";

/** People who may be removed within a day before removals are held. Small, so that the demo reaches it. */
export const REMOVALS_A_DAY = 3;

const restored = z.object({ active: z.boolean().optional(), displayName: z.string() });

/**
 * Deletions pile up until deletion protection holds them. One of the held ones is meant and released; the other was a
 * mistake of the identity provider's and is discarded, which brings the person back in SCIM.
 */
export const playHeldRemoval: Scene = async (stage, morning) => {
  const { administrator, identityProvider, progress, simulator } = stage;
  const [first, second, meant, mistaken] = [0, 1, 2, 3].map((position) =>
    somebodyOf(morning, "D411", position),
  ) as [Person, Person, Person, Person];
  const leaves = ({ key }: Person): Change => ({ kind: "person-leaves", personKey: key });
  let company = morning;
  for (const person of [first, second]) {
    await identityProvider.pushChange(leaves(person), company);
    company = applyChange(company, leaves(person));
  }
  await stage.settle();
  for (const person of [meant, mistaken]) await identityProvider.pushChange(leaves(person), company);
  await stage.settle();

  const held = await heldIds(stage);
  const [deliveryOfMeant, deliveryOfMistaken] = [meant, mistaken].map(({ key }) =>
    held.get(identityProvider.idOf(key)),
  );
  if (deliveryOfMeant === undefined || deliveryOfMistaken === undefined) {
    throw new Error("Deletion protection did not hold what goes beyond its limit.");
  }
  const isThere = (person: Person) =>
    simulator.state().users.some(({ userid }) => userid === identityProvider.idOf(person.key));
  progress.say(
    `  Four more people are deleted in one day: DingTalk removes two, deletion protection holds two: "${deliveryOfMeant.why}"`,
  );

  await administrator.send("POST", `/admin/v1/deliveries/${deliveryOfMeant.id}/release`);
  await administrator.send("POST", `/admin/v1/deliveries/${deliveryOfMistaken.id}/discard`);
  await stage.settle();
  const back = restored.parse(
    await administrator.send("GET", `/scim/v2/Users/${identityProvider.idOf(mistaken.key)}`),
  );
  if (isThere(meant) || !isThere(mistaken)) throw new Error("Release and discard did not do what they say.");
  progress.say(
    `  The administrator releases ${displayName(meant)}, who is removed, and discards the other: ${back.displayName} is back in SCIM and never left DingTalk.`,
  );
  return applyChange(company, leaves(meant));
};

/** The held deliveries by the id of their resource. */
async function heldIds({ administrator }: SceneStage): Promise<Map<string, { id: string; why: string }>> {
  const held = await listDeliveries(administrator, ["held"]);
  return new Map(held.map(({ id, resourceId, reason }) => [resourceId, { id, why: reason?.message ?? "" }]));
}
