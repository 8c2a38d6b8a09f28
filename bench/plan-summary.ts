import { table } from "./report.js";

/** What one kind of request sends: its title and the plans of its statements as PostgreSQL prints them. */
export interface ExplainedRequest {
  title: string;
  plans: readonly string[];
}

const SCAN = /(?:Index(?: Only)? Scan(?: Backward)? using|Bitmap Index Scan on) (\w+)|Seq Scan on (\w+)/g;

/** Through which indexes each request goes, and which tables it reads as a whole, as a table in Markdown. */
export function summarizePlans(requests: readonly ExplainedRequest[]): string {
  const rows = requests.map(({ title, plans }) => {
    // What was planned for a case that did not come about is no part of the work.
    const lines = plans
      .flatMap((plan) => plan.split("\n"))
      .filter((line) => !line.includes("(never executed)"));
    const indexes = new Set<string>();
    const whole = new Set<string>();
    for (const [, index, read] of lines.join("\n").matchAll(SCAN)) {
      if (index !== undefined) indexes.add(index);
      if (read !== undefined) whole.add(read);
    }
    const times = plans.map((plan) => Number(/Execution Time: ([\d.]+) ms/.exec(plan)?.[1] ?? Number.NaN));
    const total = times.reduce((sum, time) => sum + time, 0);
    return [title, total.toFixed(2), [...indexes].join(", "), [...whole].join(", ") || "none"];
  });
  return table(["request", "executed in ms", "indexes", "read as a whole"], rows);
}
