import { badRequest } from "../scim/errors.js";
import type { JsonObject, JsonValue, SchemaDefinition } from "../scim/schema/attribute.js";
import { readExtendField } from "./extend-field.js";
import {
  type AttributeChange,
  flagOf,
  isRecord,
  listOf,
  member,
  readRecord,
  textOf,
  wrongMember,
} from "./record.js";

/** More departments, addresses or numbers than one person has. */
const MAX_ELEMENTS = 100;

/** One organization that an account belongs to. */
export interface Belonging {
  organizationUuid: string;
  isMain: boolean;
  /** Whether it is the root, which IDaaS never pushes. */
  isRoot: boolean;
}

/** An account as IDaaS 1.x pushes it, in terms of SCIM. */
export interface PushedAccount {
  externalId: string;
  userName: string | null;
  changes: AttributeChange[];
  /** Undefined where the push does not speak of organizations; empty where it says that there are none. */
  belongs: Belonging[] | undefined;
  /** Dictionary keys that are not defined here. */
  unknown: string[];
}

/**
 * Reads an account. Only what a gateway needs is looked at: passwords, `masterSalt`, `masterSecret`, `originalPass`
 * and whatever else comes along never get further than this function.
 * @param dictionary the dictionary extension of users
 * @throws ScimError 400 naming the member that is missing or of the wrong kind
 */
export function readAccount(body: unknown, dictionary: SchemaDefinition): PushedAccount {
  const record = readRecord(body);
  const externalId = accountIdOf(record);
  const changes: AttributeChange[] = [{ name: "externalId", value: externalId }];
  const userName = textOf(member(record, "userName", "username"), "userName");
  if (userName !== null) changes.push({ name: "userName", value: userName });
  const displayName = member(record, "displayName");
  if (displayName !== undefined)
    changes.push({ name: "displayName", value: textOf(displayName, "displayName") });
  const locked = flagOf(member(record, "locked"), "locked");
  if (locked !== null) changes.push({ name: "active", value: !locked });
  for (const name of ["emails", "phoneNumbers"]) {
    const value = member(record, name);
    if (value !== undefined) changes.push({ name, value: readContacts(value, name) });
  }
  const extended = readExtendField(record, dictionary);
  const belongs = member(record, "belongs");
  return {
    externalId,
    userName,
    changes: [...changes, ...extended.changes],
    belongs: belongs === undefined || belongs === null ? undefined : readBelongs(belongs),
    unknown: extended.unknown,
  };
}

/** The id of an account in the body of any of its pushes. @throws ScimError 400 invalidValue where there is none */
export function accountIdOf(record: JsonObject): string {
  const id = textOf(member(record, "externalId"), "externalId") ?? textOf(member(record, "id"), "id");
  if (id === null) throw badRequest("invalidValue", '"id" or "externalId" must hold the id of the account.');
  return id;
}

/** E-mails or phone numbers; entries without a value say nothing. `primary` may be text, and is true once at most. */
function readContacts(value: JsonValue, name: string): JsonValue | null {
  const contacts: JsonObject[] = [];
  for (const entry of listOf(value, name, MAX_ELEMENTS)) {
    if (entry === null) continue;
    if (!isRecord(entry)) throw wrongMember(name, "a list of objects");
    const text = textOf(entry["value"], `${name}.value`);
    if (text === null) continue;
    const type = textOf(entry["type"], `${name}.type`);
    const claimsPrimary = flagOf(entry["primary"], `${name}.primary`) === true;
    const isPrimary = claimsPrimary && !contacts.some((contact) => contact["primary"] === true);
    contacts.push({
      value: text,
      ...(type !== null && { type: type.toLowerCase() }),
      ...(isPrimary && { primary: true }),
    });
  }
  return contacts.length > 0 ? contacts : null;
}

function readBelongs(value: JsonValue): Belonging[] {
  const belongings = new Map<string, Belonging>();
  for (const entry of listOf(value, "belongs", MAX_ELEMENTS)) {
    const record = isRecord(entry) ? entry : { belongOuUuid: entry };
    const uuid = textOf(member(record, "belongOuUuid", "belong"), "belongs.belongOuUuid");
    if (uuid === null) continue;
    belongings.set(uuid, {
      organizationUuid: uuid,
      isMain: flagOf(record["mainOu"], "belongs.mainOu") === true,
      isRoot: flagOf(record["rootNode"], "belongs.rootNode") === true,
    });
  }
  return [...belongings.values()];
}
