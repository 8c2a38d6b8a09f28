import type { ConnectorSession } from "../../connectors/connector.js";
import { ConnectorError } from "../../connectors/errors.js";
import type { CallContext } from "../../connectors/operations.js";
import type { DeliveryReason } from "../../outbox/delivery.js";
import type { Queryable } from "../../persistence/database.js";
import { findFieldByKey } from "../../persistence/dictionary-store.js";
import type { BilingualText } from "../../platform/bilingual.js";
import type { Reference } from "../decide/subject.js";
import { reasonFor } from "../reasons.js";

/** What finding the cause of a refused department list takes. */
export interface RefusedDepartments {
  session: ConnectorSession;
  tenantId: string;
  /** The dictionary field that holds the remote ids of departments. */
  idField: string;
  rootDepartmentId: string;
  departments: readonly Reference[];
  context: CallContext;
}

/** Departments that are looked at, and how far up: each step is a call. */
const MOST_DEPARTMENTS = 10;
const MOST_STEPS = 15;

/**
 * Which of the causes a refused list of departments has: the dictionary field for their ids is off, or a department is not
 * where we may place people. Undefined where neither is found, or where the vendor does not let us look: then what it
 * said itself has to do.
 */
export async function explainDepartments(
  database: Queryable,
  refused: RefusedDepartments,
): Promise<DeliveryReason | undefined> {
  const field = await findFieldByKey(database, refused.tenantId, "group", refused.idField);
  if (field?.enabled !== true) return reasonFor("department-field-off", { field: refused.idField });
  try {
    const found: BilingualText[] = [];
    for (const { displayName, remoteId } of refused.departments.slice(0, MOST_DEPARTMENTS)) {
      if (remoteId === undefined) continue;
      const where = await whereIs(refused, remoteId);
      const cause = CAUSES[where];
      if (cause !== undefined) found.push(named(displayName, remoteId, cause));
    }
    if (found.length === 0) return undefined;
    const list = {
      en: found.map(({ en }) => en).join(", "),
      zh: found.map(({ zh }) => zh).join("、"),
    };
    return reasonFor("departments-out-of-reach", { list, root: refused.rootDepartmentId });
  } catch (error) {
    // Looking is a help, not the delivery: its own failure must not hide the one that it is to explain.
    if (error instanceof ConnectorError) return undefined;
    throw error;
  }
}

type Whereabouts = "inside" | "gone" | "outside";

const CAUSES: Record<Whereabouts, BilingualText | undefined> = {
  inside: undefined,
  gone: { en: "not there, or not visible to the app", zh: "不存在或不在应用可见范围内" },
  outside: { en: "outside the root department", zh: "不在根部门之下" },
};

function named(displayName: string, remoteId: string, cause: BilingualText): BilingualText {
  return {
    en: `"${displayName}" (${remoteId}: ${cause.en})`,
    zh: `“${displayName}”（${remoteId}：${cause.zh}）`,
  };
}

async function whereIs(refused: RefusedDepartments, remoteId: string): Promise<Whereabouts> {
  let id = remoteId;
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    if (id === refused.rootDepartmentId) return "inside";
    const department = await refused.session.departments.get({ ...refused.context, remoteId: id });
    if (department === undefined) return id === remoteId ? "gone" : "outside";
    if (department.parentRemoteId === id || department.parentRemoteId === "") return "outside";
    id = department.parentRemoteId;
  }
  return "inside";
}
