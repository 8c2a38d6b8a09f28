import type { VendorRefusal } from "./answers.js";

/** What an answer says beside its code; each absent where it does not. */
export interface RefusalValues {
  /** The caller's address as DingTalk saw it, from `request ip=...`. */
  address?: string;
  /** Which app called, its middle blotted out, from `appKey(...)`. */
  appKey?: string;
  /** The permission points that are missing, e.g. "qyapi_get_member". */
  permissions: string[];
}

/**
 * Reads the values out of a refusal's words. The words change without notice, so that a value found is a hint for the
 * administrator and nothing is decided by it.
 */
export function valuesOf(refusal: VendorRefusal): RefusalValues {
  const { text } = refusal;
  const address =
    /ip\s{0,3}[=:]\s{0,3}([0-9a-fA-F.:]{3,45})/i.exec(text)?.[1] ??
    /\b\d{1,3}(?:\.\d{1,3}){3}\b/.exec(text)?.[0];
  const appKey = /app_?key\s{0,3}[(=:]\s{0,3}([\w-]{4,64})/i.exec(text)?.[1];
  const permissions = text.match(/\b(?:qyapi_\w{1,60}|Contact(?:\.\w{1,40}){2,3})/g) ?? [];
  return {
    ...(address !== undefined && { address }),
    ...(appKey !== undefined && { appKey: maskAppKey(appKey) }),
    permissions: [...new Set(permissions)],
  };
}

/** Enough of a key to tell which app it is: four characters in front, two at the end. */
function maskAppKey(appKey: string): string {
  return appKey.length < 8 ? "****" : `${appKey.slice(0, 4)}****${appKey.slice(-2)}`;
}
