import { CreateTenant1763700000100 } from "./1763700000100-create-tenant.js";
import { CreateResource1763700000200 } from "./1763700000200-create-resource.js";
import { CreateResourceUniqueValue1763700000300 } from "./1763700000300-create-resource-unique-value.js";
import { CreateMembership1763700000400 } from "./1763700000400-create-membership.js";
import { CreateDictionaryField1763700000500 } from "./1763700000500-create-dictionary-field.js";
import { CreateOauthClient1763700000600 } from "./1763700000600-create-oauth-client.js";
import { CreateConnection1763700000700 } from "./1763700000700-create-connection.js";
import { CreateLink1763700000800 } from "./1763700000800-create-link.js";
import { CreateDelivery1763700000900 } from "./1763700000900-create-delivery.js";
import { CreateAttempt1763700001000 } from "./1763700001000-create-attempt.js";
import { CreateRateSlot1763700001100 } from "./1763700001100-create-rate-slot.js";
import { CreateResourceValue1764150000100 } from "./1764150000100-create-resource-value.js";
import { CreateChange1764150000200 } from "./1764150000200-create-change.js";
import { CreateAppendDeliveries1764150000300 } from "./1764150000300-create-append-deliveries.js";
import { CreateRemoveUser1764150000400 } from "./1764150000400-create-remove-user.js";
import { DropHotForeignKeys1764150000500 } from "./1764150000500-drop-hot-foreign-keys.js";
import { CreateDeleteValues1764150000600 } from "./1764150000600-create-delete-values.js";
import { PlanFunctionsOnce1764150000700 } from "./1764150000700-plan-functions-once.js";
import { AddClientLastUse1764150002000 } from "./1764150002000-add-client-last-use.js";
import { CreateDictionaryRevision1764156000300 } from "./1764156000300-create-dictionary-revision.js";
import { PrepareUserNames1764156100400 } from "./1764156100400-prepare-user-names.js";
import { CreateRequestLog1764157000100 } from "./1764157000100-create-request-log.js";
import { CreateAtDictionaryRevision1764157100100 } from "./1764157100100-create-at-dictionary-revision.js";
import { AddClientLimits1764158000100 } from "./1764158000100-add-client-limits.js";
import { CreateLongLivedToken1764158000200 } from "./1764158000200-create-long-lived-token.js";
import { IndexFoldedEmployeeNumber1764160000100 } from "./1764160000100-index-folded-employee-number.js";
import { AddClientKeys1764161000100 } from "./1764161000100-add-client-keys.js";
import { AddClientUser1764165000100 } from "./1764165000100-add-client-user.js";
import { CreateApproval1764170000100 } from "./1764170000100-create-approval.js";
import { CreateRemoval1764171000100 } from "./1764171000100-create-removal.js";
import { CreateFormerMembership1764171000200 } from "./1764171000200-create-former-membership.js";
import { AddLinkMarks1764171000300 } from "./1764171000300-add-link-marks.js";
import { IndexTombstones1764171000400 } from "./1764171000400-index-tombstones.js";
import { CreateBeforeImage1764172000100 } from "./1764172000100-create-before-image.js";
import { CreateRun1764173000100 } from "./1764173000100-create-run.js";
import { CreateNotification1764174000100 } from "./1764174000100-create-notification.js";
import { CreateNotificationSettings1764174000200 } from "./1764174000200-create-notification-settings.js";
import { AddPauseSince1764174000300 } from "./1764174000300-add-pause-since.js";
import { AddDeliveryLane1764174000400 } from "./1764174000400-add-delivery-lane.js";
import { AddRateShare1764174000500 } from "./1764174000500-add-rate-share.js";
import { QueueByType1764174000600 } from "./1764174000600-queue-by-type.js";
import { CreateUnknownCode1764174000700 } from "./1764174000700-create-unknown-code.js";
import { CreateAuditEntry1764175000100 } from "./1764175000100-create-audit-entry.js";
import { AddAttemptChinese1764175000200 } from "./1764175000200-add-attempt-chinese.js";
import { IndexTimelines1764175000300 } from "./1764175000300-index-timelines.js";
import { EstimateFoldedEmployeeNumber1764176000100 } from "./1764176000100-estimate-folded-employee-number.js";
import { IndexTimes1764176000200 } from "./1764176000200-index-times.js";
import { SortBySearchIndex1764176000300 } from "./1764176000300-sort-by-search-index.js";
import { AddRunDepth1764177000100 } from "./1764177000100-add-run-depth.js";
import { CreateGroupsAbove1764177000900 } from "./1764177000900-create-groups-above.js";
import { AddRunRestarts1764177001000 } from "./1764177001000-add-run-restarts.js";
import { CreateAdoptionProposal1764178000100 } from "./1764178000100-create-adoption-proposal.js";
import { AddRunNotification1764178500100 } from "./1764178500100-add-run-notification.js";
import { AddDeliveryDoubt1764178600100 } from "./1764178600100-add-delivery-doubt.js";
import { RememberWhatRunsChanged1764178700100 } from "./1764178700100-remember-what-runs-changed.js";
import { CreateAdoptionReport1764178800100 } from "./1764178800100-create-adoption-report.js";
import { CreateRoleGroup1764179000100 } from "./1764179000100-create-role-group.js";
import { CreateEvent1764179100100 } from "./1764179100100-create-event.js";
import { IndexComparisons1764179200050 } from "./1764179200050-index-comparisons.js";
import { AddRateClosedUntil1764179200100 } from "./1764179200100-add-rate-closed-until.js";
import { CreateCreateStop1764179200200 } from "./1764179200200-create-create-stop.js";
import { AddProposalDecision1764179900100 } from "./1764179900100-add-proposal-decision.js";
import { IndexIntents1764180000100 } from "./1764180000100-index-intents.js";

/** Every migration, oldest first. Listed by hand so that compiled code and tsx find the same ones. */
export const migrations = [
  CreateTenant1763700000100,
  CreateResource1763700000200,
  CreateResourceUniqueValue1763700000300,
  CreateMembership1763700000400,
  CreateDictionaryField1763700000500,
  CreateOauthClient1763700000600,
  CreateConnection1763700000700,
  CreateLink1763700000800,
  CreateDelivery1763700000900,
  CreateAttempt1763700001000,
  CreateRateSlot1763700001100,
  CreateResourceValue1764150000100,
  CreateChange1764150000200,
  CreateAppendDeliveries1764150000300,
  CreateRemoveUser1764150000400,
  DropHotForeignKeys1764150000500,
  CreateDeleteValues1764150000600,
  PlanFunctionsOnce1764150000700,
  AddClientLastUse1764150002000,
  CreateDictionaryRevision1764156000300,
  PrepareUserNames1764156100400,
  CreateRequestLog1764157000100,
  CreateAtDictionaryRevision1764157100100,
  AddClientLimits1764158000100,
  CreateLongLivedToken1764158000200,
  IndexFoldedEmployeeNumber1764160000100,
  AddClientKeys1764161000100,
  AddClientUser1764165000100,
  CreateApproval1764170000100,
  CreateRemoval1764171000100,
  CreateFormerMembership1764171000200,
  AddLinkMarks1764171000300,
  IndexTombstones1764171000400,
  CreateBeforeImage1764172000100,
  CreateRun1764173000100,
  CreateNotification1764174000100,
  CreateNotificationSettings1764174000200,
  AddPauseSince1764174000300,
  AddDeliveryLane1764174000400,
  AddRateShare1764174000500,
  QueueByType1764174000600,
  CreateUnknownCode1764174000700,
  CreateAuditEntry1764175000100,
  AddAttemptChinese1764175000200,
  IndexTimelines1764175000300,
  EstimateFoldedEmployeeNumber1764176000100,
  IndexTimes1764176000200,
  SortBySearchIndex1764176000300,
  AddRunDepth1764177000100,
  CreateGroupsAbove1764177000900,
  AddRunRestarts1764177001000,
  CreateAdoptionProposal1764178000100,
  AddRunNotification1764178500100,
  AddDeliveryDoubt1764178600100,
  RememberWhatRunsChanged1764178700100,
  CreateAdoptionReport1764178800100,
  CreateRoleGroup1764179000100,
  CreateEvent1764179100100,
  IndexComparisons1764179200050,
  AddRateClosedUntil1764179200100,
  CreateCreateStop1764179200200,
  AddProposalDecision1764179900100,
  IndexIntents1764180000100,
];
