import type { Explanation } from "../../../platform/bilingual.js";
import type { ConnectorErrorKind } from "../../errors.js";
import { OWN_REASONS } from "../own-reasons.js";
import type { CodeEntry } from "./code-entry.js";
import { CODE_AREAS } from "./code-table.js";

/** What each class means for a delivery, in both languages. */
const KINDS: Record<ConnectorErrorKind, { en: string; zh: string }> = {
  throttled: {
    en: "waits and goes on by itself; no try is charged",
    zh: "限流：等待后自动继续，不计入尝试次数",
  },
  transient: { en: "tried again with growing pauses", zh: "临时故障：间隔逐渐加长，自动重试" },
  "dependency-missing": {
    en: "something it refers to is not there: up to eight tries, then parked",
    zh: "缺少依赖：最多尝试八次，之后挂起",
  },
  conflict: {
    en: "who has the value is looked up: adopted, waited for, or parked",
    zh: "冲突：查找占用者，认领、等待或挂起",
  },
  awaiting: { en: "accepted, not effective yet: looked at again", zh: "等待生效：稍后再次查看" },
  "not-found": { en: "created anew; a removal counts as done", zh: "对象不存在：重新创建；删除视为已完成" },
  rejected: { en: "parked until the data changes", zh: "被拒绝：挂起，直到数据变更" },
  unauthorized: { en: "the whole connection pauses", zh: "整个连接暂停" },
};

type Reasons = Readonly<Record<string, Explanation>>;

/**
 * The page of all codes in both languages, as Markdown (docs/connectors/dingtalk-codes.md).
 * @param own what the engine says by itself of deliveries and of full runs, by code
 */
export function renderCodeDocs(own: Record<"deliveries" | "runs", Reasons>): string {
  return [
    "# DingTalk's codes 钉钉错误码",
    "",
    "What a code in a delivery, an attempt or a connection test means, and what to do about it. In the API both languages stand",
    "beside each other: `message` and `remedy` in English, `zh.message` and `zh.remedy` in Chinese. Text in square brackets",
    "appears only where DingTalk's answer names the value: the refused address, the app key (its middle blotted out), the missing",
    "permission points. This page is written by `npm run docs:codes`.",
    "",
    "投递、尝试或连接测试中的错误码含义及处理办法。接口同时返回两种语言：英文为 `message` 和 `remedy`，中文为 `zh.message` 和",
    "`zh.remedy`。方括号中的内容仅在钉钉的应答中包含该值时出现。本页由 `npm run docs:codes` 生成。",
    "",
    "## Classes 类别",
    "",
    ...table(
      ["class", "what happens", "处理方式"],
      Object.entries(KINDS).map(([kind, { en, zh }]) => [kind, en, zh]),
    ),
    ...CODE_AREAS.flatMap(({ title, entries }) => [
      `## ${title.en} ${title.zh}`,
      "",
      ...table(
        ["code", "class", "meaning", "含义", "what to do", "处理办法"],
        entries.map((entry) => [codesOf(entry), entry.kind, ...texts(entry)]),
      ),
    ]),
    "## What the connector says by itself 连接器自身的原因",
    "",
    ...table(["code", "meaning", "含义", "what to do", "处理办法"], reasonRows(OWN_REASONS)),
    "## What the gateway says of a delivery 网关自身的原因：投递",
    "",
    ...table(["code", "meaning", "含义", "what to do", "处理办法"], reasonRows(own.deliveries)),
    "## What the gateway says of a full run 网关自身的原因：对账",
    "",
    ...table(["code", "meaning", "含义", "what to do", "处理办法"], reasonRows(own.runs)),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

function codesOf({ codes, subject, field }: CodeEntry): string {
  const about = subject === undefined ? "" : ` (${subject} calls)`;
  return `${codes.map((code) => `\`${code}\``).join(" ")}${about}${field === undefined ? "" : `; field \`${field}\``}`;
}

function texts({ message, remedy }: Explanation): string[] {
  return [message.en, message.zh, remedy?.en ?? "", remedy?.zh ?? ""];
}

function reasonRows(reasons: Reasons): string[][] {
  return Object.entries(reasons).map(([code, reason]) => [`\`${code}\``, ...texts(reason)]);
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}
