import { describe, expect, it } from "vitest";
import { correlationIdFrom } from "../../src/observability/correlation.js";

describe("correlationIdFrom", () => {
  it.each(["a", "req-1.2_3", "7F3D2F2E-0000-4000-8000-000000000000", "x".repeat(64)])("keeps %s", (id) => {
    expect(correlationIdFrom(id)).toBe(id);
  });

  it.each([undefined, "", "x".repeat(65), "a b", "a\nb", '{"a":1}', "中文", "a;b", "<script>", ["a", "b"]])(
    "replaces %o by an id of its own",
    (header) => {
      expect(correlationIdFrom(header)).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});
