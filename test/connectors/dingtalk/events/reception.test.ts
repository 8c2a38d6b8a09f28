import { createCipheriv, createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decryptPush, encryptPush } from "../../../../src/connectors/dingtalk/events/push-cipher.js";
import { signPush } from "../../../../src/connectors/dingtalk/events/push-signature.js";
import { createDingTalkConnector } from "../../../../src/connectors/dingtalk/index.js";
import { type EventRefusal, EventRefusedError } from "../../../../src/connectors/events.js";
import { seal, unseal } from "../../../../src/simulator/events/cipher.js";

const connector = createDingTalkConnector();
const keys = { token: "tokenOfTests1", aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG" };
const other = { token: "tokenOfOthers", aesKey: "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG" };
const settings = connector.parseSettings({
  corpId: "dingcorp1",
  appKey: "dingapp1",
  appSecret: "s3cret",
  "events.token": keys.token,
  "events.aesKey": keys.aesKey,
});
const now = new Date("2026-11-26T08:00:00Z");
const message = (extra: object = {}) =>
  JSON.stringify({
    EventType: "user_modify_org",
    CorpId: "dingcorp1",
    eventId: "event-1",
    userId: ["zhang", "li"],
    ...extra,
  });

interface Pushed {
  text?: string;
  owner?: string;
  signedWith?: typeof keys;
  at?: Date;
  query?: Record<string, string>;
  body?: unknown;
}

function receive(given: Pushed = {}) {
  const { text = message(), owner = "dingapp1", signedWith = keys, at = now } = given;
  const { signature, timestamp, nonce, encrypt } = seal(signedWith, text, owner, at);
  const query = given.query ?? { msg_signature: signature, timestamp, nonce };
  const body = "body" in given ? given.body : { encrypt };
  const { events } = connector;
  if (events === undefined) throw new Error("the connector listens to no events");
  return events.receive(settings, { query, body, receivedAt: now });
}

function refusalOf(work: () => unknown): EventRefusal {
  try {
    work();
  } catch (error) {
    if (error instanceof EventRefusedError) return error.refusal;
    throw error;
  }
  throw new Error("it was taken");
}

describe("the encryption of DingTalk's pushes", () => {
  it("is what DingTalk publishes an example of", () => {
    const aesKey = "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij";
    const encrypted =
      "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9V" +
      "rYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==";
    const parts = { timestamp: "1445827045067", nonce: "nEXhMP4r", encrypted };
    expect(signPush("123456", parts)).toBe("5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0");
    const { message, owner } = decryptPush(encrypted, aesKey);
    expect(owner).toBe("suite4xxxxxxxxxxxxxxx");
    expect(JSON.parse(message)).toMatchObject({ EventType: "check_create_suite_url", TestSuiteKey: owner });
  });

  it("is AES-256-CBC with the key's first half as the start, padded to 32 bytes, as OpenSSL computed it", () => {
    // openssl enc -aes-256-cbc -nopad of 16 bytes, 0x00000007, the two texts, and 29 times 0x1d
    const random = Buffer.from("0123456789abcdef");
    expect(encryptPush({ message: "success", owner: "dingapp1" }, keys.aesKey, random)).toBe(
      "Q3stYC6hdFzMh9T8HCvyDPAmVUAR9ZeRhlEwYP+nuEBlpPkptMOFXIpmCRNk2OME8jGV2SHf/GQPK0TUV00Bdg==",
    );
  });

  it("is undone by decryption, whatever the message", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.stringMatching(/^[a-z0-9]{1,40}$/), (text, owner) => {
        const encrypted = encryptPush({ message: text, owner }, keys.aesKey);
        expect(decryptPush(encrypted, keys.aesKey)).toEqual({ message: text, owner });
        expect(Buffer.from(encrypted, "base64").length % 32).toBe(0);
      }),
    );
  });

  it("refuses any other bytes with one kind of error, never with another", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const encrypted = Buffer.from(bytes).toString("base64");
        expect(refusalOf(() => decryptPush(encrypted, keys.aesKey))).toBe("undecipherable");
      }),
    );
  });
});

describe("a push", () => {
  it("is opened and answered with a signed and encrypted success", () => {
    const { event, answer } = receive();
    expect(event).toEqual({
      id: "event-1",
      type: "user_modify_org",
      isCheck: false,
      records: [
        { type: "user", remoteId: "zhang" },
        { type: "user", remoteId: "li" },
      ],
    });
    const { msg_signature = "", timeStamp = "", nonce = "", encrypt = "" } = answer;
    expect(Object.keys(answer).sort()).toEqual(["encrypt", "msg_signature", "nonce", "timeStamp"]);
    const sealed = { signature: msg_signature, timestamp: timeStamp, nonce, encrypt };
    expect(unseal(keys, sealed, "dingapp1")).toBe("success");
  });

  it("may carry its signature under the older name", () => {
    const { signature, timestamp, nonce, encrypt } = seal(keys, message(), "dingapp1", now);
    expect(receive({ query: { signature, timestamp, nonce }, body: { encrypt } }).event.id).toBe("event-1");
  });

  it("that tries the address is told apart", () => {
    expect(receive({ text: JSON.stringify({ EventType: "check_url" }) }).event).toMatchObject({
      type: "check_url",
      isCheck: true,
      records: [],
    });
  });

  it("may be encrypted for the corp, as where the subscription was made by a call", () => {
    expect(receive({ owner: "dingcorp1" }).event.id).toBe("event-1");
  });

  it("of another company is refused although it is signed with our token [001-28]", () => {
    const foreign: Pushed[] = [
      { owner: "dingcorp2" },
      { owner: "dingapp2" },
      { owner: "" },
      { text: message({ CorpId: "dingcorp2" }) },
    ];
    for (const given of foreign) expect(refusalOf(() => receive(given))).toBe("foreign");
  });

  it("signed with another token is refused before anything is decrypted", () => {
    expect(refusalOf(() => receive({ signedWith: { ...keys, token: other.token } }))).toBe("signature");
    const { timestamp, nonce, encrypt } = seal(keys, message(), "dingapp1", now);
    for (const msg_signature of ["", "0", "z".repeat(40), "0".repeat(40), "0".repeat(4_000)]) {
      const query = { msg_signature, timestamp, nonce };
      expect(refusalOf(() => receive({ query, body: { encrypt } }))).toBe("signature");
    }
  });

  it("of which one part was exchanged is refused", () => {
    const { signature, timestamp, nonce, encrypt } = seal(keys, message(), "dingapp1", now);
    const later = String(Number(timestamp) + 1);
    const query = { msg_signature: signature, timestamp, nonce };
    expect(refusalOf(() => receive({ query: { ...query, timestamp: later }, body: { encrypt } }))).toBe(
      "signature",
    );
    expect(refusalOf(() => receive({ query: { ...query, nonce: `${nonce}0` }, body: { encrypt } }))).toBe(
      "signature",
    );
    const another = seal(keys, message({ userId: ["wang"] }), "dingapp1", now).encrypt;
    expect(refusalOf(() => receive({ query, body: { encrypt: another } }))).toBe("signature");
  });

  it("older or newer than five minutes is refused", () => {
    const at = (ms: number) => new Date(now.getTime() + ms);
    expect(receive({ at: at(-300_000) }).event.id).toBe("event-1");
    expect(refusalOf(() => receive({ at: at(-300_001) }))).toBe("stale");
    expect(refusalOf(() => receive({ at: at(300_001) }))).toBe("stale");
  });

  it("encrypted with another key is refused", () => {
    const encrypted = encryptPush({ message: message(), owner: "dingapp1" }, other.aesKey);
    expect(refusalOf(() => receiveSigned(encrypted))).toBe("undecipherable");
  });

  it("whose cipher was cut short is refused, signed or not", () => {
    const whole = Buffer.from(encryptPush({ message: message(), owner: "dingapp1" }, keys.aesKey), "base64");
    for (let length = 1; length < whole.length; length += 7) {
      expect(refusalOf(() => receiveSigned(whole.toString("base64", 0, length)))).toBe("undecipherable");
    }
  });

  it("that says to be longer than it is is refused", () => {
    for (const size of [0xffffffff, 0x7fffffff, 100]) {
      const plain = Buffer.alloc(32);
      plain.writeUInt32BE(size, 16);
      plain.writeUInt8(12, 31);
      plain.fill(12, 20);
      const key = Buffer.from(`${keys.aesKey}=`, "base64");
      const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
      const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64");
      expect(refusalOf(() => receiveSigned(encrypted))).toBe("undecipherable");
    }
  });

  it.each([
    ["no body", undefined],
    ["null", null],
    ["a text", "encrypt"],
    ["a list", [{ encrypt: "AAAA" }]],
    ["no cipher", {}],
    ["a cipher that is a number", { encrypt: 1 }],
    ["a cipher that is no base64", { encrypt: "*!§$%" }],
    ["an empty cipher", { encrypt: "" }],
  ])("without the form of one is refused: %s", (_what, body) => {
    expect(refusalOf(() => receive({ body }))).toBe("malformed");
  });

  it.each([
    ["no JSON", "success"],
    ["a list", "[]"],
    ["null", "null"],
    ["no type", "{}"],
    ["a type that is none", '{"EventType":{}}'],
    ["an endless type", JSON.stringify({ EventType: "x".repeat(65) })],
  ])("that holds something else than an event is refused: %s", (_what, text) => {
    expect(refusalOf(() => receive({ text }))).toBe("unreadable");
  });

  it("is refused, or read, whatever it holds: nothing else is thrown", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(["unreadable", "foreign", "read"]).toContain(
          outcomeOf(() => receive({ text: text.replace(/^{/, '{"EventType":"user_add_org",') })),
        );
      }),
    );
  });

  it("to a connection without keys is refused", () => {
    const bare = connector.parseSettings({ corpId: "dingcorp1", appKey: "dingapp1", appSecret: "s3cret" });
    const push = { query: {}, body: {}, receivedAt: now };
    expect(refusalOf(() => connector.events?.receive(bare, push))).toBe("not-configured");
  });

  /** A push whose signature is right, whatever it holds. */
  function receiveSigned(encrypt: string) {
    const [timestamp, nonce] = [String(now.getTime()), "n0nce"];
    const joined = [keys.token, timestamp, nonce, encrypt].sort().join("");
    const msg_signature = createHash("sha1").update(joined).digest("hex");
    return receive({ query: { msg_signature, timestamp, nonce }, body: { encrypt } });
  }

  function outcomeOf(work: () => unknown): string {
    try {
      work();
      return "read";
    } catch (error) {
      return error instanceof EventRefusedError ? error.refusal : String(error);
    }
  }
});

describe("the event in a push", () => {
  it.each([
    ["user_leave_org", { userId: ["a"] }, "user", "a"],
    ["user_active_org", { UserId: ["a"] }, "user", "a"],
    ["user_add_org", { userid: "a" }, "user", "a"],
    ["org_dept_modify", { deptId: [12] }, "department", "12"],
    ["org_dept_create", { DeptId: ["12"] }, "department", "12"],
    ["org_dept_remove", { deptId: 12 }, "department", "12"],
  ])("%s names its records, in whatever case and form", (EventType, data, type, remoteId) => {
    expect(receive({ text: JSON.stringify({ EventType, ...data }) }).event.records).toEqual([
      { type, remoteId },
    ]);
  });

  it("names each record once, and nothing that cannot be an id", () => {
    const userId = ["a", "a", "", "x".repeat(65), "a\u0000b", "a\ud800", null, {}, ["b"], 1.5, 7];
    expect(receive({ text: message({ userId }) }).event.records).toEqual([
      { type: "user", remoteId: "a" },
      { type: "user", remoteId: "7" },
    ]);
  });

  it("keeps ids of many digits whole", () => {
    const text = '{"EventType":"org_dept_modify","eventId":12345678901234567890,"deptId":[9007199254740993]}';
    expect(receive({ text }).event).toMatchObject({
      id: "12345678901234567890",
      records: [{ remoteId: "9007199254740993" }],
    });
  });

  it("is named by BizId or by its text where it has no id", () => {
    const bare = { EventType: "user_add_org", userId: ["a"] };
    expect(receive({ text: JSON.stringify({ ...bare, BizId: "biz" }) }).event.id).toBe("biz");
    const [first, again] = [receive({ text: JSON.stringify(bare) }), receive({ text: JSON.stringify(bare) })];
    expect(first.event.id).toMatch(/^[0-9a-f]{64}$/);
    expect(again.event.id).toBe(first.event.id);
    expect(receive({ text: JSON.stringify({ ...bare, userId: ["b"] }) }).event.id).not.toBe(first.event.id);
  });

  it("of another kind concerns nobody", () => {
    expect(receive({ text: message({ EventType: "label_user_change" }) }).event.records).toEqual([]);
  });
});

describe("the settings of an event subscription", () => {
  const valid = { corpId: "dingcorp1", appKey: "dingapp1", appSecret: "s3cret" };
  const parse = (extra: Record<string, unknown>) => connector.parseSettings({ ...valid, ...extra });
  const both = { "events.token": keys.token, "events.aesKey": keys.aesKey };

  it("are off and empty unless somebody enters them [001-07]", () => {
    const { plain, secret } = parse({});
    expect(Object.keys({ ...plain, ...secret }).filter((name) => name.startsWith("events."))).toEqual([]);
    expect(parse({ "events.enabled": "false" })).toEqual(parse({}));
  });

  it("hold the keys among the secrets, and survive being stored and read again", () => {
    const settings = parse({ ...both, "events.enabled": "true", "events.baseUrl": "https://scim.example/ " });
    expect(settings.plain).toMatchObject({
      "events.enabled": "true",
      "events.baseUrl": "https://scim.example",
    });
    expect(settings.secret).toMatchObject(both);
    expect(parse({ ...settings.plain, ...settings.secret })).toEqual(settings);
  });

  it.each([
    [{ "events.enabled": "true" }, "events.token"],
    [{ "events.token": keys.token }, "events.aesKey"],
    [{ "events.aesKey": keys.aesKey }, "events.token"],
    [{ ...both, "events.token": "a b" }, "events.token"],
    [{ ...both, "events.aesKey": keys.aesKey.slice(1) }, "events.aesKey"],
    [{ ...both, "events.enabled": "yes" }, "events.enabled"],
    [{ ...both, "events.baseUrl": "http://scim.example" }, "events.baseUrl"],
  ])("that cannot work are refused by name: %j", (extra, field) => {
    expect(() => parse(extra)).toThrow(expect.objectContaining({ field }));
  });

  it("can be made here, in the form that DingTalk takes", () => {
    const made = connector.events?.generateKeys() ?? {};
    expect(made).toEqual({
      "events.token": expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      "events.aesKey": expect.stringMatching(/^[A-Za-z0-9]{43}$/),
    });
    expect(parse(made).secret).toMatchObject(made);
    expect(connector.events?.generateKeys()).not.toEqual(made);
  });
});
