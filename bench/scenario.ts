import type pg from "pg";
import type { ScenarioRequest } from "./load.js";

/** One kind of request, as it is sent to one database. Keeps count of what it has done there. */
export interface Scenario {
  name: string;
  /** Whether it orders deliveries: it is measured a second time without a connection then. */
  writes: boolean;
  /** Before each turn; not measured. */
  prepare?(client: pg.Client): Promise<void>;
  /** See {@link LoadPlan.next}. */
  next(connection: number): ScenarioRequest | undefined;
  /** After each turn: what the rows say about it, or undefined when all is as the answers said. */
  findError?(client: pg.Client): Promise<string | undefined>;
}
