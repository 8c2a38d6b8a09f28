import { describe, expect, it } from "vitest";
import { parseMetrics, sumSamples } from "../../src/demo/metrics-page.js";

const page = `# HELP calls_total Calls
# TYPE calls_total counter
calls_total{path="/a",outcome="ok"} 3
calls_total{path="/b",outcome="ok"} 4
calls_total{path="/b",outcome="90018"} 2
quoted{text="say \\"hi\\", {you}"} 1
plain 1.5e1
not a sample at all
`;

describe("a metrics page", () => {
  it.each<[string, Record<string, string>, number]>([
    ["calls_total", {}, 9],
    ["calls_total", { outcome: "ok" }, 7],
    ["calls_total", { outcome: "ok", path: "/b" }, 4],
    ["calls_total", { outcome: "none" }, 0],
    ["plain", {}, 15],
    ["absent", {}, 0],
  ])("sums %s %j to %d", (name, labels, sum) => {
    expect(sumSamples(parseMetrics(page), name, labels)).toBe(sum);
  });

  it("keeps label values that hold quotes and braces whole", () => {
    expect(parseMetrics(page).find((sample) => sample.name === "quoted")?.labels).toEqual({
      text: 'say \\"hi\\", {you}',
    });
  });
});
