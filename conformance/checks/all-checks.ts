import type { Check } from "../check.js";
import { ANSWER_CHECKS } from "./answers.js";
import { BULK_CHECKS } from "./bulk.js";
import { CREATING_CHECKS } from "./creating.js";
import { CURSOR_CHECKS } from "./cursors.js";
import { DISCOVERY_CHECKS } from "./discovery.js";
import { ENTITY_TAG_CHECKS } from "./entity-tags.js";
import { FILTERING_CHECKS } from "./filtering.js";
import { PAGING_CHECKS } from "./paging.js";
import { PATCH_OPERATION_CHECKS } from "./patch-operations.js";
import { PATCHING_CHECKS } from "./patching.js";
import { PROJECTION_CHECKS } from "./projection.js";
import { REPLACING_CHECKS } from "./replacing.js";
import { REPRESENTATION_CHECKS } from "./representations.js";
import { SCHEMA_DEFINITION_CHECKS } from "./schema-definitions.js";
import { SEARCHING_CHECKS } from "./searching.js";

/** Every check, in the order in which they run. */
export const CHECKS: readonly Check[] = [
  ...DISCOVERY_CHECKS,
  ...SCHEMA_DEFINITION_CHECKS,
  ...CREATING_CHECKS,
  ...REPRESENTATION_CHECKS,
  ...FILTERING_CHECKS,
  ...PAGING_CHECKS,
  ...PROJECTION_CHECKS,
  ...REPLACING_CHECKS,
  ...PATCHING_CHECKS,
  ...PATCH_OPERATION_CHECKS,
  ...SEARCHING_CHECKS,
  ...BULK_CHECKS,
  ...ENTITY_TAG_CHECKS,
  ...CURSOR_CHECKS,
  ...ANSWER_CHECKS,
];
