import { describe, expect, it } from "vitest";
import { createLogger } from "../../src/observability/logger.js";

const SECRETS = ["s3cr3t-Value_of-the-app", "13812345678", "zhang.wei@example.com", "eyJhbGciOi.J9-token_x"];
const [secret, mobile, email, token] = SECRETS as [string, string, string, string];

function capture() {
  const lines: string[] = [];
  const logger = createLogger({ level: "trace", destination: { write: (line) => void lines.push(line) } });
  return { logger, lines };
}

describe("createLogger", () => {
  it.each<[string, (log: ReturnType<typeof capture>["logger"]) => void]>([
    [
      "an Authorization header",
      (log) => log.info({ req: { headers: { authorization: `Bearer ${token}` } } }),
    ],
    ["cookies", (log) => log.info({ headers: { Cookie: `session=${token}`, "set-cookie": [`s=${token}`] } })],
    ["a deep app secret", (log) => log.info({ a: { b: { c: { d: { appSecret: secret } } } } })],
    ["form parameters", (log) => log.info({ body: { client_secret: secret, access_token: token } })],
    ["a vendor's token header", (log) => log.info({ headers: { "x-acs-dingtalk-access-token": token } })],
    ["phone numbers of a user", (log) => log.info({ user: { phoneNumbers: [{ value: mobile }] } })],
    ["a mobile as a number", (log) => log.info({ profile: { mobile: Number(mobile) } })],
    ["e-mail addresses", (log) => log.info({ emails: [{ value: email, type: "work" }] })],
    ["a user name", (log) => log.info({ resource: { userName: email } })],
    ["a mobile in a message", (log) => log.warn(`mobile ${mobile} is taken`)],
    ["a mobile in a message with country code", (log) => log.warn(`+86-${mobile} and +86 138 1234 5678`)],
    ["a mobile in a Chinese sentence", (log) => log.warn(`手机号${mobile}已存在`)],
    ["a mobile glued to its name", (log) => log.warn(`mobile${mobile}`)],
    ["a mobile under an unsuspicious name", (log) => log.info({ reason: `number ${mobile} refused` })],
    ["a printf argument", (log) => log.info("asked with %s", `access_token=${token}`)],
    ["a URL", (log) => log.info({ url: `https://oapi.example/user/get?access_token=${token}&x=1` })],
    [
      "JSON inside a text",
      (log) => log.info({ text: JSON.stringify({ appSecret: secret, password: secret }) }),
    ],
    ["a bound field", (log) => log.child({ clientSecret: secret, phone: mobile }).info("bound")],
    ["an error's message", (log) => log.error(new Error(`mobile ${mobile} is taken`))],
    ["an error beside a message", (log) => log.error({ err: new Error(`Bearer ${token}`) }, "failed")],
    [
      "a database error's parameters",
      (log) => log.error({ err: Object.assign(new Error("failed"), { parameters: [mobile, secret] }) }, "x"),
    ],
    [
      "the cause of an error",
      (log) => log.error({ err: new Error("outer", { cause: new Error(`client_secret=${secret}`) }) }, "x"),
    ],
    ["a map", (log) => log.info({ headers: new Map([["authorization", `Basic ${token}`]]) })],
    ["bytes", (log) => log.info({ body: Buffer.from(secret) })],
  ])("shows no secret or personal data of %s", (_what, write) => {
    const { logger, lines } = capture();
    write(logger);
    expect(lines).toHaveLength(1);
    for (const value of SECRETS) expect(lines[0]).not.toContain(value);
    expect(lines[0]).not.toMatch(/138[ -]?1234/);
  });

  it("writes JSON lines with level, time and bound fields", () => {
    const { logger, lines } = capture();
    logger.child({ correlationId: "c-1" }).info({ status: 201, path: "/scim/v2/Users" }, "request");
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      correlationId: "c-1",
      status: 201,
      path: "/scim/v2/Users",
      msg: "request",
    });
  });

  it("keeps what an operator needs of an error", () => {
    const { logger, lines } = capture();
    const cause = Object.assign(new Error("connect refused"), { code: "ECONNREFUSED" });
    logger.error({ err: new TypeError("it failed", { cause }) }, "the request failed");
    expect(JSON.parse(lines[0] ?? "").err).toMatchObject({
      type: "TypeError",
      message: "it failed",
      stack: expect.stringContaining("logger.test"),
      cause: { message: "connect refused", code: "ECONNREFUSED" },
    });
  });

  it("leaves ids, times and counts alone", () => {
    const { logger, lines } = capture();
    const ids = ["7f3d2f2e-0000-4000-8000-13812345678f", "7f3d2f2e-0000-4000-8000-f13812345678"];
    logger.info({ ids, at: 1_763_700_000_123, count: 42, empty: { token: null } }, "13812345678901234");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      ids,
      at: 1_763_700_000_123,
      count: 42,
      empty: { token: null },
      msg: "13812345678901234",
    });
  });

  it("survives objects that refer to themselves, and hostile names", () => {
    const { logger, lines } = capture();
    const loop: Record<string, unknown> = JSON.parse('{"__proto__": {"polluted": true}}');
    loop["self"] = loop;
    logger.info({ loop }, "round");
    expect(lines).toHaveLength(1);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("blots out long hostile texts in linear time", () => {
    const { logger, lines } = capture();
    const started = performance.now();
    for (const piece of ["1", "Bearer ", "token=", "138 ", 'token " : ', "+86-138"])
      logger.info(piece.repeat(50_000));
    expect(lines).toHaveLength(6);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("is silent below its level", () => {
    const lines: string[] = [];
    const logger = createLogger({ level: "warn", destination: { write: (line) => void lines.push(line) } });
    logger.info("not this");
    logger.warn("this");
    expect(lines).toHaveLength(1);
  });
});
