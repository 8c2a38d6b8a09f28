import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExactJson } from "../../src/platform/exact-json.js";

describe("exact JSON", () => {
  it("keeps integers beyond 2^53 as their digits, everywhere and only there", () => {
    const text =
      '{"order":179999999999999999,"list":[-1234567890123456789],"n":42,"f":0.1234567890123456,"e":1e30,"s":"id 179999999999999999 \\" 1"}';
    expect(parseExactJson(text)).toEqual({
      order: "179999999999999999",
      list: ["-1234567890123456789"],
      n: 42,
      f: 0.1234567890123456,
      e: 1e30,
      s: 'id 179999999999999999 " 1',
    });
  });

  it("equals JSON.parse on whatever has no such integer", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!/\d{16}/.test(text));
        expect(parseExactJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("reads strings full of digits and escapes without harm", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^["\\0-9]{0,40}$/)), (strings) => {
        expect(parseExactJson(JSON.stringify({ strings, digits: "1234567890123456" }))).toEqual({
          strings,
          digits: "1234567890123456",
        });
      }),
    );
  });

  it("throws on what is not JSON", () => {
    expect(() => parseExactJson("<html>")).toThrow(SyntaxError);
  });
});
