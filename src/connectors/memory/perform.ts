import type { ConnectorDeps, VendorCall } from "../connector.js";
import { ConnectorError } from "../errors.js";
import type { CallContext } from "../operations.js";
import type { MemoryDirectory, MemoryOperation } from "./directory.js";

/** Runs one operation as a call: paced, recorded, and failing where a fault waits for it. */
export type PerformCall = <T>(
  operation: MemoryOperation,
  context: CallContext,
  remoteId: string | undefined,
  run: () => T,
) => Promise<T>;

/** Operations that change nothing: a rehearsal tells only of what it would write. */
const READS = /\.(get|find|list|is)/;

/** Wraps the operations of a memory vendor so that a session looks from outside as if it went over a wire. */
export function createPerformCall(directory: MemoryDirectory, deps: ConnectorDeps): PerformCall {
  return async (operation, context, remoteId, run) => {
    await waitForTurn(operation, context, deps);
    const startedAt = deps.clock.now();
    const tell = (call: VendorCall) => {
      deps.onCall?.(call);
      context.onCall?.(call);
    };
    directory.calls.push({
      operation,
      correlationId: context.correlationId,
      ...(remoteId !== undefined && { remoteId }),
    });
    let outcome = "ok";
    try {
      const fault = takeFault(directory, operation);
      if (fault && !fault.applied) throw fault.error;
      const result = run();
      if (fault) throw fault.error;
      return result;
    } catch (error) {
      outcome = error instanceof ConnectorError ? error.facts.code : "failed";
      throw error;
    } finally {
      const call: VendorCall = { method: "CALL", path: operation, startedAt, durationMs: 0, outcome };
      if (deps.rehearsal === undefined) tell(call);
      else if (!READS.test(operation)) tell({ ...call, planned: true });
    }
  };
}

async function waitForTurn(operation: string, { signal }: CallContext, deps: ConnectorDeps): Promise<void> {
  try {
    await deps.pacer.reserve(operation, signal);
    signal?.throwIfAborted();
  } catch (cause) {
    if (!signal?.aborted) throw cause;
    throw new ConnectorError(
      "transient",
      { code: "aborted", message: "The call was given up before it was sent.", mayHaveApplied: false },
      { cause },
    );
  }
}

function takeFault(directory: MemoryDirectory, operation: MemoryOperation) {
  const index = directory.faults.findIndex((fault) => fault.operation === operation);
  return index < 0 ? undefined : directory.faults.splice(index, 1)[0];
}
