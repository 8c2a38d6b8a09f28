import { createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";

/** How a client may sign (RFC 7518 section 3.1, RFC 8037). */
export type SignatureAlgorithm = "RS256" | "ES256" | "EdDSA";

/** The algorithms, for the metadata document. */
export const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithm[] = ["RS256", "ES256", "EdDSA"];

/** A key as it stands in a set (RFC 7517). */
export type PublicJwk = JsonWebKey & { kid?: unknown };

/** Shorter keys can be broken, longer ones keep us busy. */
const RSA_BITS = { min: 2048, max: 8192 };
/** Members of RFC 7518 section 6 that a public key does not have. */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/** What is wrong with a key, for an administrator; undefined where nothing is. */
export function findKeyProblem(jwk: PublicJwk): string | undefined {
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) return "must be a public key, without private parts";
  const key = open(jwk);
  if (!key || algorithmOf(jwk) === undefined) return "must be an RSA, EC P-256 or OKP Ed25519 key";
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits === undefined || (bits >= RSA_BITS.min && bits <= RSA_BITS.max)) return undefined;
  return `must have ${RSA_BITS.min} to ${RSA_BITS.max} bits`;
}

/** Whether one of the keys made the signature. With `kid` only those of that name are tried. */
export function isSignedByAny(
  jwks: readonly PublicJwk[],
  header: { alg: unknown; kid?: unknown },
  data: Buffer,
  signature: Buffer,
): boolean {
  return jwks.some((jwk) => {
    const algorithm = algorithmOf(jwk);
    if (algorithm === undefined || algorithm !== header.alg) return false;
    if (header.kid !== undefined && jwk.kid !== undefined && jwk.kid !== header.kid) return false;
    const key = open(jwk);
    return key !== undefined && isSignedBy(key, algorithm, data, signature);
  });
}

function isSignedBy(key: KeyObject, algorithm: SignatureAlgorithm, data: Buffer, signature: Buffer): boolean {
  switch (algorithm) {
    case "RS256":
      return verify("sha256", data, key, signature);
    case "ES256":
      return verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature);
    case "EdDSA":
      return verify(null, data, key, signature);
    default:
      return algorithm satisfies never;
  }
}

/** By the key and not by what the sender says: a key is good for one algorithm only. */
function algorithmOf({ kty, crv }: PublicJwk): SignatureAlgorithm | undefined {
  if (kty === "RSA") return "RS256";
  if (kty === "EC" && crv === "P-256") return "ES256";
  if (kty === "OKP" && crv === "Ed25519") return "EdDSA";
  return undefined;
}

function open(jwk: PublicJwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    // Not a key that Node can read: members are missing or contradict each other.
    return undefined;
  }
}
