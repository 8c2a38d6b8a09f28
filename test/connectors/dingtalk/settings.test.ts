import { describe, expect, it } from "vitest";
import { createDingTalkConnector } from "../../../src/connectors/dingtalk/index.js";
import { readDingTalkSettings } from "../../../src/connectors/dingtalk/settings.js";
import { ConnectorSettingsError } from "../../../src/connectors/errors.js";
import { createMemoryConnector, createMemoryDirectory } from "../../../src/connectors/memory/index.js";
import { createConnectorRegistry } from "../../../src/connectors/registry.js";

const connector = createDingTalkConnector();
const valid = { corpId: "ding123", appKey: "dingkey", appSecret: "s3cret" };
const parse = (input: Record<string, unknown>) => connector.parseSettings({ ...valid, ...input });

describe("DingTalk settings", () => {
  it("need little and complete themselves", () => {
    expect(parse({})).toEqual({
      plain: {
        corpId: "ding123",
        appKey: "dingkey",
        oapiBaseUrl: "https://oapi.dingtalk.com",
        apiBaseUrl: "https://api.dingtalk.com",
        rootDepartmentId: "1",
        ratePerSecond: "15",
      },
      secret: { appSecret: "s3cret" },
    });
  });

  it("lose blanks of every kind around a value", () => {
    const { plain, secret } = parse({
      corpId: "\u3000ding123\t",
      appKey: "\u00a0dingkey\u200b",
      appSecret: " s3cret\n",
    });
    expect([plain["corpId"], plain["appKey"], secret["appSecret"]]).toEqual(["ding123", "dingkey", "s3cret"]);
  });

  it("take the console's newer names of key and secret", () => {
    const input = { corpId: "ding123", clientId: "dingkey", clientSecret: "s3cret" };
    expect(connector.parseSettings(input)).toEqual(parse({}));
    expect(() => parse({ clientId: "another" })).toThrow(/appKey.*clientId/);
  });

  it("keep every secret apart from what may be shown", () => {
    const { plain } = parse({ defaultPassword: "Passw0rd!" });
    expect(JSON.stringify(plain)).not.toMatch(/s3cret|Passw0rd/);
    expect(connector.descriptor.secretSettings).toEqual(
      expect.arrayContaining(["appSecret", "defaultPassword", "events.token", "events.aesKey"]),
    );
  });

  it("survive being stored and read again", () => {
    const settings = parse({ agentId: 123, proxyUrl: "http://proxy.corp:3128", ratePerSecond: 40 });
    expect(parse({ ...settings.plain, ...settings.secret })).toEqual(settings);
    expect(readDingTalkSettings(settings).proxyUrl?.host).toBe("proxy.corp:3128");
  });

  it.each([
    ["https://oapi.dingtalk.io", undefined, "https://api.dingtalk.io"],
    [undefined, "https://api.dingtalk.io/", "https://api.dingtalk.io"],
    ["http://127.0.0.1:9999/", undefined, "http://127.0.0.1:9999"],
    ["https://dd.corp.example/gate/", undefined, "https://dd.corp.example/gate"],
  ])("derive the other base URL (oapi %s, api %s)", (oapiBaseUrl, apiBaseUrl, expected) => {
    expect(parse({ oapiBaseUrl, apiBaseUrl }).plain["apiBaseUrl"]).toBe(expected);
  });

  it("derive the older host from the newer one", () => {
    expect(parse({ apiBaseUrl: "https://api.dingtalk.io" }).plain["oapiBaseUrl"]).toBe(
      "https://oapi.dingtalk.io",
    );
  });

  it.each([
    ["corpId", { corpId: "" }],
    ["corpId", { corpId: "a b" }],
    ["corpId", { corpId: { nested: true } }],
    ["appKey", { appKey: undefined }],
    ["appSecret", { appSecret: "\u3000" }],
    ["appSecret", { appSecret: "two words" }],
    ["agentId", { agentId: "abc" }],
    ["rootDepartmentId", { rootDepartmentId: "0" }],
    ["rootDepartmentId", { rootDepartmentId: "9007199254740993" }],
    ["rootDepartmentId", { rootDepartmentId: "-7" }],
    ["ratePerSecond", { ratePerSecond: "0" }],
    ["ratePerSecond", { ratePerSecond: 61 }],
    ["ratePerSecond", { ratePerSecond: "1.5" }],
    ["oapiBaseUrl", { oapiBaseUrl: "http://oapi.dingtalk.com" }],
    ["oapiBaseUrl", { oapiBaseUrl: "file:///etc/passwd" }],
    ["apiBaseUrl", { apiBaseUrl: "https://user:pw@api.dingtalk.com" }],
    ["apiBaseUrl", { apiBaseUrl: "https://169.254.169.254" }],
    ["proxyUrl", { proxyUrl: "socks5://proxy:1080" }],
    ["defaultPassword", { defaultPassword: "short1" }],
    ["defaultPassword", { defaultPassword: "12345678" }],
    ["defaultPassword", { defaultPassword: "onlyletters" }],
  ])("refuse a bad %s", (field, input) => {
    try {
      parse(input);
    } catch (error) {
      expect(error).toBeInstanceOf(ConnectorSettingsError);
      expect(error).toMatchObject({ field });
      return;
    }
    throw new Error("the settings were accepted");
  });

  it("read own keys only", () => {
    const input: Record<string, unknown> = Object.create({ corpId: "inherited" });
    expect(() => connector.parseSettings(input)).toThrow(/corpId/);
  });
});

describe("the connector registry", () => {
  it("knows the DingTalk connector and nothing by a made-up name", () => {
    const registry = createConnectorRegistry();
    expect(registry.get("dingtalk")?.descriptor.displayName.zh).toBe("钉钉");
    expect(registry.get("__proto__")).toBeUndefined();
    expect(registry.list().map(({ descriptor }) => descriptor.id)).toEqual(["dingtalk"]);
  });

  it("refuses two connectors of one id", () => {
    const memory = createMemoryConnector(createMemoryDirectory());
    expect(() => createConnectorRegistry([memory, memory])).toThrow(/same id/);
  });
});
