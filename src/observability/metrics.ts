import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** One answered HTTP request. `route` is the pattern, never the path itself. */
export interface RequestObservation {
  method: string;
  route: string;
  status: number;
  durationMs: number;
}

/** One call to a vendor. `path` is the API path without ids; `outcome` is "ok" or the vendor's code. */
export interface VendorCallObservation {
  connector: string;
  path: string;
  outcome: string;
  durationMs: number;
}

/** One attempt of a delivery: what was done and how it ended. */
export interface AttemptObservation {
  connector: string;
  resourceType: string;
  action: string;
  outcome: string;
  durationMs: number;
}

/** A push of a vendor: "kept", why it was not, or why it was refused. */
export interface PushObservation {
  connector: string;
  outcome: string;
}

/** A look at a record that an event named, and what it showed. */
export interface LookObservation {
  connector: string;
  resourceType: string;
  outcome: string;
}

/** What the product counts about itself, in the text format of Prometheus. */
export interface Metrics {
  observeRequest(request: RequestObservation): void;
  /** A refusal under SCIM, by status and keyword ("none" where the error has none). */
  observeScimError(error: { status: number; scimType?: string | undefined }): void;
  observeVendorCall(call: VendorCallObservation): void;
  observeAttempt(attempt: AttemptObservation): void;
  /** From the commit of a change to the vendor having it, for deliveries that ended as synced. */
  observeDeliveryDelay(delivery: { connector: string; resourceType: string; delayMs: number }): void;
  observePush(push: PushObservation): void;
  observeLook(look: LookObservation): void;
  /** How many deliveries each connection has in each state; what is not named has none any more. */
  setQueueDepths(depths: readonly { connectionId: string; state: string; count: number }[]): void;
  /** What each connection is doing: 1 for the state it is in; connections that are not named are gone. */
  setConnectionStates(connections: readonly { id: string; connector: string; state: string }[]): void;
  /** The page for `/metrics` and its media type. */
  expose(): Promise<{ contentType: string; text: string }>;
}

/** From a cached read to a request that waits for a locked department tree, in seconds. */
const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Vendor calls cross the internet; ten seconds is where connectors give up. */
const VENDOR_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** From the promised 200 ms to a queue that waits out a vendor's outage. */
const DELAY_BUCKETS = [0.05, 0.1, 0.2, 0.5, 1, 5, 15, 60, 300, 900, 3600];

/**
 * Creates the product's metrics in a registry of their own. `processMetrics` (default true) adds Node's memory,
 * garbage collection and event loop.
 */
export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });

  const requests = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request's arrival to the end of its answer",
    labelNames: ["method", "route", "status"],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const scimErrors = new Counter({
    name: "scim_errors_total",
    help: "SCIM error bodies sent, by status and scimType",
    labelNames: ["status", "scim_type"],
    registers,
  });
  const vendorCalls = new Histogram({
    name: "vendor_call_duration_seconds",
    help: "Time a vendor took to answer one call",
    labelNames: ["connector", "path", "outcome"],
    buckets: VENDOR_BUCKETS,
    registers,
  });
  const attempts = new Histogram({
    name: "delivery_attempt_duration_seconds",
    help: "Time one attempt of a delivery took, with all its calls",
    labelNames: ["connector", "resource_type", "action", "outcome"],
    buckets: VENDOR_BUCKETS,
    registers,
  });
  const delays = new Histogram({
    name: "delivery_delay_seconds",
    help: "Time from the commit of a change to the vendor having it",
    labelNames: ["connector", "resource_type"],
    buckets: DELAY_BUCKETS,
    registers,
  });
  const pushes = new Counter({
    name: "vendor_events_total",
    help: "Event pushes by what became of them: kept, repeated, off, check, unrelated, or why they were refused",
    labelNames: ["connector", "outcome"],
    registers,
  });
  const looks = new Counter({
    name: "vendor_event_looks_total",
    help: "Looks at records that events named, by what they showed: echo, drift, missing, unlinked, unknown and others",
    labelNames: ["connector", "resource_type", "outcome"],
    registers,
  });
  const queueDepth = new Gauge({
    name: "delivery_queue_depth",
    help: "Deliveries by connection and state",
    labelNames: ["connection", "state"],
    registers,
  });
  const connectionState = new Gauge({
    name: "connection_state",
    help: "1 for the state a connection is in: active, quarantined or disabled",
    labelNames: ["connection", "connector", "state"],
    registers,
  });

  return {
    observeRequest({ method, route, status, durationMs }) {
      requests.observe({ method, route, status: String(status) }, durationMs / 1000);
    },
    observeScimError({ status, scimType }) {
      scimErrors.inc({ status: String(status), scim_type: scimType ?? "none" });
    },
    observeVendorCall({ connector, path, outcome, durationMs }) {
      vendorCalls.observe({ connector, path, outcome }, durationMs / 1000);
    },
    observeAttempt({ connector, resourceType, action, outcome, durationMs }) {
      attempts.observe({ connector, resource_type: resourceType, action, outcome }, durationMs / 1000);
    },
    observeDeliveryDelay({ connector, resourceType, delayMs }) {
      delays.observe({ connector, resource_type: resourceType }, delayMs / 1000);
    },
    observePush({ connector, outcome }) {
      pushes.inc({ connector, outcome });
    },
    observeLook({ connector, resourceType, outcome }) {
      looks.inc({ connector, resource_type: resourceType, outcome });
    },
    setQueueDepths(depths) {
      queueDepth.reset();
      for (const { connectionId, state, count } of depths) {
        queueDepth.set({ connection: connectionId, state }, count);
      }
    },
    setConnectionStates(connections) {
      connectionState.reset();
      for (const { id, connector, state } of connections) {
        connectionState.set({ connection: id, connector, state }, 1);
      }
    },
    async expose() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
