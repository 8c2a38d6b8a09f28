import { describe, expect, it } from "vitest";
import { refusalError } from "../../../src/connectors/dingtalk/errors.js";
import { failureOutcome } from "../../../src/provisioning/trouble/failure-outcome.js";

/**
 * What a refusal leads to, in the words of the vendor's error table as this project read it:
 *
 * - `wait`: tried again, no try charged, not before the named milliseconds
 * - `wait-then-data`: tried again three times, then given up for a person
 * - `wait-long`: tried again for as long as it takes
 * - `refresh-then-stop`: the client fetches another token first; if that is refused too, the connection rests
 * - `stop`: the connection rests
 * - `ban`: the connection rests for five minutes
 * - `data`: parked until the data changes or an administrator retries
 * - `many-stop`: as data, and many in a row let the connection rest
 * - `stop-creates`: nobody is added any more, everything else goes on
 * - `adopt`: who is there already is looked up
 * - `absent`: gone: a removal is done, an update creates anew
 * - `later`: something else has to be done first
 * - `pending`: looked at again now and then
 */
type Action =
  | { wait: number }
  | "wait-then-data"
  | "wait-long"
  | "refresh-then-stop"
  | "stop"
  | "ban"
  | "data"
  | "many-stop"
  | "stop-creates"
  | "adopt"
  | "absent"
  | "later"
  | "pending";

type Subject = "user" | "department";
const SUBJECTS: readonly Subject[] = ["user", "department"];

/** One row for each row of the table: codes, what they say, what follows (for calls about other objects as well). */
const ROWS: readonly [codes: string, says: string, action: Action, about?: Subject][] = [
  ["-1", "busy, or the company may add nobody for now", "wait-then-data"],
  ["1002 400001", "busy, of the role calls", "wait-long"],
  ["40001", "the secret or the token is wrong", "refresh-then-stop"],
  ["40014", "the token is not valid", "refresh-then-stop"],
  ["42001", "the token is too old", "refresh-then-stop"],
  ["88/40000 41001", "no token was sent", "refresh-then-stop"],
  ["40089 40096 invalidClientIdOrSecret", "key or secret do not fit", "stop"],
  ["40013 33001 52010 400042 400043 70001", "no such company any more", "stop"],
  ["50003 50005", "app or company switched off", "stop"],
  ["60011 43007 48002", "a permission is missing", "stop"],
  ["60020", "our address is not on the list", "stop"],
  ["50002 50004", "outside of what the app may see", "many-stop"],
  ["90018", "too many calls of this app to this API", { wait: 1_000 }],
  ["90002", "too many calls of all customers to this API", { wait: 1_000 }],
  [
    "90001 90003 90004 90005 90006 90007 90008 90009 90010 90011 90012 90013 90014",
    "too much of the server, the company, the key or the suite",
    { wait: 10_000 },
  ],
  ["90020", "the month's calls are used up", "stop"],
  ["address-banned", "a page, or status 1111, in place of an answer", "ban"],
  ["400002 40035 40000 40038 660000 47001 44002", "a parameter is missing or bad", "data"],
  ["404 22 43001 43002 43004 43005 43009", "wrong path, method or content type", "stop"],
  ["33012 40003 60111 60121 46004", "no such member", "absent", "user"],
  ["33012 40003 60111 60121 46004", "no such member, whom a department names", "later", "department"],
  ["40104", "not a number to look for", "data"],
  ["60102", "the user id is taken", "adopt"],
  ["60103", "not a mobile number", "data"],
  ["60104 60107", "the mobile number is a member's", "adopt"],
  ["40022 41054 40021", "a mobile number cannot be changed", "data"],
  ["40103", "an invitation was sent", "pending"],
  ["60105 60106 40101", "the mail address is bad or taken", "data"],
  ["40100 40063", "the extension number is taken or too long", "data"],
  ["40064 40065 60112 60119 60122 60123 60114", "a field's value is refused", "data"],
  ["60113 60118", "neither number nor mail address", "data"],
  ["60120", "the account is disabled", "data"],
  ["60128 60068", "a manager is not known", "later"],
  ["40031 40032 40093 60067", "a list of people, or an owner, is refused", "data", "user"],
  ["40031", "a leader is no direct member yet", "later", "department"],
  ["40066 40025", "the list of departments is refused", "data"],
  ["60003 40009", "no such department", "absent", "department"],
  ["60003 40009", "no such department, of a person", "later", "user"],
  ["60004 40010", "no such parent", "later"],
  ["60008 60021", "the name is taken below this parent", "adopt"],
  ["60001 60009 60022", "the name is too long, or has forbidden characters or words", "data"],
  ["60002 60110 40023", "too deep, too many departments, too many members", "data"],
  ["60005 60006", "not empty", "later"],
  ["60007 60018", "it is the root", "data"],
  ["60010", "it would be below itself", "later"],
  ["60019", "its members could not be read", "wait-then-data"],
  ["60109 600109 60510", "the lists of who sees it are refused", "data"],
  ["40068 40069 40070", "a page was asked for wrongly", "data"],
  ["40019 40020 40024 45024", "no more people", "stop-creates"],
  ["12150", "the HR module owns titles and departments", "data"],
  ["40078 40102 42003 40029", "a sign-in code is unknown, used or too old", "data"],
  ["60012", "a built-in app cannot be deleted", "data"],
  ["60129 12345", "in no table", "wait-then-data"],
  ["71006 71007 71008 71009 71010 71011 71012 71013 400040 400041", "about event subscriptions", "data"],
  [
    "900001 900002 900003 900004 900005 900006 900007 900008 900009 900010",
    "an event that cannot be deciphered",
    "data",
  ],
  ["InvalidAuthentication", "v1.0: the token is not valid", "refresh-then-stop"],
  ["AuthenticationFailed.MissingParameter", "v1.0: no token was sent as it should be", "data"],
  ["Forbidden.AccessDenied.AccessTokenPermissionDenied", "v1.0: a permission is missing", "stop"],
  ["Forbidden.AccessDenied.IpNotInWhiteList", "v1.0: our address is not on the list", "stop"],
  ["Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "v1.0: too many calls of this app", { wait: 1_000 }],
  ["Forbidden.AccessDenied.QpsLimitForApi", "v1.0: too many calls of all customers", { wait: 1_000 }],
  ["Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", "v1.0: too many calls in a minute", { wait: 10_000 }],
  ["Forbidden.AccessDenied.ApiCountLimitForOrg", "v1.0: the month's calls are used up", "stop"],
  ["system.busy systemBusy unknownError service.timeout", "v1.0: busy", "wait-long"],
  ["InvalidAction.NotFound", "v1.0: no such call", "stop"],
];

const NOW = new Date("2026-03-01T08:00:00Z");

function whatFollows(code: string, subject: Subject, tries: number) {
  const enveloped = code.startsWith("88/");
  const refusal = { code: code.replace("88/", ""), text: "", enveloped };
  const error = refusalError(refusal, { subject, write: true });
  const schedule = { firstMs: 1_000, longestMs: 300_000, tries: 8 };
  return {
    error,
    ...failureOutcome(error, { now: NOW, tries, triesOfThis: tries, schedule, random: () => 0 }),
  };
}

function actionOf(code: string, subject: Subject): Action {
  const first = whatFollows(code, subject, 0);
  const after = (tries: number) => whatFollows(code, subject, tries).outcome;
  if (first.pause !== undefined) return first.pause.ms === 300_000 ? "ban" : "stop";
  if (first.concerns === "scope") return "many-stop";
  if (first.concerns === "head-count") return "stop-creates";
  const { outcome } = first;
  if (outcome.kind === "awaiting") return "pending";
  if (outcome.kind === "parked") return first.error.kind === "not-found" ? "absent" : "data";
  if (outcome.kind !== "retry") throw new Error(`${code} leads to ${outcome.kind}`);
  if (!outcome.charged) return { wait: outcome.at.getTime() - NOW.getTime() };
  if (first.error.kind === "conflict") return "adopt";
  if (first.error.kind === "dependency-missing") return "later";
  return after(3).kind === "failed" && after(2).kind === "retry" ? "wait-then-data" : "wait-long";
}

describe("each row of DingTalk's error table leads to what it says", () => {
  const cases = ROWS.flatMap(([codes, says, action, about]) =>
    codes.split(" ").map((code) => ({ code, says, action, subjects: about ? [about] : SUBJECTS })),
  );

  it.each(cases)("$code ($says)", ({ code, action, subjects }) => {
    for (const subject of subjects) {
      const found = actionOf(code, subject);
      if (typeof action === "string") {
        // Whether a fresh token is fetched before is the client's: see client.test.ts.
        expect(found).toBe(action === "refresh-then-stop" ? "stop" : action);
      } else {
        if (typeof found === "string") throw new Error(`${code} leads to ${found}`);
        expect(found.wait).toBeGreaterThanOrEqual(action.wait);
      }
    }
  });
});
