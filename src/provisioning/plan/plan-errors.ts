import type { ConnectorErrorFacts } from "../../connectors/errors.js";

/** The vendor can not be asked just now, so nobody can say what would happen. */
export class VendorSilentError extends Error {
  override readonly name = "VendorSilentError";

  constructor(
    /** What the vendor, or the way to it, said. */
    readonly facts: ConnectorErrorFacts,
    options?: { cause?: unknown },
  ) {
    super(`No plan without the vendor: ${facts.message}`, options);
  }
}

/** Too much is being written, or planned, at the same time. Trying again in a moment helps. */
export class PlanBusyError extends Error {
  override readonly name = "PlanBusyError";

  constructor(message = "Other changes were in the way of this plan; try again in a moment.") {
    super(message);
  }
}

/** Something that the plan depends on has changed since, so it would not do any more what it says. */
export class PlanOutdatedError extends Error {
  override readonly name = "PlanOutdatedError";

  constructor(
    /** The hash that the same plan has now. */
    readonly presentHash: string,
  ) {
    super(
      "What this plan depends on has changed since it was made. Make it anew, look at it, and apply that one.",
    );
  }
}

/** There is no such resource in the tenant, not even a removed one. */
export class PlannedResourceNotFoundError extends Error {
  override readonly name = "PlannedResourceNotFoundError";

  constructor() {
    super("There is no user or group with this id.");
  }
}

/** The vendor has nobody and no department under this id. */
export class RemoteRecordNotFoundError extends Error {
  override readonly name = "RemoteRecordNotFoundError";

  constructor() {
    super("The vendor has no person or department with this id.");
  }
}
