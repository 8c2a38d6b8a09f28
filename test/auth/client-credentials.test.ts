import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readClientCredentials } from "../../src/auth/oauth/client-credentials.js";
import { OAuthError } from "../../src/auth/oauth/oauth-error.js";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("readClientCredentials", () => {
  it("reads them from the body", () => {
    expect(readClientCredentials({ parameters: { client_id: "a", client_secret: "b" } })).toEqual({
      method: "client_secret_post",
      candidates: [{ clientId: "a", clientSecret: "b" }],
    });
  });

  it("reads them from a Basic header", () => {
    expect(readClientCredentials({ authorization: basic("a:b:c"), parameters: {} })).toEqual({
      method: "client_secret_basic",
      candidates: [{ clientId: "a", clientSecret: "b:c" }],
    });
  });

  it("offers the raw and the form-decoded reading where they differ", () => {
    expect(
      readClientCredentials({ authorization: basic("my+app:p%2Bq"), parameters: {} }).candidates,
    ).toEqual([
      { clientId: "my+app", clientSecret: "p%2Bq" },
      { clientId: "my app", clientSecret: "p+q" },
    ]);
  });

  it("takes a broken percent sign for a raw character", () => {
    expect(readClientCredentials({ authorization: basic("a:100%"), parameters: {} }).candidates).toEqual([
      { clientId: "a", clientSecret: "100%" },
    ]);
  });

  it("finds every plausible secret among its candidates, sent raw or encoded", () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
    });
    fc.assert(
      fc.property(printable, fc.boolean(), (clientSecret, encoded) => {
        const sent = encoded ? encodeURIComponent(clientSecret).replaceAll("%20", "+") : clientSecret;
        const { candidates } = readClientCredentials({ authorization: basic(`idp:${sent}`), parameters: {} });
        expect(candidates).toContainEqual({ clientId: "idp", clientSecret });
      }),
    );
  });

  it("tolerates the same client_id beside a Basic header", () => {
    const request = { authorization: basic("a:b"), parameters: { client_id: "a" } };
    expect(readClientCredentials(request).method).toBe("client_secret_basic");
  });

  it.each([
    ["nothing", {}, "invalid_client"],
    ["an id alone", { parameters: { client_id: "a" } }, "invalid_client"],
    ["a bearer token", { authorization: "Bearer abc" }, "invalid_client"],
    ["a header without colon", { authorization: basic("abc") }, "invalid_client"],
    ["a header without id", { authorization: basic(":abc") }, "invalid_client"],
    ["a header that is no base64", { authorization: "Basic ä!" }, "invalid_client"],
    [
      "both ways",
      { authorization: basic("a:b"), parameters: { client_id: "a", client_secret: "b" } },
      "invalid_request",
    ],
    ["two clients", { authorization: basic("a:b"), parameters: { client_id: "c" } }, "invalid_request"],
  ])("refuses %s", (_what, sent, code) => {
    const read = () => readClientCredentials({ parameters: {}, ...sent });
    expect(read).toThrow(OAuthError);
    expect(read).toThrow(expect.objectContaining({ code }));
  });

  it.each(["a\0b", "ид", "x".repeat(600)])("has no candidate for the impossible id %o", (clientId) => {
    const { candidates } = readClientCredentials({ parameters: { client_id: clientId, client_secret: "b" } });
    expect(candidates).toEqual([]);
  });
});
