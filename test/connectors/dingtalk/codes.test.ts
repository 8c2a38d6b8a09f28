import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { CodeEntry } from "../../../src/connectors/dingtalk/codes/code-entry.js";
import { CODE_AREAS } from "../../../src/connectors/dingtalk/codes/code-table.js";
import { renderCodeDocs } from "../../../src/connectors/dingtalk/codes/render-code-docs.js";
import { refusalError } from "../../../src/connectors/dingtalk/errors.js";
import { OWN_REASONS } from "../../../src/connectors/dingtalk/own-reasons.js";
import { type Explanation, placesOf } from "../../../src/platform/bilingual.js";
import { REASONS } from "../../../src/provisioning/reasons.js";
import { RUN_REASONS } from "../../../src/provisioning/reconciliation/run-reasons.js";

const entries = CODE_AREAS.flatMap((area): readonly CodeEntry[] => area.entries);
const explanations: [string, Explanation][] = [
  ...entries.map((entry): [string, Explanation] => [entry.codes.join(" "), entry]),
  ...Object.entries(OWN_REASONS),
  ...Object.entries(REASONS),
  ...Object.entries(RUN_REASONS),
];

describe("what is said about a code", () => {
  it.each(explanations)(
    "%s stands in English and in Chinese, with the same places for values",
    (_code, said) => {
      for (const text of [said.message, ...(said.remedy ? [said.remedy] : [])]) {
        expect(text.en).not.toMatch(/[\u4e00-\u9fff]/);
        expect(text.en).toMatch(/[.})\]]$/);
        expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
        expect(text.zh).toMatch(/[。})）\]]$/);
        // A Chinese sentence has Chinese punctuation; what is quoted from elsewhere may have its own.
        expect(text.zh).not.toMatch(/[\u4e00-\u9fff][,;:!?]/);
        expect(placesOf(text.zh).sort()).toEqual(placesOf(text.en).sort());
      }
    },
  );

  it("names each code once for each subject", () => {
    const named = entries.flatMap(({ codes, subject }) => codes.map((code) => `${subject ?? ""} ${code}`));
    expect(new Set(named).size).toBe(named.length);
  });

  it("docs/connectors/dingtalk-codes.md says what the tables say (npm run docs:codes writes it)", async () => {
    const page = new URL("../../../docs/connectors/dingtalk-codes.md", import.meta.url);
    expect(await readFile(page, "utf8")).toBe(renderCodeDocs({ deliveries: REASONS, runs: RUN_REASONS }));
  });
});

describe("the values of an answer stand in the explanation", () => {
  const call = { subject: "user", write: true } as const;
  const explained = (code: string, text: string) => refusalError({ code, text, enveloped: true }, call).facts;

  it("a refused address with the app that called, its key masked, and where to enter it [001-43]", () => {
    const facts = explained("60020", "访问ip不在白名单之中,request ip=203.0.113.9 appKey(dingabcdefgh1234)");
    expect(facts.message).toBe(
      "DingTalk refuses calls from the gateway's address 203.0.113.9 (app ding****34).",
    );
    expect(facts.remedy).toContain("server egress IP list");
    expect(facts.remedy).toContain("203.0.113.9");
    expect(facts.zh?.message).toBe("钉钉拒绝来自网关地址 203.0.113.9 的调用（应用 ding****34）。");
    expect(facts.zh?.remedy).toContain("服务器出口 IP");
    expect(facts.zh?.remedy).toContain("203.0.113.9");
    expect(JSON.stringify(facts)).not.toContain("dingabcdefgh1234");
  });

  it("the permission points that are missing, under DingTalk's names", () => {
    const facts = explained("60011", "应用尚未开通所需的权限：[qyapi_get_member]，点击链接申请");
    expect(facts.remedy).toContain("Missing: qyapi_get_member.");
    expect(facts.zh?.remedy).toContain("缺少的权限点：qyapi_get_member。");
  });

  it("reads well where the answer names nothing", () => {
    expect(explained("60020", "").message).toBe("DingTalk refuses calls from the gateway's address.");
    expect(explained("60020", "").zh?.message).toBe("钉钉拒绝来自网关地址的调用。");
    expect(explained("60011", "").remedy).not.toContain("Missing");
  });

  it("DingTalk's words about a code that no source lists, without phone numbers, in both languages", () => {
    const facts = explained("60129", "奇怪 {code} [x]");
    expect(facts.message).toContain("60129: 奇怪 {code} [x]");
    expect(facts.zh?.message).toContain("错误码 60129 不在已知列表中：奇怪 {code} [x]");
  });
});
