import { expect, it } from "vitest";
import { readDateTime } from "../../../src/scim/resource/date-time.js";

it.each([
  ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
  ["2024-01-01T00:00:00.123456789+14:00", "2024-01-01T00:00:00.123456789+14:00"],
  ["2024-01-01T00:00:00-13:59", "2024-01-01T00:00:00-13:59"],
  ["2024-01-01T00:00:00", "2024-01-01T00:00:00Z"],
  ["2024-01-01T00:00:00+14:01", undefined],
  ["2024-01-01T00:00:00-16:00", undefined],
  ["2024-01-01T00:00:00+23:59", undefined],
  ["2024-01-01T00:00:00+01:60", undefined],
  ["2023-02-29T00:00:00Z", undefined],
  ["2024-12-31T23:59:60Z", undefined],
  ["2024-01-01T24:00:00Z", undefined],
  ["+275760-09-13T00:00:00Z", undefined],
  ["2024-01-01", undefined],
])("%s is read as %s", (text, expected) => expect(readDateTime(text)).toBe(expected));
