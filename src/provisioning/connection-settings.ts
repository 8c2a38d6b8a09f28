import type { Connector, ConnectorSettings } from "../connectors/connector.js";
import { ConnectorSettingsError } from "../connectors/errors.js";
import type { Connection } from "../persistence/connection-store.js";
import type { SecretBox } from "../platform/secret-box.js";
import { InvalidConnectionError } from "./connection-errors.js";

/** Settings as an administrator sends them; null and blank texts count as not given. */
export type GivenSettings = Readonly<Record<string, string | number | null>>;

/** The columns of a connection that its settings become. */
export type StoredSettings = Pick<Connection, "config" | "secrets" | "corpKey">;

/** What settings of a stored connection are read from. */
type Stored = Pick<Connection, "id" | "config" | "secrets">;

/** The settings of a stored connection, secrets opened. @throws SecretBoxError where SECRET_KEY no longer fits */
export function openSettings(stored: Stored, box: SecretBox): ConnectorSettings {
  const plain = Object.entries(stored.config).map(([name, value]) => [name, String(value)]);
  const secret = Object.entries(stored.secrets).map(([name, sealed]) => [
    name,
    box.open(sealed, secretContext(stored.id, name)),
  ]);
  return { plain: Object.fromEntries(plain), secret: Object.fromEntries(secret) };
}

/** Checks the settings of a new connection and seals its secrets. @throws InvalidConnectionError */
export function sealSettings(
  id: string,
  given: GivenSettings,
  connector: Connector,
  box: SecretBox,
): StoredSettings {
  const settings = checkSettings(given, connector);
  const sealed = Object.entries(settings.secret).map(([name, value]) => [
    name,
    box.seal(value, secretContext(id, name)),
  ]);
  return {
    config: settings.plain,
    secrets: Object.fromEntries(sealed),
    corpKey: corpKeyOf(settings, connector),
  };
}

/**
 * Lays changed settings over the stored ones. A blank secret means "as it was"; another setting that is blank or
 * null falls back to the connector's default. A secret that stays keeps its sealed text.
 * @throws InvalidConnectionError
 */
export function changeSettings(
  stored: Stored,
  given: GivenSettings,
  connector: Connector,
  box: SecretBox,
): StoredSettings {
  const before = openSettings(stored, box);
  const secretNames = new Set(connector.descriptor.secretSettings);
  const merged = new Map<string, string | number | null>(
    Object.entries({ ...before.plain, ...before.secret }),
  );
  for (const [name, value] of Object.entries(given)) {
    if (!(secretNames.has(name) && isBlank(value))) merged.set(name, value);
  }
  const settings = checkSettings(Object.fromEntries(merged), connector);
  const secrets = Object.entries(settings.secret).map(([name, value]) => [
    name,
    before.secret[name] === value ? stored.secrets[name] : box.seal(value, secretContext(stored.id, name)),
  ]);
  return {
    config: settings.plain,
    secrets: Object.fromEntries(secrets),
    corpKey: corpKeyOf(settings, connector),
  };
}

function checkSettings(given: GivenSettings, connector: Connector): ConnectorSettings {
  const present = Object.entries(given).filter(([, value]) => !isBlank(value));
  try {
    return connector.parseSettings(Object.fromEntries(present));
  } catch (error) {
    if (!(error instanceof ConnectorSettingsError)) throw error;
    throw new InvalidConnectionError(`config.${error.field}`, error.reason, { cause: error });
  }
}

function corpKeyOf(settings: ConnectorSettings, connector: Connector): string {
  const { corpSetting } = connector.descriptor;
  const corpKey = settings.plain[corpSetting];
  if (corpKey === undefined) throw new InvalidConnectionError(`config.${corpSetting}`, "is required");
  return corpKey;
}

// \s includes the full-width blank, which is what gets copied out of Chinese documents.
function isBlank(value: string | number | null): boolean {
  return value === null || (typeof value === "string" && /^\s*$/.test(value));
}

/** What a sealed secret is bound to: it opens in no other row and under no other name. */
function secretContext(connectionId: string, name: string): string {
  return `connection:${connectionId}:${name}`;
}
