import { z } from "zod";
import type { Clock } from "../platform/clock.js";
import type { GatewayClient } from "./gateway-client.js";

/** A delivery as the administration shows it. */
export interface ShownDelivery {
  id: string;
  resourceId: string;
  resourceName: string | null;
  state: string;
  reason: { code: string; message: string; remedy?: string | undefined } | null;
}

const page = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      resourceId: z.string(),
      resourceName: z.string().nullable(),
      state: z.string(),
      reason: z.object({ code: z.string(), message: z.string(), remedy: z.string().optional() }).nullable(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

/** States from which a delivery goes on by itself. */
const UNDER_WAY = ["pending", "claimed", "blocked"];
const PAGE_SIZE = 200;
const POLL_INTERVAL_MS = 150;

/** The deliveries in any of the given states, all pages. */
export async function listDeliveries(
  gateway: GatewayClient,
  states: readonly string[],
): Promise<ShownDelivery[]> {
  const deliveries: ShownDelivery[] = [];
  let cursor: string | null = null;
  do {
    const { items, nextCursor }: z.infer<typeof page> = page.parse(
      await gateway.send(
        "GET",
        `/admin/v1/deliveries?state=${states.join(",")}&limit=${PAGE_SIZE}${cursor === null ? "" : `&cursor=${cursor}`}`,
      ),
    );
    deliveries.push(...items);
    cursor = nextCursor;
  } while (cursor !== null);
  return deliveries;
}

/**
 * Waits until no delivery is under way any more. `onLeft` is told after each look how many still are.
 * @throws Error naming some of them when `deadlineMs` pass before.
 */
export async function waitUntilDelivered(
  gateway: GatewayClient,
  options: { clock: Clock; deadlineMs: number; onLeft: (count: number) => void; signal?: AbortSignal },
): Promise<void> {
  const deadline = options.clock.now().getTime() + options.deadlineMs;
  for (;;) {
    const left = await listDeliveries(gateway, UNDER_WAY);
    options.onLeft(left.length);
    if (left.length === 0) return;
    if (options.clock.now().getTime() > deadline) throw new Error(describeStuck(left, options.deadlineMs));
    await options.clock.sleep(POLL_INTERVAL_MS, options.signal);
  }
}

function describeStuck(left: readonly ShownDelivery[], deadlineMs: number): string {
  const lines = left
    .slice(0, 5)
    .map(
      ({ resourceName, resourceId, state, reason }) =>
        `- ${resourceName ?? resourceId}: ${state}${reason === null ? "" : ` (${reason.code}: ${reason.message})`}`,
    );
  return [`Deliveries still under way after ${deadlineMs / 1_000} s: ${left.length}.`, ...lines].join("\n");
}
