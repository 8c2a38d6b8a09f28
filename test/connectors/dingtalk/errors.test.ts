import { describe, expect, it } from "vitest";
import {
  readNewAnswer,
  readOldAnswer,
  type VendorRefusal,
} from "../../../src/connectors/dingtalk/answers.js";
import { meaningOf } from "../../../src/connectors/dingtalk/codes/code-table.js";
import { meaningOfRefusal, networkError, refusalError } from "../../../src/connectors/dingtalk/errors.js";
import { type OutgoingFailure, OutgoingHttpError } from "../../../src/platform/outgoing-http.js";
import { CODES_BY_SUBJECT, CODES_OF_ALL } from "./table-cases.js";

const SUBJECTS = ["user", "department", "role"] as const;

const cases = SUBJECTS.flatMap((subject) =>
  [CODES_OF_ALL, CODES_BY_SUBJECT[subject]].flatMap((codesByKind) =>
    Object.entries(codesByKind).flatMap(([kind, codes]) =>
      codes.split(" ").map((code) => ({ subject, code, kind })),
    ),
  ),
);

function answer(body: unknown, status = 200, headers: [string, string][] = []) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: new Map([["content-type", "application/json"], ...headers]), text };
}

function refused(body: unknown, status = 200, headers: [string, string][] = []): VendorRefusal {
  const { refusal } = readOldAnswer(answer(body, status, headers));
  if (!refusal) throw new Error("the answer counts as success");
  return refusal;
}

describe("the error table", () => {
  it.each(cases)("sorts $code of a $subject call as $kind", ({ subject, code, kind }) => {
    const meaning = meaningOf(code, subject);
    expect(meaning?.kind).toBe(kind);
    expect(meaning?.message.en).toMatch(/^[A-Z].*\.$/);
    if (kind === "throttled") expect(meaning?.retryAfterMs).toBeGreaterThan(0);
    if (kind === "unauthorized") expect(meaning?.remedy?.en).toMatch(/[.\]]$/);
    if (kind === "conflict") expect(meaning?.field).toBeDefined();
  });

  it("asks for a fresh token on exactly the codes that speak of the token", () => {
    const fresh = cases.filter(({ code, subject }) => meaningOf(code, subject)?.freshToken);
    expect([...new Set(fresh.map(({ code }) => code))].sort()).toEqual(
      ["40001", "40014", "41001", "42001", "InvalidAuthentication"].sort(),
    );
  });

  it("tells a blank token (40000 inside the 88 envelope) from a bad parameter (40000 outside)", () => {
    const inside = refused({ errcode: 88, sub_code: "40000", sub_msg: "access_token is blank" });
    const outside = refused({ errcode: 40000, errmsg: "bad parameter" });
    expect(meaningOfRefusal(inside, "user")).toMatchObject({ kind: "unauthorized", freshToken: true });
    expect(meaningOfRefusal(outside, "user")).toMatchObject({ kind: "rejected" });
  });

  it("names the profile field of a conflict", () => {
    expect(meaningOf("60102", "user")?.field).toBe("remoteId");
    expect(meaningOf("60104", "user")?.field).toBe("mobile");
    expect(meaningOf("60021", "department")?.field).toBe("name");
  });
});

describe("reading an answer of the older host", () => {
  it.each([
    ["a number", { errcode: 0, errmsg: "ok" }],
    ["a text", { errcode: "0" }],
  ])("takes errcode 0 as success when it is %s", (_form, body) => {
    expect(readOldAnswer(answer(body)).refusal).toBeUndefined();
  });

  it.each([
    ["plain", { errcode: 60121, errmsg: "gone" }, "60121"],
    ["plain as text", { errcode: "60121" }, "60121"],
    ["negative", { errcode: -1 }, "-1"],
    [
      "sub_code of the envelope",
      { errcode: 88, sub_code: "40014", errmsg: "ding talk error[subcode=1,submsg=x]" },
      "40014",
    ],
    ["subcode= in the text", { errcode: 88, errmsg: "ding talk error[subcode=90018,submsg=x]" }, "90018"],
    ["envelope as text, sub_code a number", { errcode: "88", sub_code: 60011 }, "60011"],
    ["envelope without anything inside", { errcode: 88, errmsg: "?" }, "88"],
  ])("finds the effective code: %s", (_form, body, code) => {
    expect(refused(body).code).toBe(code);
  });

  it("keeps the vendor's request id and masks phone numbers in its words", () => {
    const refusal = refused({ errcode: 60104, errmsg: "13800138000 is taken", request_id: "abc" });
    expect(refusal.vendorRequestId).toBe("abc");
    expect(refusal.text).not.toContain("13800138000");
  });

  it.each([
    ["status 1111", '{"status":1111,"wait":5,"source":"x5","punish":"deny"}', 200],
    ["a page with status 200", "<!DOCTYPE html><html></html>", 200],
    ["a page with status 403", "<html>no</html>", 403],
    ["a page with status 503", "<html>no</html>", 503],
  ])("takes %s as the ban of the address: five minutes of silence", (_form, body, status) => {
    const error = refusalError(refused(body, status), { subject: "user", write: false });
    expect(error.kind).toBe("throttled");
    expect(error.facts).toMatchObject({ code: "address-banned", retryAfterMs: 300_000 });
    expect(meaningOfRefusal(refused(body, status), "user").wholeConnection).toBe(true);
  });

  it.each([
    ["a gateway's page", "<html>Bad Gateway</html>", 502, "http-502"],
    ["a gateway's plain text", "upstream lost", 504, "http-504"],
    ["an empty answer", "", 200, "garbled"],
    ["a cut answer", '{"errcode":0,"resu', 200, "garbled"],
    ["JSON that is no envelope", '{"hello":1}', 200, "garbled"],
    ["a list", "[]", 200, "garbled"],
  ])("takes %s as trouble that leaves a write in doubt", (_form, body, status, code) => {
    const error = refusalError(refused(body, status), { subject: "user", write: true });
    expect(error.kind).toBe("transient");
    expect(error.facts).toMatchObject({ code, mayHaveApplied: true });
  });

  it("takes a redirect as a wrong address", () => {
    const error = refusalError(refused("moved", 302), { subject: "user", write: true });
    expect(error).toMatchObject({ kind: "unauthorized", facts: { code: "http-302" } });
  });
});

describe("reading an answer of the newer host", () => {
  it("takes any 2xx as success and other statuses by their text code", () => {
    expect(readNewAnswer(answer({ accessToken: "t" })).refusal).toBeUndefined();
    const { refusal } = readNewAnswer(answer({ code: "InvalidAuthentication", requestid: "r" }, 400));
    expect(refusal).toMatchObject({ code: "InvalidAuthentication", vendorRequestId: "r" });
  });

  it("waits on 403 when its code speaks of limits, and on 429 as long as it is told to", () => {
    const qps = readNewAnswer(answer({ code: "Forbidden.AccessDenied.QpsLimitForApi" }, 403)).refusal;
    const busy = readNewAnswer(answer({}, 429, [["retry-after", "7"]])).refusal;
    if (!qps || !busy) throw new Error("both are refusals");
    const call = { subject: "connection", write: false } as const;
    expect(refusalError(qps, call)).toMatchObject({ kind: "throttled", facts: { retryAfterMs: 2_000 } });
    expect(refusalError(busy, call)).toMatchObject({ kind: "throttled", facts: { retryAfterMs: 7_000 } });
  });
});

describe("the error for a refusal", () => {
  const call = { subject: "user", write: true } as const;

  it("names the missing permission point", () => {
    const text =
      "应用尚未开通所需的权限：[qyapi_get_member]，点击链接申请并开通即可：https://x/?c=ding%23qyapi_get_member";
    const error = refusalError(refused({ errcode: 88, sub_code: "60011", sub_msg: text }), call);
    expect(error.kind).toBe("unauthorized");
    expect(error.facts.remedy).toContain("Missing: qyapi_get_member.");
  });

  it.each([
    ["访问ip不在白名单之中,request ip=203.0.113.9 appKey(dingabc)", "203.0.113.9"],
    ["ip: 2001:db8::7 is not allowed", "2001:db8::7"],
    ["refused for 198.51.100.3", "198.51.100.3"],
  ])("names the address that DingTalk saw: %s", (sub_msg, address) => {
    const error = refusalError(refused({ errcode: 88, sub_code: "60020", sub_msg }), call);
    expect(error.facts.remedy).toContain(address);
  });

  it("retries an unlisted code and shows the vendor's words without phone numbers", () => {
    const error = refusalError(refused({ errcode: 60129, errmsg: "奇怪 13800138000" }), call);
    expect(error.kind).toBe("transient");
    expect(error.message).toContain("60129");
    expect(error.message).toContain("奇怪");
    expect(error.message).not.toContain("13800138000");
  });

  it("leaves a write in doubt after busy, and not after a refusal that is clear", () => {
    expect(refusalError(refused({ errcode: -1 }), call).facts.mayHaveApplied).toBe(true);
    expect(
      refusalError(refused({ errcode: -1 }), { ...call, write: false }).facts.mayHaveApplied,
    ).toBeUndefined();
    expect(refusalError(refused({ errcode: 60104 }), call).facts.mayHaveApplied).toBeUndefined();
    expect(refusalError(refused('{"status":1111}'), call).facts.mayHaveApplied).toBeUndefined();
    expect(refusalError(refused("<html>"), call).facts.mayHaveApplied).toBe(true);
  });

  it.each<[OutgoingFailure, boolean]>([
    ["unresolved-host", false],
    ["refused-connection", false],
    ["tls", false],
    ["timeout", true],
    ["reset", true],
    ["too-large", true],
    ["aborted", false],
  ])("of a call without answer (%s) tells whether it may have been applied", (failure, mayHaveApplied) => {
    const error = networkError(new OutgoingHttpError(failure, mayHaveApplied, "x"), call);
    expect(error).toMatchObject({ kind: "transient", facts: { code: failure, mayHaveApplied } });
  });
});
