import type { Notification, NotificationKind } from "./notification.js";

/** A notification with the name of its connection, to be put into words. */
export type ToldNotification = Notification & { connectionName: string };

/** What each kind is called, for people of either language. */
const TITLES: Record<NotificationKind, { en: string; zh: string }> = {
  "delivery-failed": { en: "A delivery failed", zh: "同步失败，需要处理" },
  "removals-held": { en: "Removals are held", zh: "删除已被保护拦截" },
  quarantine: { en: "The connection is paused", zh: "连接已暂停" },
  "creates-stopped": { en: "No more people can be added", zh: "已暂停新增人员" },
  recovered: { en: "The connection works again", zh: "连接已恢复" },
  "run-differences": { en: "A run found differences", zh: "对账发现差异" },
  "run-ended": { en: "A run did not finish", zh: "同步任务未完成" },
  "scope-shrunk": { en: "The app sees less of the company", zh: "应用可见范围缩小" },
};

/** The body of a webhook message: `type`, `timestamp` and `data` (Standard Webhooks, "Payload structure"). */
export function composeWebhook(told: ToldNotification): string {
  const { id, connectionId, connectionName, kind, subject, reason, numbers, correlationId, createdAt } = told;
  return JSON.stringify({
    type: kind,
    timestamp: createdAt.toISOString(),
    data: {
      id,
      connection: { id: connectionId, name: connectionName },
      subject,
      reason,
      numbers,
      correlationId,
    },
  });
}

/** Subject and plain text of a mail. */
export function composeMail(told: ToldNotification): { subject: string; text: string } {
  const { en, zh } = TITLES[told.kind];
  const { reason } = told;
  const remedy = reason.zh?.remedy;
  const chinese =
    reason.zh === undefined
      ? []
      : [`原因：${reason.zh.message}`, ...(remedy === undefined ? [] : [`处理建议：${remedy}`])];
  const counts = Object.entries(told.numbers).map(([name, count]) => `${name}: ${count}`);
  const lines = [
    `${en} / ${zh}`,
    "",
    `Connection: ${told.connectionName}`,
    `Reason: ${reason.message} (${reason.code})`,
    ...(reason.remedy === undefined ? [] : [`What to do: ${reason.remedy}`]),
    ...chinese,
    ...(counts.length === 0 ? [] : [`Numbers: ${counts.join(", ")}`]),
    ...(told.subject === null ? [] : [`About: ${told.subject.type} ${told.subject.id}`]),
    `Time: ${told.createdAt.toISOString()}`,
    `Notification: ${told.id}`,
  ];
  const subject = `[SCIM gateway] ${told.connectionName}: ${en} (${reason.code})`;
  return { subject, text: `${lines.join("\n")}\n` };
}
