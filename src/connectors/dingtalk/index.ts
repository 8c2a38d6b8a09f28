import {
  createOutgoingHttp,
  type OutgoingHttp,
  type OutgoingHttpOptions,
} from "../../platform/outgoing-http.js";
import type { Connector } from "../connector.js";
import { createDingTalkClient } from "./client.js";
import { createDepartmentOperations } from "./departments.js";
import { EVENT_SECRETS } from "./events/event-settings.js";
import { dingTalkEvents } from "./events/reception.js";
import { MAX_DEPARTMENTS, ROLE_NAME, USER_LIMITS } from "./limits.js";
import { createDepartmentReads, createUserReads, readScope } from "./reads.js";
import { createRehearsalClient } from "./rehearsal.js";
import { createRoleOperations } from "./roles.js";
import {
  DINGTALK_ROOT_DEPARTMENT_ID,
  DINGTALK_SECRET_SETTINGS,
  parseDingTalkSettings,
  readDingTalkSettings,
} from "./settings.js";
import { testConnection } from "./test-connection.js";
import { createUserOperations } from "./users.js";

/**
 * The connector for DingTalk's contact book (open.dingtalk.com, server API "contacts").
 * @param limits time-outs and sizes of its HTTP calls, where the usual ones do not fit
 * @param openHttp how it gets out, where not by the network
 */
export function createDingTalkConnector(
  limits: Omit<OutgoingHttpOptions, "proxyUrl"> = {},
  openHttp: (options: OutgoingHttpOptions) => OutgoingHttp = createOutgoingHttp,
): Connector {
  return {
    descriptor: {
      id: "dingtalk",
      displayName: { en: "DingTalk", zh: "钉钉" },
      corpSetting: "corpId",
      secretSettings: DINGTALK_SECRET_SETTINGS,
      localSecrets: EVENT_SECRETS,
      destinationSettings: ["oapiBaseUrl", "apiBaseUrl", "proxyUrl"],
      idField: { user: "ddAccountId", group: "ddtalkId" },
      defaultRootDepartmentId: DINGTALK_ROOT_DEPARTMENT_ID,
      userLimits: USER_LIMITS,
      maxDepartments: MAX_DEPARTMENTS,
      departmentName: { forbidden: ["-", ",", "，"], maxLength: 64 },
      roleName: ROLE_NAME,
    },
    parseSettings: parseDingTalkSettings,
    events: dingTalkEvents,
    open(settings, deps) {
      const parsed = readDingTalkSettings(settings);
      const http = openHttp({ ...limits, proxyUrl: parsed.proxyUrl });
      const sending = createDingTalkClient(parsed, { ...deps, http });
      const client =
        deps.rehearsal === undefined
          ? sending
          : createRehearsalClient(sending, { ...deps, rehearsal: deps.rehearsal });
      const { rootDepartmentId } = parsed;
      return {
        departments: { ...createDepartmentOperations(client), ...createDepartmentReads(client) },
        users: { ...createUserOperations(client, parsed), ...createUserReads(client) },
        roles: createRoleOperations(client),
        readScope: (context) => readScope(client, context),
        test: (context) => testConnection({ client, clock: deps.clock, rootDepartmentId }, context),
        close: () => client.close(),
      };
    },
  };
}
