import type { VendorCall } from "../../connectors/connector.js";
import type { CallContext } from "../../connectors/operations.js";
import type { ClaimedDelivery } from "../../outbox/delivery.js";

/** A delivery as the vendor's calls are made for it. */
export interface CallingDelivery {
  delivery: Pick<ClaimedDelivery, "correlationId">;
  signal: AbortSignal;
  /** Gets every call that is made, also where it fails. */
  calls: VendorCall[];
}

/** What is handed to each call of a delivery: whose it is, when to give up, and where it is recorded. */
export function callContext({ delivery, signal, calls }: CallingDelivery): CallContext {
  return { correlationId: delivery.correlationId, signal, onCall: (call) => void calls.push(call) };
}
