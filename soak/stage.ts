import type { RequestContext } from "../src/directory/request-context.js";
import type { Database } from "../src/persistence/database.js";
import type { FakeClock } from "../test/support/fake-clock.js";
import type { Company } from "./company.js";
import type { Script } from "./happenings.js";
import type { dryRun } from "./reconcile.js";
import type { Vendor } from "./vendor.js";
import type { WorkerProcess } from "./worker-process.js";

/** A person whom somebody put into a department at DingTalk's console. */
export interface Assignment {
  readonly userid: string;
  readonly departmentId: number;
  /** The last change of the contact book before it. */
  readonly after: number;
}

/** Everything that takes part in one run. */
export interface Stage {
  readonly script: Script;
  readonly database: Database;
  /** True time, which DingTalk keeps too. */
  readonly clock: FakeClock;
  readonly vendor: Vendor;
  readonly company: Company;
  readonly context: RequestContext;
  /** The two worker processes that are alive. */
  readonly workers: readonly WorkerProcess[];
  /** Trouble of our own that a worker met. */
  readonly troubles: readonly unknown[];
  /** How often our machine's clock jumped. */
  jumps: number;
  /** How often a worker stood still. */
  stalls: number;
  readonly assignments: Assignment[];
  /** Lets one of those that wait for a turn go on; false when nobody does. */
  giveTurn(): Promise<boolean>;
  turnsGiven(): number;
  /** Whether no delivery is in work. */
  isIdle(): boolean;
  /** Kills a worker on the spot and starts another in its place. */
  restart(index: number): void;
  /** Puts our machine's clock forward, or back. */
  jump(ms: number): void;
  /** Approves every changed mobile number that waits for it; answers how many. */
  approveAll(): Promise<number>;
  /** What a dry run of reconciliation finds. */
  compare(): ReturnType<typeof dryRun>;
  /** Ends all trouble and delivers what is left. */
  settleDown(): Promise<void>;
}
