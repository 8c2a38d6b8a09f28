import type { DeliveryReason } from "../../outbox/delivery.js";
import type { Outcome } from "../../outbox/settle.js";
import type { JsonValue, ResourceTypeId } from "../../scim/schema/attribute.js";
import type { Action } from "../write/execution.js";

/** A call that would be sent, in its place among the others. */
export interface PlannedCall {
  resourceId: string;
  method: string;
  path: string;
  /** Redacted. */
  body: unknown;
  /** The vendor's code, where it can be foreseen that the call is refused. */
  refusal?: string;
}

/** A field of a resource's profile at the vendor that would change; phone numbers masked, null: not set. */
export interface FieldChange {
  field: string;
  before: JsonValue;
  after: JsonValue;
}

/** What would become of one resource. */
export interface PlanItem {
  resourceId: string;
  resourceType: ResourceTypeId;
  resourceName: string | null;
  /** Not asked for, but has to be delivered before something that was. */
  prerequisite: boolean;
  action: Action;
  /** How its delivery would end. */
  outcome: Outcome["kind"];
  reason?: DeliveryReason;
  notes: string[];
  remoteId: { before: string | null; after: string | null };
  changes: FieldChange[];
}

/** What would happen at one connection. */
export interface Plan {
  connectionId: string;
  /** Stands for everything in the plan and everything it depends on. */
  hash: string;
  items: PlanItem[];
  /** In the order in which they would be made. */
  calls: PlannedCall[];
  /** Departments that do not exist yet; their ids are stand-ins for those that the vendor will give. */
  placeholders: { remoteId: string; resourceId: string }[];
  /** True where not everything could be followed to its end, because there is too much of it. */
  truncated: boolean;
}
