import type { DepartmentOrder, DepartmentPosition } from "../../connectors/profiles.js";
import type { JsonObject, JsonValue } from "../../scim/schema/attribute.js";
import { ORGANIZATION_USER_URN } from "../../scim/schema/urns.js";
import type { Mapping } from "./mapping.js";

/** A department that the person is in, as SCIM and the vendor call it. */
export interface PlacedDepartment {
  resourceId: string;
  remoteId: string;
}

/** A person's departments with what belongs to single ones. */
export interface MappedPositions {
  /** The main department first, else in the order given. */
  departmentRemoteIds: string[];
  positions?: DepartmentPosition[];
  departmentOrders?: DepartmentOrder[];
}

/**
 * What the organization extension says about single departments: title, order and which is the main one. Entries for
 * departments that the person is not in count for nothing. Where there are titles and no main department is named,
 * the first one counts as it: the vendor wants exactly one.
 */
export function mapPositions(
  attributes: JsonObject,
  placed: readonly PlacedDepartment[],
  mapping: Pick<Mapping, "references">,
): MappedPositions {
  const remoteIds = [...new Set(placed.map(({ remoteId }) => remoteId))];
  const organization = objectOf(attributes[ORGANIZATION_USER_URN]);
  const remoteIdOf = (id: JsonValue | undefined) =>
    placed.find(({ resourceId }) => typeof id === "string" && resourceId === id)?.remoteId;

  const isOn = (field: Parameters<typeof mapping.references.has>[0]) => mapping.references.has(field);
  const main = isOn("mainDepartment") ? remoteIdOf(organization["mainDepartment"]) : undefined;
  const titles = new Map<string, string>();
  const orders = new Map<string, string>();
  const entries = Array.isArray(organization["departments"]) ? organization["departments"] : [];
  for (const entry of entries.map(objectOf)) {
    const remoteId = remoteIdOf(entry["value"]);
    if (remoteId === undefined) continue;
    const { title, order } = entry;
    if (isOn("departmentTitles") && typeof title === "string" && title.trim() !== "") {
      titles.set(remoteId, title.trim());
    }
    if (isOn("departmentOrders") && typeof order === "number") orders.set(remoteId, BigInt(order).toString());
  }

  const departmentRemoteIds =
    main === undefined ? remoteIds : [main, ...remoteIds.filter((remoteId) => remoteId !== main)];
  const mapped: MappedPositions = { departmentRemoteIds };
  if (main !== undefined || titles.size > 0) {
    mapped.positions = departmentRemoteIds.map((departmentRemoteId, index) => {
      const title = titles.get(departmentRemoteId);
      return { departmentRemoteId, isMain: index === 0, ...(title === undefined ? {} : { title }) };
    });
  }
  if (orders.size > 0) {
    mapped.departmentOrders = [...orders].map(([departmentRemoteId, order]) => ({
      departmentRemoteId,
      order,
    }));
  }
  return mapped;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
