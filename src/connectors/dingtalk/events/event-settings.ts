import type { ConnectorSettings } from "../../connector.js";
import { ConnectorSettingsError } from "../../errors.js";
import { EVENTS_BASE_URL, EVENTS_ENABLED } from "../../events.js";

const TOKEN = "events.token";
const AES_KEY = "events.aesKey";

/** Secrets of the event subscription. DingTalk knows them from its console; no call of ours carries them. */
export const EVENT_SECRETS = [TOKEN, AES_KEY] as const;

/**
 * The settings of the event subscription, checked; all of them may be absent. The keys may be entered before the
 * subscription is switched on, since DingTalk tries the address when it is entered in its console.
 * @param read the trimmed text of a setting
 * @param readUrl checks a base address
 * @throws ConnectorSettingsError
 */
export function parseEventSettings(
  read: (field: string) => string | undefined,
  readUrl: (field: string, text: string) => string,
): ConnectorSettings {
  const isOn = readSwitch(read(EVENTS_ENABLED));
  const token = checked(TOKEN, read(TOKEN), /^[A-Za-z0-9]{3,32}$/, "3 to 32 letters and digits");
  const aesKey = checked(AES_KEY, read(AES_KEY), /^[A-Za-z0-9]{43}$/, "43 letters and digits");
  const baseUrl = read(EVENTS_BASE_URL);
  if (token === undefined && (isOn || aesKey !== undefined)) throw missing(TOKEN);
  if (aesKey === undefined && (isOn || token !== undefined)) throw missing(AES_KEY);
  return {
    plain: {
      ...(isOn && { [EVENTS_ENABLED]: "true" }),
      ...(baseUrl !== undefined && { [EVENTS_BASE_URL]: readUrl(EVENTS_BASE_URL, baseUrl) }),
    },
    secret: {
      ...(token !== undefined && { [TOKEN]: token }),
      ...(aesKey !== undefined && { [AES_KEY]: aesKey }),
    },
  };
}

function readSwitch(text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw new ConnectorSettingsError(EVENTS_ENABLED, "must be true or false");
}

function checked(
  field: string,
  text: string | undefined,
  pattern: RegExp,
  expected: string,
): string | undefined {
  if (text !== undefined && !pattern.test(text)) {
    throw new ConnectorSettingsError(field, `must be ${expected}, as DingTalk's console shows it`);
  }
  return text;
}

function missing(field: string): ConnectorSettingsError {
  return new ConnectorSettingsError(
    field,
    "is required with the other one: enter what DingTalk's console shows, or have keys generated",
  );
}
