import type { Clock } from "../platform/clock.js";
import type { Simulator } from "../simulator/index.js";
import { collectReport } from "./collect-report.js";
import { applyChange } from "./company-changes.js";
import { connectDingTalk } from "./connect-dingtalk.js";
import { planDay, type Step } from "./day-of-changes.js";
import { waitUntilDelivered } from "./deliveries.js";
import type { GatewayClient } from "./gateway-client.js";
import { createIdentityProvider } from "./identity-provider.js";
import { parseMetrics, sumSamples } from "./metrics-page.js";
import type { Progress } from "./progress.js";
import type { IdleDelay, Report } from "./report.js";
import { type Company, createSampleCompany, displayName, PERSON_WITHOUT_MOBILE } from "./sample-company.js";
import { playChangeByHand } from "./scenes/change-by-hand.js";
import { playHeldRemoval, REMOVALS_A_DAY } from "./scenes/held-removal.js";
import { playPlannedChange } from "./scenes/planned-change.js";
import { playQuarantine } from "./scenes/quarantine.js";
import type { Scene } from "./scenes/scene.js";
import { readUser } from "./scim-directory.js";
import { planTrouble } from "./trouble.js";

/** What the demo plays with. The identity provider and the administrator sign in apart, as in real life. */
export interface DemoStage {
  /** The identity provider's way to the gateway. */
  provider: GatewayClient;
  /** The administrator's way to the gateway. */
  administrator: GatewayClient;
  simulator: Simulator;
  progress: Progress;
  clock: Clock;
  signal?: AbortSignal;
}

/** What an administrator does with what the gateway offers, in the order in which it is shown. */
export const EVENING: readonly Scene[] = [
  playPlannedChange,
  playHeldRemoval,
  playQuarantine,
  playChangeByHand,
];

/** The connection's policy for that: so few removals a day that the evening reaches deletion protection. */
export const EVENING_POLICY = { deletionProtection: { users: { number: REMOVALS_A_DAY, percent: 1 } } };

const FIRST_PUSH_DEADLINE_MS = 80_000;
const STEP_DEADLINE_MS = 30_000;
/** A step this small and without trouble shows how fast one change gets through an idle gateway. */
const QUIET_STEP_CHANGES = 2;

/**
 * Plays the whole story: connects DingTalk, pushes the company, lives through the day and the evening, and compares.
 * @throws Error when a request is refused for good or deliveries do not come to an end in time.
 */
export async function runDemo(stage: DemoStage): Promise<Report> {
  const { administrator, provider, simulator, progress, clock } = stage;
  const startedAt = clock.now().getTime();
  const morning = createSampleCompany();
  const identityProvider = createIdentityProvider(provider);

  const test = await connectDingTalk(administrator, simulator, EVENING_POLICY);
  progress.say(`DingTalk is connected: ${test.granted} of ${test.permissions} permissions granted.`);

  progress.say(
    `The identity provider pushes ${morning.departments.length} departments and ${morning.people.length} people.`,
  );
  await identityProvider.pushCompany(morning, ({ departments, people }) => {
    progress.show(`SCIM has ${departments} departments, ${people} people; ${contactBookSize(simulator)}`);
  });
  await settle(stage, FIRST_PUSH_DEADLINE_MS);
  progress.say(
    `Delivered: ${contactBookSize(simulator)}, after ${seconds(clock.now().getTime() - startedAt)}.`,
  );
  progress.say(await describeParked(administrator, morning, identityProvider.idOf(PERSON_WITHOUT_MOBILE)));

  progress.say("A day of changes:");
  let company = morning;
  const quiet = { delaySum: 0, deliveries: 0 };
  for (const step of planDay(morning)) {
    const before = await readDelays(administrator);
    const callsBefore = simulator.requests.count();
    const stepStart = clock.now().getTime();
    if (step.trouble !== undefined) planTrouble(simulator.faults, step.trouble);
    progress.show(`${step.name} ...`);
    for (const change of step.changes) {
      await identityProvider.pushChange(change, company);
      company = applyChange(company, change);
    }
    await settle(stage, STEP_DEADLINE_MS);
    const took = seconds(clock.now().getTime() - stepStart);
    progress.say(`  ${step.name}: ${describeCalls(simulator, callsBefore)} in ${took}.`);
    if (isQuiet(step)) {
      const after = await readDelays(administrator);
      quiet.delaySum += after.sum - before.sum;
      quiet.deliveries += after.count - before.count;
    }
  }

  progress.say("The administrator's evening:");
  const { connectionId } = test;
  for (const play of EVENING) {
    company = await play(
      { ...stage, identityProvider, connectionId, settle: () => settle(stage, STEP_DEADLINE_MS) },
      company,
    );
  }

  return await collectReport(administrator, simulator, {
    company,
    scimRequests: provider.traffic(),
    ...idleDelay(quiet),
    elapsedMs: clock.now().getTime() - startedAt,
  });
}

function settle(
  { administrator, progress, simulator, clock, signal }: DemoStage,
  deadlineMs: number,
): Promise<void> {
  return waitUntilDelivered(administrator, {
    clock,
    deadlineMs,
    onLeft: (count) => {
      if (count > 0)
        progress.show(
          `${count} ${count === 1 ? "delivery" : "deliveries"} to go; ${contactBookSize(simulator)}`,
        );
    },
    ...(signal === undefined ? {} : { signal }),
  });
}

function contactBookSize(simulator: Simulator): string {
  const { departments, users } = simulator.state();
  return `DingTalk has ${departments.length - 1} departments, ${users.length} people`;
}

/** The parked person as an administrator finds them: through SCIM, in the provisioning extension. */
async function describeParked(administrator: GatewayClient, company: Company, id: string): Promise<string> {
  const user = await readUser(administrator, id);
  const person = company.people.find(({ key }) => key === PERSON_WITHOUT_MOBILE);
  const [standing] = user.provisioning;
  const name = person === undefined ? id : displayName(person);
  return `${name} told no mobile number: ${standing?.state ?? "unknown"}, "${standing?.lastError ?? "no reason"}"`;
}

function describeCalls(simulator: Simulator, after: number): string {
  const calls = simulator.requests.all({ where: ({ sequence }) => sequence > after });
  const throttled = calls.filter(({ faults }) => faults.includes("throttle")).length;
  const lost = calls.filter(({ state }) => state === "reset").length;
  return [
    `${calls.length} DingTalk ${calls.length === 1 ? "call" : "calls"}`,
    ...(throttled > 0 ? [`${throttled} throttled`] : []),
    ...(lost > 0 ? [`${lost} answer lost`] : []),
  ].join(", ");
}

function isQuiet(step: Step): boolean {
  return step.trouble === undefined && step.changes.length <= QUIET_STEP_CHANGES;
}

async function readDelays(administrator: GatewayClient): Promise<{ sum: number; count: number }> {
  const samples = parseMetrics(await administrator.text("/metrics"));
  return {
    sum: sumSamples(samples, "delivery_delay_seconds_sum"),
    count: sumSamples(samples, "delivery_delay_seconds_count"),
  };
}

function idleDelay({ delaySum, deliveries }: { delaySum: number; deliveries: number }): {
  idleDelay?: IdleDelay;
} {
  if (deliveries === 0) return {};
  return { idleDelay: { meanMs: (delaySum * 1_000) / deliveries, deliveries } };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
