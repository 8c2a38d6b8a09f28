import { describe, expect, it } from "vitest";
import { joinUrl, parseBaseUrl, UnsafeUrlError } from "../../src/platform/base-url.js";

describe("a base URL from an administrator", () => {
  it.each([
    "https://oapi.dingtalk.com",
    "https://dd.corp.example:8443/gate",
    "http://127.0.0.1:8080",
    "http://localhost:1",
    "http://[::1]:9000",
    "http://127.1/",
  ])("%s is accepted", (text) => {
    expect(parseBaseUrl(text).href).toContain("http");
  });

  it.each([
    "",
    "oapi.dingtalk.com",
    "/relative",
    "http://oapi.dingtalk.com",
    "http://10.0.0.5",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "ftp://host",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://user@host",
    "https://user:password@host",
    "https://host/?a=1",
    "https://host/#a",
    "https://169.254.169.254/latest",
    "https://[fe80::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://2852039166/",
  ])("%j is refused", (text) => {
    expect(() => parseBaseUrl(text)).toThrow(UnsafeUrlError);
  });

  it("may be http for a proxy, but not point at link-local addresses", () => {
    expect(parseBaseUrl("http://proxy.corp:3128", { allowClearText: true }).port).toBe("3128");
    expect(() => parseBaseUrl("http://169.254.169.254", { allowClearText: true })).toThrow(UnsafeUrlError);
  });

  it("keeps its own path in front of a joined one", () => {
    expect(joinUrl(new URL("https://h/gate/"), "/topapi/x").href).toBe("https://h/gate/topapi/x");
    expect(joinUrl(new URL("https://h"), "/topapi/x").href).toBe("https://h/topapi/x");
  });
});
