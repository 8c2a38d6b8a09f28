import { inspect } from "node:util";
import { createDingTalkConnector } from "../src/connectors/dingtalk/index.js";
import { createConnectorRegistry } from "../src/connectors/registry.js";
import type { RequestContext } from "../src/directory/request-context.js";
import { appendBacklog } from "../src/outbox/append-backlog.js";
import type { Database } from "../src/persistence/database.js";
import type { Clock } from "../src/platform/clock.js";
import { createSecretBox } from "../src/platform/secret-box.js";
import { createConnections } from "../src/provisioning/connections/connections.js";
import { createDeliveryLog } from "../src/provisioning/delivery-log.js";
import { createDialect } from "../src/scim/dialect/dialect.js";
import type { JsonObject } from "../src/scim/schema/attribute.js";
import { createFakeClock } from "../test/support/fake-clock.js";
import { apply, mobileOf, overtake } from "./apply.js";
import { type Company, createCompany } from "./company.js";
import type { Script } from "./happenings.js";
import { checkAlways, checkInTheEnd } from "./judge.js";
import { dryRun } from "./reconcile.js";
import { seededRandom, withRepeatableRandomness } from "./repeatable-randomness.js";
import type { Stage } from "./stage.js";
import { emptyTables, type Theatre } from "./theatre.js";
import { createTurns } from "./turns.js";
import { openVendor } from "./vendor.js";
import { startWorkerProcess, type WorkerProcess } from "./worker-process.js";

/** The tenant that every database has from its first migration on. */
const TENANT = "00000000-0000-0000-0000-000000000001";
const SECRET_BOX = createSecretBox(["a key for the soak that is long enough"]);
const UNLIMITED = { number: 1_000_000 };

/** A run in which a promise was broken. The message says which; `diary` tells the run step by step. */
export class PromiseBroken extends Error {
  override readonly name = "PromiseBroken";

  constructor(
    readonly diary: readonly string[],
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** A run that kept every promise, and what it cost. */
export interface FinishedRun {
  diary: readonly string[];
  happenings: number;
  turns: number;
  vendorCalls: number;
}

/**
 * Plays a script on an emptied database: everything in it happens, trouble ends, what is left is delivered, and the
 * promises are checked on the way and in the end. The same script gives the same run. It begins with a small company,
 * or, unless `founded`, with nobody.
 * @throws PromiseBroken
 */
export async function runScript(
  theatre: Theatre,
  script: Script,
  { founded = true }: { founded?: boolean } = {},
): Promise<FinishedRun> {
  const diary: string[] = [];
  return withRepeatableRandomness(1, async () => {
    await emptyTables(theatre.database);
    const stage = await setStage(theatre, script, diary);
    if (founded) await foundCompany(stage.company);
    try {
      for (const [index, happening] of script.happenings.entries()) {
        const line = await apply(stage, happening);
        if (line !== undefined) diary.push(`${index + 1}. ${line}`);
        checkAlways(stage);
      }
      if (stage.workers.some((worker) => worker.stalled)) diary.push(await overtake(stage, true));
      diary.push("The trouble ends; the rest is delivered.");
      await stage.settleDown();
      await checkInTheEnd(stage);
    } catch (error) {
      throw new PromiseBroken(diary, error);
    }
    return {
      diary,
      happenings: script.happenings.length,
      turns: stage.turnsGiven(),
      vendorCalls: stage.vendor.simulator.requests.count(),
    };
  });
}

async function setStage(theatre: Theatre, script: Script, diary: string[]): Promise<Stage> {
  const { database, directory } = theatre;
  const clock = createFakeClock();
  theatre.useClock(clock);
  const vendor = openVendor(clock, script.contrary);
  const turns = createTurns();
  const random = seededRandom(3);
  let skewMs = 0;
  let given = 0;
  const troubles: unknown[] = [];
  const ourClock: Clock = { ...clock, now: () => new Date(clock.now().getTime() + skewMs) };
  const context: RequestContext = {
    tenantId: TENANT,
    actor: "soak",
    correlationId: "soak",
    dialect: createDialect("auto"),
  };
  const connectionId = await connect(database, context, script, vendor, clock);
  const company = createCompany(directory, context);
  const around = {
    database,
    clock,
    turns,
    http: vendor.http,
    secretBox: SECRET_BOX,
    skewMs: () => skewMs,
    onTrouble: (error: unknown) => troubles.push(error),
  };
  const start = (index: number): WorkerProcess => startWorkerProcess(index === 0 ? "A" : "B", around);
  const workers = [start(0), start(1)];

  async function giveTurn(): Promise<boolean> {
    if (turns.waiting() === 0) return false;
    given += 1;
    await turns.give(Math.floor(random() * turns.waiting()));
    return true;
  }

  /** When whatever is in work goes on by itself: somebody wakes, or a lease ends. */
  function wakes(): number[] {
    const leases = workers.flatMap((worker) => worker.nextLeaseEndMs() ?? []);
    return [
      ...leases.map((ms) => clock.now().getTime() + ms),
      ...[clock.nextWake()].flatMap((wake) => wake?.getTime() ?? []),
    ];
  }

  /** The next moment at which something is to be done, in true time. */
  async function nextMoment(): Promise<Date | undefined> {
    const [row] = await database.query<{ at: Date | null }>(
      `select least(min(greatest(d.next_attempt_at, c.paused_until)) filter (where d.state = 'pending'),
                    min(d.doubt_until)) as at
         from delivery d join connection c on c.tenant_id = d.tenant_id and c.id = d.connection_id
        where d.state <> 'claimed' and c.enabled`,
    );
    const moments = [...(row?.at ? [row.at.getTime() - skewMs] : []), ...wakes()];
    return moments.length === 0 ? undefined : new Date(Math.min(...moments));
  }

  async function drain(): Promise<void> {
    for (let rounds = 0; rounds < 100_000; rounds++) {
      if (await giveTurn()) continue;
      const wake = clock.nextWake();
      if (wake !== undefined && wake.getTime() - clock.now().getTime() <= 100) {
        await clock.advance(wake.getTime() - clock.now().getTime());
        continue;
      }
      // Asking for what is due costs a sixth of two claims that find nothing.
      const due = (await nextMoment())?.getTime() ?? 0;
      if (due > clock.now().getTime()) {
        await clock.advance(due - clock.now().getTime());
        continue;
      }
      let claimed = 0;
      for (const worker of workers) claimed += await worker.claim();
      if (claimed > 0) continue;
      const moment = await nextMoment();
      if (moment === undefined) return;
      const now = clock.now().getTime();
      // What is due and not claimed finds both workers with as much in work as they may have.
      const next = moment.getTime() > now ? moment.getTime() : Math.min(...wakes().filter((at) => at > now));
      await clock.advance(Number.isFinite(next) ? next - now : 1);
    }
    const moving = await database.query(
      `select resource_type, resource_id, state, tries, claims, next_attempt_at, doubt_until, reason->>'message' as reason
         from delivery where state not in ('synced', 'skipped') order by id`,
    );
    throw new Error(`The deliveries do not come to an end: ${inspect(moving)}`);
  }

  const stage: Stage = {
    script,
    database,
    clock,
    vendor,
    company,
    context,
    workers,
    troubles,
    jumps: 0,
    stalls: 0,
    assignments: [],
    giveTurn,
    turnsGiven: () => given,
    isIdle: () => turns.waiting() === 0 && workers.every((worker) => worker.inWork() === 0),
    restart(index) {
      workers[index]?.kill();
      workers[index] = start(index);
    },
    jump(ms) {
      skewMs += ms;
      stage.jumps += 1;
    },
    async approveAll() {
      const waiting = await database.query<{ id: string }>(
        "select id from delivery where state = 'parked' and reason ? 'proposal' order by id",
      );
      const log = createDeliveryLog({ database, clock: ourClock });
      for (const { id } of waiting) await log.approve(context, id);
      return waiting.length;
    },
    compare: () =>
      dryRun({ database, directory, clock, vendor, secretBox: SECRET_BOX, context, connectionId }),
    async settleDown() {
      vendor.simulator.faults.clear();
      await drain();
      // What "busy" and a code that nobody knows have ended waits for an administrator, who says: again.
      const again = await database.query(
        "update delivery set state = 'pending', tries = 0, next_attempt_at = $1 where state = 'failed' returning id",
        [new Date(clock.now().getTime() + skewMs)],
      );
      if (again.length > 0) {
        diary.push(`An administrator retries ${again.length} failed deliveries.`);
        await drain();
      }
      const approved = await stage.approveAll();
      if (approved > 0) {
        diary.push(`An administrator approves ${approved} new mobile numbers.`);
        await drain();
      }
    },
  };
  return stage;
}

/** What the company is when a script begins: two departments with a person in each, nothing of it delivered yet. */
async function foundCompany(company: Company): Promise<void> {
  const head = await company.addDepartment("总部", undefined);
  const plant = await company.addDepartment("工厂", head);
  const lead = await company.addPerson("员工0", mobileOf(0));
  const worker = await company.addPerson("员工1", mobileOf(1));
  await company.join(lead, head);
  await company.join(worker, plant);
  await company.manage(worker, lead);
  await company.setLeader(head, lead, true);
}

async function connect(
  database: Database,
  context: RequestContext,
  script: Script,
  { simulator, foreign }: ReturnType<typeof openVendor>,
  clock: ReturnType<typeof createFakeClock>,
): Promise<string> {
  const connections = createConnections({
    database,
    clock,
    secretBox: SECRET_BOX,
    connectors: createConnectorRegistry([createDingTalkConnector()]),
    outbox: { appendBacklog },
    pacerFor: () => ({ reserve: async () => undefined, penalise: async () => undefined }),
  });
  const { id } = await connections.create(context, {
    connector: "dingtalk",
    name: "soak",
    config: {
      ...simulator.credentials,
      rootDepartmentId: String(foreign.rootId),
      oapiBaseUrl: "http://localhost:1",
      apiBaseUrl: "http://localhost:1",
    },
    scope: {},
    mapping: {},
    policy: policyOf(script, foreign.holdingId),
    schedule: {},
  });
  await connections.enable(context, id);
  return id;
}

/** Protection counts, and holds nothing: what it held would wait for an administrator for ever. */
function policyOf({ inactive, accounts, mobileChange }: Script, holdingId: number): JsonObject {
  const deletionProtection = { users: UNLIMITED, departments: UNLIMITED, emptiedDepartments: UNLIMITED };
  const deactivation: JsonObject =
    inactive === "later"
      ? { action: "delete", graceDays: 1 }
      : inactive === "holding"
        ? { action: "holding", holdingDepartmentId: String(holdingId) }
        : { action: inactive };
  return {
    deletionProtection,
    deactivation,
    groupsAsRoles: { enabled: true },
    accounts: { kind: accounts },
    mobileChange,
  };
}
