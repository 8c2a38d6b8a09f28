import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSecretBox, SecretBoxError } from "../../src/platform/secret-box.js";

const oldKey = "old".repeat(11);
const newKey = "new".repeat(11);
const context = "connection:1:appSecret";

describe("createSecretBox", () => {
  it("opens what it sealed, whatever the text", () => {
    const box = createSecretBox([newKey]);
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (plain, place) => {
        expect(box.open(box.seal(plain, place), place)).toBe(plain);
      }),
    );
  });

  it("never gives the same text twice and never shows the secret", () => {
    const box = createSecretBox([newKey]);
    const sealed = new Set(Array.from({ length: 50 }, () => box.seal("hunter2", context)));
    expect(sealed.size).toBe(50);
    for (const text of sealed) expect(text).toMatch(/^v1\.[0-9a-f]{12}\.[\w-]+$/);
  });

  it("does not open a secret in another place", () => {
    const box = createSecretBox([newKey]);
    const sealed = box.seal("hunter2", context);
    expect(() => box.open(sealed, "connection:2:appSecret")).toThrow(SecretBoxError);
  });

  it("notices any change of the sealed text", () => {
    const box = createSecretBox([newKey]);
    const sealed = box.seal("hunter2", context);
    const [version, keyId, content = ""] = sealed.split(".");
    const bytes = Buffer.from(content, "base64url");
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed[index] ?? 0) ^ 1, index);
      expect(() => box.open(`${version}.${keyId}.${changed.toString("base64url")}`, context)).toThrow(
        "was changed",
      );
    }
  });

  it("seals with the first key and opens with every key of the list", () => {
    const sealedBefore = createSecretBox([oldKey]).seal("hunter2", context);
    const rotating = createSecretBox([newKey, oldKey]);
    expect(rotating.open(sealedBefore, context)).toBe("hunter2");
    const sealedAfter = rotating.seal("hunter2", context);
    expect(createSecretBox([newKey]).open(sealedAfter, context)).toBe("hunter2");
  });

  it("says that a key is missing, and which variable to mend", () => {
    const sealed = createSecretBox([oldKey]).seal("hunter2", context);
    expect(() => createSecretBox([newKey]).open(sealed, context)).toThrow(
      /no longer lists.*SECRET_KEY|SECRET_KEY no longer lists/,
    );
  });

  it.each(["", "v1", "v1..", "v2.abc.def", "plain text", "v1.000000000000.AAAA"])(
    "refuses %o as sealed text",
    (text) => {
      expect(() => createSecretBox([newKey]).open(text, context)).toThrow(SecretBoxError);
    },
  );

  it("needs a key", () => {
    expect(() => createSecretBox([])).toThrow(RangeError);
  });
});
