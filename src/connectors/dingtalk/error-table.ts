import type { ConnectorErrorKind } from "../errors.js";

/** What kind of object a call is about; some codes mean different things for each. */
export type CallSubject = "user" | "department" | "connection";

/** What one vendor code means for us. */
export interface CodeMeaning {
  kind: ConnectorErrorKind;
  message: string;
  remedy?: string;
  /** Field of the profile at fault. */
  field?: string;
  retryAfterMs?: number;
  /** See `ConnectorErrorFacts.giveUpAfter`. */
  giveUpAfter?: number;
  /** The vendor is angry with the connection or the address, not with one API path. */
  wholeConnection?: true;
  /** The token is bad: fetch another and replay once, before the kind counts. */
  freshToken?: true;
}

interface TableRow extends CodeMeaning {
  codes: readonly string[];
  /** Absent: holds for every subject that no other row names. */
  subject?: CallSubject;
}

const OUR_FAULT = "This is a fault of the gateway: report it with the code and the request id.";
const CHECK_BASE_URLS =
  "Check the two base URLs of the connection; if they are right, report this with the code.";
const GRANT = "Grant the permission to the app in DingTalk's developer console, then test the connection.";
const ADD_ADDRESS =
  "Add the gateway's public address to the server egress IP list of the app in DingTalk's developer console.";

/** A plain number range as codes. */
function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
}

/**
 * Every error code of DingTalk's contact API that is documented or was seen, sorted into what the engine does
 * next. Sources: the server API error code page and the throttling page of open.dingtalk.com, and recorded
 * answers. The code "88/40000" is 40000 inside the 88 envelope, where it speaks of the token.
 */
const TABLE: readonly TableRow[] = [
  // Busy and throttled
  {
    codes: ["-1"],
    kind: "transient",
    // The official advice is at most three repetitions; on a create the same code also hides the add quota.
    giveUpAfter: 4,
    message: "DingTalk says it is busy.",
    remedy:
      "If this stays when people are created, the company has probably used up how many it may add for now: wait, or ask DingTalk for a higher limit.",
  },
  {
    codes: ["1002", "400001", "system.busy", "systemBusy", "unknownError", "service.timeout"],
    kind: "transient",
    message: "DingTalk says it is busy.",
  },
  { codes: ["60019"], kind: "transient", message: "DingTalk could not read the members of the department." },
  {
    codes: ["90018", "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"],
    kind: "throttled",
    message: "Too many calls a second on this API.",
    retryAfterMs: 1_000,
  },
  {
    codes: ["90002", "Forbidden.AccessDenied.QpsLimitForApi"],
    kind: "throttled",
    message: "DingTalk limits this API for all of its customers at the moment.",
    retryAfterMs: 2_000,
  },
  {
    codes: ["90001", ...range(90003, 90014), "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi"],
    kind: "throttled",
    message: "DingTalk limits the calls of this app or company at the moment.",
    retryAfterMs: 10_000,
    wholeConnection: true,
  },
  {
    codes: ["address-banned"],
    kind: "throttled",
    message: "DingTalk answered with its ban page: too many calls came from this network address.",
    remedy:
      "Calls go on after five minutes. If this returns, find what else calls DingTalk from the same address, and check the base URLs and the proxy.",
    retryAfterMs: 300_000,
    wholeConnection: true,
  },
  {
    codes: ["90020", "Forbidden.AccessDenied.ApiCountLimitForOrg"],
    kind: "unauthorized",
    message: "The company has used up its API calls of this month.",
    remedy: "Buy a larger plan at DingTalk, or enable the connection again next month.",
  },

  // Token, credential, permission, address
  {
    codes: ["40001", "40014", "42001", "41001", "88/40000", "InvalidAuthentication"],
    kind: "unauthorized",
    message: "DingTalk refuses the access token, also a new one.",
    remedy: "Check AppKey and AppSecret (Client ID and Client Secret) and that the app is published.",
    freshToken: true,
  },
  {
    codes: ["40089", "40096", "invalidClientIdOrSecret"],
    kind: "unauthorized",
    message: "AppKey or AppSecret is wrong.",
    remedy: "Copy Client ID and Client Secret again from the app's page in DingTalk's developer console.",
  },
  {
    codes: ["40013", "33001", "52010", "400042", "400043", "70001"],
    kind: "unauthorized",
    message: "DingTalk does not know this company, or it was dissolved.",
    remedy: "Check CorpId and that the app belongs to this company.",
  },
  {
    codes: ["50003", "50005"],
    kind: "unauthorized",
    message: "The app is stopped or the company is disabled.",
    remedy: "Enable the app in DingTalk's admin console.",
  },
  {
    codes: ["60011", "43007", "48002", "Forbidden.AccessDenied.AccessTokenPermissionDenied"],
    kind: "unauthorized",
    message: "The app lacks a permission for this call.",
    remedy: GRANT,
  },
  {
    codes: ["60020", "Forbidden.AccessDenied.IpNotInWhiteList"],
    kind: "unauthorized",
    message: "DingTalk refuses calls from the gateway's address.",
    remedy: ADD_ADDRESS,
  },
  {
    codes: ["404", "22", "43001", "43002", "43004", "43005", "43009", "InvalidAction.NotFound"],
    kind: "unauthorized",
    message: "DingTalk does not know this call.",
    remedy: CHECK_BASE_URLS,
  },
  {
    codes: ["50002"],
    kind: "rejected",
    message: "The person is outside the part of the company that the app may see.",
    remedy: "Widen the contact scope of the app in DingTalk's developer console, then retry.",
  },
  {
    codes: ["50004"],
    kind: "rejected",
    message: "The department is outside the part of the company that the app may see.",
    remedy: "Widen the contact scope of the app in DingTalk's developer console, then retry.",
  },

  // Malformed calls
  {
    codes: ["400002", "40035", "40000", "40038", "660000", "47001", "44002", "invalid.param"],
    kind: "rejected",
    message: "DingTalk finds a parameter missing or malformed.",
    remedy: OUR_FAULT,
  },
  {
    codes: ["40068", "40069", "40070", "AuthenticationFailed.MissingParameter"],
    kind: "rejected",
    message: "DingTalk finds the call malformed.",
    remedy: OUR_FAULT,
  },

  // People
  {
    codes: ["33012", "40003", "60111", "60121", "46004", "user.not.exist"],
    subject: "user",
    kind: "not-found",
    message: "The person is not a member of the company at DingTalk.",
  },
  {
    codes: ["33012", "40003", "60111", "60121", "46004", "user.not.exist"],
    kind: "dependency-missing",
    message: "A person named in the call is not a member of the company at DingTalk.",
  },
  {
    codes: ["60102"],
    kind: "conflict",
    field: "remoteId",
    message: "Somebody has this DingTalk user id already.",
    remedy: "Link the person with the existing DingTalk account, or give them another user id.",
  },
  {
    codes: ["60103", "40104"],
    kind: "rejected",
    field: "mobile",
    message: "DingTalk does not accept the mobile number.",
    remedy:
      "Write it as 11 digits (mainland) or +<country>-<number>. A company registered outside the mainland needs +86- in front of mainland numbers.",
  },
  {
    codes: ["60104", "60107"],
    kind: "conflict",
    field: "mobile",
    message: "A member of the company has this mobile number already.",
    remedy: "Link the person with that member, or correct the number.",
  },
  {
    codes: ["40022", "41054", "40021"],
    kind: "rejected",
    field: "mobile",
    message: "DingTalk does not let an app change a member's mobile number.",
    remedy: "The member changes the number in DingTalk, or an administrator removes and adds the person.",
  },
  {
    codes: ["40103"],
    kind: "awaiting",
    field: "mobile",
    message: "DingTalk sent the person an invitation; they become a member when they accept it.",
    remedy: "Ask the person to accept the invitation in DingTalk.",
  },
  {
    codes: ["60105"],
    kind: "rejected",
    field: "email",
    message: "DingTalk does not accept the e-mail address.",
  },
  {
    codes: ["60106", "40101"],
    kind: "rejected",
    field: "email",
    message: "Another member of the company has this e-mail address.",
    remedy: "Give one of the two another address.",
  },
  {
    codes: ["40100"],
    kind: "rejected",
    field: "telephone",
    message: "Another member of the company has this extension number.",
    remedy: "DingTalk wants extension numbers to be unique: do not map a shared switchboard number to it.",
  },
  {
    codes: ["40063"],
    kind: "rejected",
    field: "telephone",
    message: "The extension number is too long (50).",
  },
  {
    codes: ["40064"],
    kind: "rejected",
    field: "workPlace",
    message: "DingTalk does not accept the work place.",
  },
  { codes: ["40065"], kind: "rejected", field: "remark", message: "DingTalk does not accept the remark." },
  {
    codes: ["60112"],
    kind: "rejected",
    field: "name",
    message: "DingTalk does not accept the person's name.",
  },
  { codes: ["60119"], kind: "rejected", field: "title", message: "DingTalk does not accept the position." },
  {
    codes: ["60122"],
    kind: "rejected",
    field: "extension",
    message: "DingTalk does not accept the custom fields.",
  },
  {
    codes: ["60123"],
    kind: "rejected",
    field: "jobNumber",
    message: "DingTalk does not accept the job number.",
  },
  { codes: ["60114"], kind: "rejected", field: "gender", message: "DingTalk does not accept the gender." },
  {
    codes: ["60113", "60118"],
    kind: "rejected",
    field: "mobile",
    message: "The person has neither mobile number nor e-mail address.",
    remedy: "Add the mobile number in the identity system.",
  },
  {
    codes: ["60120"],
    kind: "rejected",
    message: "The person's account is disabled at DingTalk.",
    remedy: "Enable the account in DingTalk's admin console.",
  },
  {
    codes: ["60128", "60068"],
    kind: "dependency-missing",
    field: "managerRemoteId",
    message: "The manager is not a member of the company at DingTalk yet.",
  },
  {
    codes: ["40031", "40032", "40093", "60067"],
    kind: "rejected",
    message: "DingTalk does not accept a list of people or the owner of a group.",
    remedy: "Managers and owners must be direct members of the department.",
  },
  {
    codes: ["40066", "40025"],
    kind: "rejected",
    field: "departmentRemoteIds",
    message: "DingTalk does not accept the list of departments.",
    remedy: "Check that the department ids written back (ddtalkId) belong to this company.",
  },
  {
    codes: ["40019", "40020", "40024", "45024"],
    kind: "rejected",
    message: "The company has reached the number of people it may have or add.",
    remedy: "Ask DingTalk for a higher limit, then retry the parked people.",
  },
  {
    codes: ["12150"],
    kind: "rejected",
    field: "title",
    message: "DingTalk's HR module owns positions and departments of this company.",
    remedy: "Switch off HR position management, or leave title and departments out of the mapping.",
  },
  {
    codes: ["exclusive.account.only"],
    kind: "rejected",
    message: "Only enterprise accounts can be enabled and disabled.",
  },

  // Departments
  {
    codes: ["60003", "40009"],
    subject: "department",
    kind: "not-found",
    message: "The department does not exist at DingTalk.",
  },
  {
    codes: ["60003", "40009"],
    kind: "dependency-missing",
    field: "departmentRemoteIds",
    message: "A department of the person does not exist at DingTalk.",
  },
  {
    codes: ["60004", "40010"],
    kind: "dependency-missing",
    field: "parentRemoteId",
    message: "The parent department does not exist at DingTalk.",
  },
  {
    codes: ["60008", "60021"],
    kind: "conflict",
    field: "name",
    message: "The parent department has a department of this name already.",
    remedy: "Rename one of the two, or link the existing department.",
  },
  {
    codes: ["60001", "60009", "60022"],
    kind: "rejected",
    field: "name",
    message: "DingTalk does not accept the department's name.",
    remedy: "Use 1 to 64 characters without - and commas, and no sensitive words.",
  },
  { codes: ["40011"], kind: "rejected", field: "order", message: "DingTalk does not accept the position." },
  {
    codes: ["60002"],
    kind: "rejected",
    field: "parentRemoteId",
    message: "The department tree would become deeper than DingTalk allows.",
  },
  { codes: ["60110"], kind: "rejected", message: "The company has as many departments as DingTalk allows." },
  {
    codes: ["40023"],
    kind: "rejected",
    field: "departmentRemoteIds",
    message: "The department has as many members as DingTalk allows.",
  },
  {
    // People of ours may be on their way out; those whom somebody put there by hand stay, and then a person decides.
    codes: ["60005"],
    kind: "dependency-missing",
    message: "The department still has members at DingTalk.",
    remedy: "Move these people to another department in DingTalk, then retry the removal.",
  },
  { codes: ["60006"], kind: "dependency-missing", message: "The department still has departments below it." },
  {
    codes: ["60007", "60018"],
    kind: "rejected",
    message: "DingTalk's root department can be neither changed nor deleted.",
    remedy: "Do not link a group with the root department.",
  },
  {
    codes: ["60010"],
    kind: "rejected",
    field: "parentRemoteId",
    message: "The department would come below itself.",
    remedy: "Check at DingTalk whether somebody moved the new parent below this department.",
  },
  {
    codes: ["60109", "600109", "60510"],
    kind: "rejected",
    message: "DingTalk does not accept the list of who may see the department.",
  },

  // Calls this product does not make; listed so that nothing documented counts as unknown
  {
    codes: ["40078", "40102", "42003", "40029"],
    kind: "rejected",
    message: "The sign-in code is unknown, used or expired.",
    remedy: "Start the sign-in again.",
  },
  { codes: ["60012"], kind: "rejected", message: "A built-in app can not be deleted." },
  {
    codes: [...range(71006, 71013), "400040", "400041"],
    kind: "rejected",
    message: "The event subscription could not be changed.",
    remedy: "Check the event subscription of the app in DingTalk's developer console.",
  },
  {
    codes: range(900001, 900010),
    kind: "rejected",
    message: "An event could not be deciphered.",
    remedy: "Compare token and key of the event subscription with those of the connection.",
  },
];

const MEANINGS: ReadonlyMap<string, CodeMeaning> = new Map(
  TABLE.flatMap(({ codes, subject, ...meaning }) =>
    codes.map((code): [string, CodeMeaning] => [subject ? `${subject} ${code}` : code, meaning]),
  ),
);

/** The meaning of a code for a call about `subject`; undefined for a code that no source lists. */
export function meaningOf(code: string, subject: CallSubject): CodeMeaning | undefined {
  return MEANINGS.get(`${subject} ${code}`) ?? MEANINGS.get(code);
}
