import { z } from "zod";
import { readingsShape, usualReadings } from "./readings.js";

/** The permission points (权限点) of an internal app that the simulated APIs ask for. */
const PERMISSION_POINTS = [
  "qyapi_manage_addresslist",
  "qyapi_get_member",
  "qyapi_get_member_by_mobile",
  "qyapi_get_department_list",
  "qyapi_get_department_member",
  "Contact.OrgAccountSecurity.ReadWrite",
] as const;

/** One permission point that an administrator grants or withholds. */
export type PermissionPoint = (typeof PERMISSION_POINTS)[number];

/** The fields of a person that reads leave out unless the app holds the extra grant for personal data. */
export const SENSITIVE_USER_FIELDS = ["mobile", "email", "work_place", "remark", "extension"] as const;

/** One field of a person behind the extra grant. */
export type SensitiveUserField = (typeof SENSITIVE_USER_FIELDS)[number];

const grantsSchema = z.strictObject({
  permissions: z.array(z.enum(PERMISSION_POINTS)),
  userFields: z.array(z.enum(SENSITIVE_USER_FIELDS)),
  contactScope: z.strictObject({
    departments: z.array(z.int().min(1)),
    users: z.array(z.string().min(1)),
  }),
});

/** What the app may do, which personal fields it may read, and which part of the company it may see. */
export type Grants = z.infer<typeof grantsSchema>;

const subscriptionSchema = z.strictObject({
  /** Where events are posted to. */
  url: z.url(),
  token: z.string().regex(/^[A-Za-z0-9]{3,32}$/),
  aesKey: z.string().regex(/^[A-Za-z0-9]{43}$/),
  /** For whom they are encrypted: the app when it was entered in the console, the corp when an API call made it. */
  owner: z.enum(["app", "corp"]).default("app"),
  /** `on-demand`: when the simulator's `events.send` says so. */
  send: z.enum(["at-once", "on-demand"]).default("at-once"),
});

/** Who is told of changes of the contact book. */
export type EventSubscription = z.infer<typeof subscriptionSchema>;

const settingsSchema = z.strictObject({
  corpId: z.string().min(1),
  corpName: z.string().min(1),
  /** Where the company is registered: it decides which spelling of a mobile number is accepted. */
  corpRegion: z.enum(["mainland", "other"]),
  appKey: z.string().min(1),
  appSecret: z.string().min(1),
  /** Calls per second for one app and one API path. */
  ratePerSecond: z.number().positive(),
  rateWindow: z.enum(["sliding", "fixed"]),
  /** How long a path stays refused once its rate was exceeded (sliding window only), milliseconds. */
  throttlePenaltyMs: z.int().min(0),
  /** Calls of one address in 20 seconds before it is banned for 5 minutes; null switches the ban off. */
  ipCallsPer20Seconds: z.int().min(1).nullable(),
  tokenLifetimeMs: z.int().min(1),
  /** Added before every answer, milliseconds. */
  latencyMs: z.int().min(0),
  /** The custom fields of people that an administrator has made; null stands for whatever a caller sends. */
  extensionFields: z.array(z.string().min(1)).nullable(),
  maxDepartmentDepth: z.int().min(1),
  /** Whether the company bought enterprise accounts (企业账号). */
  enterpriseAccounts: z.boolean(),
  /** Whether the company has mailboxes (企业邮箱): without them `org_email` is taken and passed over. */
  companyMail: z.boolean(),
  grants: grantsSchema,
  /** Addresses the app may be called from; null means any. */
  allowedIps: z.array(z.string()).nullable(),
  /** The app's event subscription by HTTP push; null where there is none. */
  events: subscriptionSchema.nullable(),
  ...readingsShape,
});

/**
 * Everything about the simulated tenant that a caller may choose, at the start or while it runs. Where the
 * documents of DingTalk disagree the choice is a setting (readings.ts), so that a client can be tried against both.
 */
export type SimulatorSettings = z.infer<typeof settingsSchema>;

/** Any part of the settings; what is absent stays as it is. */
export type SettingsChange = { [K in keyof SettingsInput]?: SettingsInput[K] | undefined };

type SettingsInput = z.input<typeof settingsSchema>;

const settingsChangeSchema = settingsSchema.partial();

/** The settings of a standard organisation registered in mainland China with everything granted. */
export function defaultSettings(): SimulatorSettings {
  return {
    corpId: "dingsimulatedcorp0000000000000001",
    corpName: "模拟企业",
    corpRegion: "mainland",
    appKey: "dingsimulatedapp0001",
    appSecret: "simulated-app-secret-0001",
    ratePerSecond: 20,
    rateWindow: "sliding",
    throttlePenaltyMs: 1_000,
    ipCallsPer20Seconds: 10_000,
    tokenLifetimeMs: 7_200_000,
    latencyMs: 0,
    extensionFields: null,
    maxDepartmentDepth: 15,
    enterpriseAccounts: false,
    companyMail: false,
    grants: {
      permissions: [...PERMISSION_POINTS],
      userFields: [...SENSITIVE_USER_FIELDS],
      contactScope: { departments: [1], users: [] },
    },
    allowedIps: null,
    events: null,
    ...usualReadings(),
  };
}

/**
 * Writes the given part of the settings into `settings`, after checking it.
 * @throws z.ZodError when a value is of the wrong kind or a setting is unknown.
 */
export function applySettings(settings: SimulatorSettings, change: unknown): void {
  const checked = settingsChangeSchema.parse(change);
  for (const [name, value] of Object.entries(checked)) {
    if (value !== undefined) Object.assign(settings, { [name]: value });
  }
}
