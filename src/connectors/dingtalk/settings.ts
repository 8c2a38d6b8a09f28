import { parseBaseUrl, UnsafeUrlError } from "../../platform/base-url.js";
import type { ConnectorSettings } from "../connector.js";
import { ConnectorSettingsError } from "../errors.js";
import { DEFAULT_RATE_PER_SECOND } from "../pacer.js";
import { EVENT_SECRETS, parseEventSettings } from "./events/event-settings.js";

/** Settings of a DingTalk connection in their own types. */
export interface DingTalkSettings {
  corpId: string;
  appKey: string;
  appSecret: string;
  /** Without a path's last slash it may have a path, for gateways in front of DingTalk. */
  oapiBaseUrl: URL;
  apiBaseUrl: URL;
  rootDepartmentId: string;
  /** Where the company is registered: outside the mainland its mainland numbers are written with +86- as well. */
  corpRegion: "mainland" | "other";
  /** The first password of enterprise accounts, where the connection's rules ask for it. */
  defaultPassword?: string;
  proxyUrl?: URL;
}

export const DINGTALK_ROOT_DEPARTMENT_ID = "1";
export const DINGTALK_SECRET_SETTINGS = ["appSecret", "defaultPassword", ...EVENT_SECRETS] as const;

const OAPI_BASE_URL = "https://oapi.dingtalk.com";
const API_BASE_URL = "https://api.dingtalk.com";
const MAX_RATE_PER_SECOND = 60;
/** Blanks that survive copying from a console or a chat: also no-break, full-width and zero-width ones. */
const BLANKS = /^[\s\u200b-\u200d\u2060]+|[\s\u200b-\u200d\u2060]+$/g;

/**
 * Checks and completes what an administrator typed. `clientId` and `clientSecret` are the console's newer names of
 * `appKey` and `appSecret`. Where only one base URL is given the other one follows from it ("oapi." and "api." of
 * the same domain, else the same host), so that a private deployment's secret never goes to the public cloud.
 * @throws ConnectorSettingsError naming the first field that cannot work
 */
export function parseDingTalkSettings(input: Record<string, unknown>): ConnectorSettings {
  const read = (field: string) => readText(input, field);
  const corpId = matching("corpId", read("corpId"), /^[\w-]{1,64}$/, "letters and digits, e.g. ding1a2b3c");
  const appKey = matching(
    "appKey",
    either(input, "appKey", "clientId"),
    /^[\w-]{1,128}$/,
    "letters and digits",
  );
  const appSecret = matching(
    "appSecret",
    either(input, "appSecret", "clientSecret"),
    /^[\x21-\x7e]{1,256}$/,
    "the Client Secret of the app, without blanks inside",
  );
  const agentId = optional("agentId", read("agentId"), /^\d{1,20}$/, "digits");
  const rootDepartmentId = read("rootDepartmentId") ?? DINGTALK_ROOT_DEPARTMENT_ID;
  if (!/^[1-9]\d{0,15}$/.test(rootDepartmentId) || !Number.isSafeInteger(Number(rootDepartmentId))) {
    throw new ConnectorSettingsError("rootDepartmentId", "must be a department id of DingTalk, e.g. 1");
  }
  const { oapiBaseUrl, apiBaseUrl } = readBaseUrls(read("oapiBaseUrl"), read("apiBaseUrl"));
  const proxyUrl = read("proxyUrl");
  if (proxyUrl !== undefined) readUrl("proxyUrl", proxyUrl, { allowClearText: true });
  const defaultPassword = read("defaultPassword");
  if (defaultPassword !== undefined) requirePassword(defaultPassword);
  const events = parseEventSettings(read, readUrl);

  return {
    plain: {
      corpId,
      ...(agentId !== undefined && { agentId }),
      appKey,
      oapiBaseUrl,
      apiBaseUrl,
      rootDepartmentId,
      ...(readRegion(read("corpRegion")) === "other" && { corpRegion: "other" }),
      ...(proxyUrl !== undefined && { proxyUrl }),
      ratePerSecond: readRate(read("ratePerSecond")),
      ...events.plain,
    },
    secret: { appSecret, ...(defaultPassword !== undefined && { defaultPassword }), ...events.secret },
  };
}

/**
 * Reads settings that `parseDingTalkSettings` made and the database kept.
 * @throws ConnectorSettingsError when they were changed behind our back
 */
export function readDingTalkSettings(settings: ConnectorSettings): DingTalkSettings {
  const { plain, secret } = parseDingTalkSettings({ ...settings.plain, ...settings.secret });
  return {
    corpId: required("corpId", plain["corpId"]),
    appKey: required("appKey", plain["appKey"]),
    appSecret: required("appSecret", secret["appSecret"]),
    oapiBaseUrl: new URL(required("oapiBaseUrl", plain["oapiBaseUrl"])),
    apiBaseUrl: new URL(required("apiBaseUrl", plain["apiBaseUrl"])),
    rootDepartmentId: required("rootDepartmentId", plain["rootDepartmentId"]),
    corpRegion: readRegion(plain["corpRegion"]),
    ...(secret["defaultPassword"] !== undefined && { defaultPassword: secret["defaultPassword"] }),
    ...(plain["proxyUrl"] !== undefined && { proxyUrl: new URL(plain["proxyUrl"]) }),
  };
}

function readBaseUrls(
  oapi: string | undefined,
  api: string | undefined,
): { oapiBaseUrl: string; apiBaseUrl: string } {
  const oapiUrl = oapi === undefined ? undefined : readUrl("oapiBaseUrl", oapi);
  const apiUrl = api === undefined ? undefined : readUrl("apiBaseUrl", api);
  const oapiBaseUrl = oapiUrl ?? (apiUrl ? sibling(apiUrl, /^api\./, "oapi.") : OAPI_BASE_URL);
  const apiBaseUrl = apiUrl ?? (oapiUrl ? sibling(oapiUrl, /^oapi\./, "api.") : API_BASE_URL);
  return { oapiBaseUrl, apiBaseUrl };
}

function sibling(base: string, from: RegExp, to: string): string {
  const url = new URL(base);
  url.hostname = url.hostname.replace(from, to);
  return withoutLastSlash(url);
}

function readUrl(field: string, text: string, options?: { allowClearText: boolean }): string {
  try {
    return withoutLastSlash(parseBaseUrl(text, options));
  } catch (error) {
    if (error instanceof UnsafeUrlError) throw new ConnectorSettingsError(field, error.message);
    throw error;
  }
}

function withoutLastSlash(url: URL): string {
  return url.href.replace(/\/$/, "");
}

function readRegion(text: string | undefined): DingTalkSettings["corpRegion"] {
  if (text === undefined || text === "mainland") return "mainland";
  if (text === "other") return "other";
  throw new ConnectorSettingsError(
    "corpRegion",
    "must be mainland or other: where the company is registered",
  );
}

function readRate(text: string | undefined): string {
  const rate = text === undefined ? DEFAULT_RATE_PER_SECOND : Number(text);
  if (!Number.isInteger(rate) || rate < 1 || rate > MAX_RATE_PER_SECOND) {
    throw new ConnectorSettingsError(
      "ratePerSecond",
      `must be a whole number from 1 to ${MAX_RATE_PER_SECOND}`,
    );
  }
  return String(rate);
}

/** DingTalk's rule for the first password of an enterprise account. */
function requirePassword(text: string): void {
  if (text.length < 8 || text.length > 128 || /^\d+$/.test(text) || /^[A-Za-z]+$/.test(text)) {
    throw new ConnectorSettingsError(
      "defaultPassword",
      "must have 8 to 128 characters, not only letters and not only digits",
    );
  }
}

/** The trimmed text of a setting; undefined when it is absent or blank. Numbers count as their digits. */
function readText(input: Record<string, unknown>, field: string): string | undefined {
  const value = Object.hasOwn(input, field) ? input[field] : undefined;
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== "string") throw new ConnectorSettingsError(field, "must be text");
  const text = value.replace(BLANKS, "");
  if (text.length > 2_048) throw new ConnectorSettingsError(field, "must have at most 2048 characters");
  return text === "" ? undefined : text;
}

function either(input: Record<string, unknown>, field: string, alias: string): string | undefined {
  const value = readText(input, field);
  const other = readText(input, alias);
  if (value !== undefined && other !== undefined && value !== other) {
    throw new ConnectorSettingsError(
      field,
      `differs from ${alias}, which is another name for it: give one of them`,
    );
  }
  return value ?? other;
}

function required(field: string, value: string | undefined): string {
  if (value === undefined) throw new ConnectorSettingsError(field, "is required");
  return value;
}

function matching(field: string, value: string | undefined, pattern: RegExp, expected: string): string {
  const text = required(field, value);
  if (!pattern.test(text)) throw new ConnectorSettingsError(field, `must be ${expected}`);
  return text;
}

function optional(
  field: string,
  value: string | undefined,
  pattern: RegExp,
  expected: string,
): string | undefined {
  return value === undefined ? undefined : matching(field, value, pattern, expected);
}
