import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { CLIENTS, type MadeClient, shareClientAdministration } from "./admin/client-administration.js";

const { gateway, admin, make, scimStatus } = shareClientAdministration();

const ISSUER = "https://scim.example.com";
const pairs = {
  RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  EdDSA: generateKeyPairSync("ed25519"),
};
type Algorithm = keyof typeof pairs;

const jwkOf = (algorithm: Algorithm, kid?: string) => ({
  ...pairs[algorithm].publicKey.export({ format: "jwk" }),
  ...(kid && { kid }),
});
const makeSigner = (keys: object[] = [jwkOf("ES256")], settings: object = {}) =>
  make({ authMethods: ["private_key_jwt"], jwks: { keys }, ...settings });

let made = 0;
function claimsOf({ clientId }: MadeClient, change: object = {}) {
  made += 1;
  const seconds = gateway.clock.now().getTime() / 1000;
  const claims = { iss: clientId, sub: clientId, aud: `${ISSUER}/oauth/token`, jti: `jti-${made}` };
  return { ...claims, iat: seconds, exp: seconds + 60, ...change };
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

function assertion(
  claims: object,
  algorithm: Algorithm = "ES256",
  header: object = {},
  key: KeyObject = pairs[algorithm].privateKey,
): string {
  const signed = `${encode({ alg: algorithm, typ: "JWT", ...header })}.${encode(claims)}`;
  const data = Buffer.from(signed);
  const signature =
    algorithm === "EdDSA" ? sign(null, data, key) : sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

function ask(clientAssertion: string, more: Record<string, string> = {}) {
  return request(gateway.app)
    .post("/oauth/token")
    .type("form")
    .send({
      grant_type: "client_credentials",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: clientAssertion,
      ...more,
    });
}

describe("private_key_jwt (RFC 7523)", () => {
  it.each(["RS256", "ES256", "EdDSA"] as const)(
    "gives a token for an assertion signed by %s",
    async (algorithm) => {
      const client = await makeSigner([jwkOf(algorithm)]);
      const answer = await ask(assertion(claimsOf(client), algorithm), { client_id: client.clientId });
      expect(answer.body).toMatchObject({ token_type: "Bearer", scope: "scim:read" });
      expect(await scimStatus(`Bearer ${answer.body.access_token}`)).toBe(200);
    },
  );

  it("takes the issuer as audience, alone or among others, and any of several keys", async () => {
    const client = await makeSigner([jwkOf("RS256", "old"), jwkOf("ES256", "new")]);
    await ask(assertion(claimsOf(client, { aud: ISSUER }))).expect(200);
    await ask(assertion(claimsOf(client, { aud: ["https://other.example", ISSUER] }))).expect(200);
    await ask(assertion(claimsOf(client), "ES256", { kid: "new" })).expect(200);
    await ask(assertion(claimsOf(client), "ES256", { kid: "old" })).expect(401);
  });

  it("takes each assertion once, in all processes, and forgets it when it has expired", async () => {
    const client = await makeSigner();
    const once = assertion(claimsOf(client, { jti: "the same" }));
    await ask(once).expect(200);
    expect((await ask(once)).body.error).toBe("invalid_client");
    await ask(assertion(claimsOf(client, { jti: "the same" }))).expect(401);
    await ask(assertion(claimsOf(await makeSigner(), { jti: "the same" }))).expect(200);
    await gateway.clock.advance(700_000);
    await ask(assertion(claimsOf(client))).expect(200);
    expect(await gateway.database.query("select 1 from used_assertion")).toHaveLength(1);
  });

  const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  it.each<[string, (client: MadeClient) => string]>([
    ["another issuer", (client) => assertion(claimsOf(client, { iss: "somebody" }))],
    ["another subject", (client) => assertion(claimsOf(client, { sub: "somebody" }))],
    ["an unknown client", (client) => assertion(claimsOf(client, { iss: "nobody", sub: "nobody" }))],
    ["another audience", (client) => assertion(claimsOf(client, { aud: "https://other.example" }))],
    [
      "an audience that only begins like ours",
      (client) => assertion(claimsOf(client, { aud: `${ISSUER}.evil.example` })),
    ],
    ["no end", (client) => assertion(claimsOf(client, { exp: undefined }))],
    [
      "an end that has passed",
      (client) => assertion(claimsOf(client, { exp: gateway.clock.now().getTime() / 1000 })),
    ],
    [
      "an end in eleven minutes",
      (client) => assertion(claimsOf(client, { exp: gateway.clock.now().getTime() / 1000 + 660 })),
    ],
    [
      "a beginning in the future",
      (client) => assertion(claimsOf(client, { nbf: gateway.clock.now().getTime() / 1000 + 90 })),
    ],
    ["no jti", (client) => assertion(claimsOf(client, { jti: undefined }))],
    ["a key of somebody else", (client) => assertion(claimsOf(client), "ES256", {}, foreign)],
    ["a key of another kind", (client) => assertion(claimsOf(client), "RS256")],
    ["another algorithm in the header", (client) => assertion(claimsOf(client), "ES256", { alg: "RS256" })],
    ["a critical header", (client) => assertion(claimsOf(client), "ES256", { crit: ["exp"] })],
    ["changed claims", (client) => withClaims(assertion(claimsOf(client)), claimsOf(client))],
    ["no signature", (client) => `${encode({ alg: "none" })}.${encode(claimsOf(client))}.`],
    [
      "no signature, but some bytes",
      (client) => `${encode({ alg: "none" })}.${encode(claimsOf(client))}.AAAA`,
    ],
    ["the public key used as a shared secret", (client) => withHmac(claimsOf(client))],
    ["no JWT at all", () => "not.a.jwt"],
    ["nothing", () => ""],
    ["a megabyte, nearly", () => `${"a".repeat(20_000)}.${"b".repeat(20_000)}.c`],
  ])("refuses %s", async (_what, made) => {
    const client = await makeSigner();
    const answer = await ask(made(client));
    expect([answer.status, answer.body.error]).toEqual([401, "invalid_client"]);
  });

  it("refuses what is signed by a client that must not use it, is disabled, or whose keys were taken", async () => {
    const client = await makeSigner();
    const change = (body: object) => admin("patch", `${CLIENTS}/${client.id}`, body);
    await change({ authMethods: ["client_secret_post"] });
    await ask(assertion(claimsOf(client))).expect(401);
    await change({ authMethods: ["private_key_jwt"], enabled: false });
    await ask(assertion(claimsOf(client))).expect(401);
    await change({ enabled: true, jwks: { keys: [jwkOf("RS256")] } });
    await ask(assertion(claimsOf(client))).expect(401);
    await change({ jwks: null });
    await ask(assertion(claimsOf(client), "RS256")).expect(401);
  });

  it("is not mixed with a secret, nor sent under another type or name", async () => {
    const client = await makeSigner();
    const mixed = await ask(assertion(claimsOf(client)), { client_secret: client.clientSecret });
    expect([mixed.status, mixed.body.error]).toEqual([400, "invalid_request"]);
    const other = await ask(assertion(claimsOf(client)), { client_assertion_type: "urn:other" });
    expect([other.status, other.body.error]).toEqual([400, "invalid_request"]);
    await ask(assertion(claimsOf(client)), { client_id: "somebody" }).expect(401);
  });

  it.each([
    ["a private key", { keys: [pairs.ES256.privateKey.export({ format: "jwk" })] }],
    ["a shared secret", { keys: [{ kty: "oct", k: "c2VjcmV0" }] }],
    [
      "a short RSA key",
      { keys: [generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" })] },
    ],
    [
      "another curve",
      { keys: [generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({ format: "jwk" })] },
    ],
    ["a broken key", { keys: [{ kty: "RSA", n: "", e: "AQAB" }] }],
    ["no key", { keys: [] }],
    ["eleven keys", { keys: Array(11).fill(jwkOf("ES256")) }],
    ["no set", "https://idp.example/jwks"],
  ])("is not set up with %s", async (_what, jwks) => {
    const answer = await admin("post", CLIENTS, {
      name: "x",
      scopes: ["scim:read"],
      authMethods: ["private_key_jwt"],
      jwks,
    });
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
    expect(answer.body.errors[0].field).toMatch(/^jwks/);
  });
});

function withClaims(token: string, claims: object): string {
  const [header, , signature] = token.split(".");
  return `${header}.${encode(claims)}.${signature}`;
}

function withHmac(claims: object): string {
  const signed = `${encode({ alg: "HS256" })}.${encode(claims)}`;
  const secret = pairs.ES256.publicKey.export({ format: "pem", type: "spki" });
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
