import type { ConnectorSession } from "../../connectors/connector.js";
import type { CallContext, RemoteDepartment } from "../../connectors/operations.js";
import type { DepartmentProfile } from "../../connectors/profiles.js";
import type { JsonObject } from "../../scim/schema/attribute.js";
import { proposalReason } from "../adoption/adoption-reasons.js";
import { approvalReason } from "../adoption/adoption-verdict.js";
import { changedNames, type DepartmentValues, digestsOf, namedWitnesses } from "../adoption/basis.js";
import { reasonFor } from "../reasons.js";
import { AdoptionRefused } from "./execution.js";
import type { AdoptionInput } from "./proposed-user.js";

/** What finding the department of a group needs. */
export interface ProposedDepartmentInput {
  profile: DepartmentProfile;
  adoption: AdoptionInput;
  /** What earlier writes of ours may have made of the department, oldest first. */
  intents: readonly JsonObject[];
  linkedElsewhere(remoteId: string): Promise<string | undefined>;
  context: CallContext;
}

/** What is compared of a department of the vendor. */
export function valuesOfDepartment(found: Omit<RemoteDepartment, "remoteId">): DepartmentValues {
  return {
    name: found.name.normalize("NFC").trim(),
    parent: found.parentRemoteId,
    ...(found.sourceId !== undefined && { stamp: found.sourceId }),
  };
}

/**
 * The department that was approved, or that enough speaks for, read again. Undefined where there is none, or where it is
 * not any more what was proposed.
 * @throws AdoptionRefused where a decision has to be waited for
 */
export async function findProposedDepartment(
  session: ConnectorSession,
  input: ProposedDepartmentInput,
): Promise<string | undefined> {
  const { verdict, changes } = input.adoption;
  if (verdict.kind === "wait") throw new AdoptionRefused(verdict.reason);
  if (verdict.kind === "free") return undefined;
  const { id, remoteId, basis } = verdict.proposal;
  const found = await session.departments.get({ ...input.context, remoteId });
  const end = (reason: ReturnType<typeof proposalReason>) => {
    changes.push({ kind: "outdated", id, reason });
    return undefined;
  };
  if (found === undefined) return end(proposalReason("record-gone"));
  if ((await input.linkedElsewhere(remoteId)) !== undefined) return end(proposalReason("linked-elsewhere"));
  const written = input.intents.map(({ name, parentRemoteId, sourceId }) =>
    digestsOf(
      valuesOfDepartment({
        name: String(name),
        parentRemoteId: String(parentRemoteId),
        sourceId: String(sourceId),
      }),
    ),
  );
  const theirs = digestsOf(valuesOfDepartment(found));
  const changed = changedNames(basis["vendor"], theirs).filter(
    (name) => !written.some((ours) => ours[name] === theirs[name]),
  );
  if (changed.length === 0) return remoteId;
  return end(proposalReason("changed", { vendor: namedWitnesses(changed) }));
}

/**
 * Judges the unstamped department that has the name: its id, where it may be taken for this one. Otherwise the pair is
 * proposed.
 * @throws AdoptionRefused
 */
export async function judgeNamesake(
  input: ProposedDepartmentInput,
  found: RemoteDepartment,
): Promise<string> {
  const { rules, verdict, changes } = input.adoption;
  const { remoteId, name } = found;
  const theirs = valuesOfDepartment(found);
  const wasRejected = verdict.rejected.some(
    (one) => one.remoteId === remoteId && changedNames(one.basis["vendor"], digestsOf(theirs)).length === 0,
  );
  if (wasRejected) {
    throw new AdoptionRefused(reasonFor("adoption-rejected-department", { name, department: remoteId }));
  }
  const enough = rules.witnesses.departments.length > 0;
  const elsewhere = await input.linkedElsewhere(remoteId);
  if (elsewhere !== undefined || (enough && rules.mode === "automatic")) return remoteId;
  const ours = { name: input.profile.name.normalize("NFC"), parent: input.profile.parentRemoteId };
  const agree = ["name", "parent"];
  changes.push({
    kind: "raise",
    proposal: {
      resourceName: input.profile.name,
      remoteId,
      remoteName: name,
      remoteMobile: null,
      parentRemoteId: found.parentRemoteId,
      agree,
      disagree: [],
      strength: enough ? "certain" : "weak",
      basis: { scim: digestsOf(ours), vendor: digestsOf(theirs) },
    },
  });
  throw new AdoptionRefused(
    enough
      ? approvalReason({ remoteId, remoteName: name, agree })
      : reasonFor("department-held", { name, department: remoteId }),
  );
}
