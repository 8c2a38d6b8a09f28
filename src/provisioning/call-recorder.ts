import { AsyncLocalStorage } from "node:async_hooks";
import type { VendorCall } from "../connectors/connector.js";

/** Collects the vendor calls that one delivery makes, though all deliveries of a connection share one session. */
export interface CallRecorder {
  /** Told of each call, with the id of the connector that made it. */
  onCall(call: VendorCall, connector: string): void;
  /** Runs `work` and hands over the calls made within it, also when it fails. */
  record<T>(work: () => Promise<T>, calls: VendorCall[]): Promise<T>;
}

/** A recorder of its own; `observe` additionally sees every call, recorded or not (metrics). */
export function createCallRecorder(observe: (call: VendorCall, connector: string) => void): CallRecorder {
  const storage = new AsyncLocalStorage<VendorCall[]>();
  return {
    onCall(call, connector) {
      storage.getStore()?.push(call);
      observe(call, connector);
    },
    record: (work, calls) => storage.run(calls, work),
  };
}
