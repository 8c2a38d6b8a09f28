import type { Clock } from "../../platform/clock.js";
import type { Simulator } from "../../simulator/index.js";
import type { GatewayClient } from "../gateway-client.js";
import type { IdentityProvider } from "../identity-provider.js";
import type { Progress } from "../progress.js";
import type { Company } from "../sample-company.js";

/** What a scene of the administrator's evening plays with. */
export interface SceneStage {
  administrator: GatewayClient;
  identityProvider: IdentityProvider;
  simulator: Simulator;
  progress: Progress;
  clock: Clock;
  /** Of the connection to DingTalk. */
  connectionId: string;
  /** Waits until no delivery is under way any more. */
  settle(): Promise<void>;
  signal?: AbortSignal;
}

/**
 * Plays one scene and answers the company as it is afterwards.
 * @throws Error when something does not come out as the story tells it.
 */
export type Scene = (stage: SceneStage, company: Company) => Promise<Company>;

const POLL_MS = 100;
const PATIENCE_MS = 30_000;

/** Looks until there is something to see. @throws Error naming what was waited for, after half a minute */
export async function waitFor<T>(
  { clock, signal }: SceneStage,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = clock.now().getTime() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (clock.now().getTime() > deadline) throw new Error(`The demo waited in vain for ${what}.`);
    await clock.sleep(POLL_MS, signal);
  }
}

/** Somebody of a department who leads nobody. @throws Error when the department has nobody like that. */
export function somebodyOf(company: Company, departmentKey: string, position: number) {
  const staff = company.people.filter(
    (person) =>
      person.departmentKeys[0] === departmentKey &&
      person.mobile !== undefined &&
      !company.people.some(({ managerKey }) => managerKey === person.key),
  );
  const person = staff[position];
  if (person === undefined)
    throw new Error(`The story needs somebody at position ${position} of ${departmentKey}.`);
  return person;
}
