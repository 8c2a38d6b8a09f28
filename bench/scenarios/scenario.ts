import type pg from "pg";

/** One request of a scenario, and what the answer must be. */
export interface ScenarioRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  /** JSON text. */
  body?: string;
  status: number;
  /** Whether the body of an answer with the right status is right. */
  isRight(body: string): boolean;
  /** Deliveries that it orders where a connection is enabled; none by default. */
  orders?: number;
  /** Resources that it stands for, where rates are stated in resources; one by default. */
  resources?: number;
}

/** One kind of request, as it is sent to one database. Keeps count of what it has done there. */
export interface Scenario {
  name: string;
  /** The share of the limit that the product promises, in per cent (docs/performance.md). */
  goal?: number;
  /** It is measured a second time without a connection, to show what ordering deliveries costs. */
  showsOutboxCost?: boolean;
  /** Requests under way at a time, where it is not the bench's usual number. */
  connections?: number;
  /** Before each turn; not measured. */
  prepare?(client: pg.Client): Promise<void>;
  /** The next request of one of the connections, or undefined when there are no more. */
  next(connection: number): ScenarioRequest | undefined;
  /** After each turn: what the rows say about it, or undefined when all is as the answers said. */
  findError?(client: pg.Client): Promise<string | undefined>;
}
