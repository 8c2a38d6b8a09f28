import type { ConnectorErrorFacts } from "../../connectors/errors.js";
import type { BilingualText } from "../../platform/bilingual.js";

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

/** Why something can not be undone, in the administrator's terms. */
export const NOT_UNDONE = {
  "nothing-kept": {
    en: "This delivery, or this attempt, changed nothing at the vendor that is still known.",
    zh: "该同步任务或该次尝试未在对方留下仍可查的变更。",
  },
  adopted: {
    en: "The attempt adopted an account that was there already; what it held before is not known.",
    zh: "该次尝试关联了对方已有的账号，其之前的内容未知。",
  },
  superseded: {
    en: "Something else was written for this resource since. Undo that first, the newest change before the older ones.",
    zh: "此后已对该资源写入了其他内容。请先撤销那些变更，从最新的开始。",
  },
  "still-demanded": {
    en:
      "It was removed although it is there in SCIM: the rules of the connection (scope, kind, deactivation) demand it. Change " +
      "those; the removal is then taken back by a delivery.",
    zh: "它在 SCIM 中仍存在，是因连接的规则（范围、类型、停用）而被删除。请修改这些规则，之后同步会自动恢复。",
  },
  "under-way": {
    en: "What the run ordered for it is not over yet.",
    zh: "本次运行为其安排的同步尚未结束。",
  },
  "undone-already": {
    en: "The vendor holds what it held before the run.",
    zh: "对方当前的内容与运行之前一致。",
  },
  "changed-since": {
    en: "SCIM holds another value by now than the one that was taken over.",
    zh: "SCIM 中的值已不是当时采纳的值。",
  },
} as const satisfies Record<string, BilingualText>;

/** An attempt can not be undone. */
export class UndoNotPossibleError extends Error {
  override readonly name = "UndoNotPossibleError";

  constructor(readonly why: keyof typeof NOT_UNDONE) {
    super(NOT_UNDONE[why].en);
  }
}
