import type { Connector, ConnectorSettings } from "../../connectors/connector.js";
import { ConnectorSettingsError } from "../../connectors/errors.js";
import type { Connection } from "../../persistence/connection-store.js";
import { type SecretBox, SecretBoxError } from "../../platform/secret-box.js";
import { InvalidConnectionError, SecretUnreadableError } from "./connection-errors.js";

/** Settings as an administrator sends them; null and blank texts count as not given. */
export type GivenSettings = Readonly<Record<string, string | number | null>>;

/** The columns of a connection that its settings become. */
export type StoredSettings = Pick<Connection, "config" | "secrets" | "corpKey">;

/** What settings of a stored connection are read from. */
type Stored = Pick<Connection, "id" | "config" | "secrets">;

/**
 * The settings of a stored connection, secrets opened.
 * @throws InvalidConnectionError naming a secret that SECRET_KEY no longer opens
 */
export function openSettings(stored: Stored, box: SecretBox): ConnectorSettings {
  const secret = Object.keys(stored.secrets).map((name) => [name, openSecret(stored, name, box)]);
  return { plain: plainSettings(stored), secret: Object.fromEntries(secret) };
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
 * null falls back to the connector's default. A secret that stays keeps its sealed text, and one that is replaced
 * need not be readable any more, so a lost SECRET_KEY is mended by entering the secrets again.
 * @throws InvalidConnectionError
 */
export function changeSettings(
  stored: Stored,
  given: GivenSettings,
  connector: Connector,
  box: SecretBox,
): StoredSettings {
  const secretNames = new Set(connector.descriptor.secretSettings);
  const changes = Object.entries(given).filter(([name, value]) => !(secretNames.has(name) && isBlank(value)));
  const replaced = new Set(changes.map(([name]) => name));
  const kept = Object.keys(stored.secrets).filter((name) => !replaced.has(name));
  const before = Object.fromEntries(kept.map((name) => [name, openSecret(stored, name, box)]));
  const settings = checkSettings(
    { ...plainSettings(stored), ...before, ...Object.fromEntries(changes) },
    connector,
  );
  const moved = connector.descriptor.destinationSettings.find(
    (name) => settings.plain[name] !== plainSettings(stored)[name],
  );
  const sent = kept.find((name) => !connector.descriptor.localSecrets?.includes(name));
  if (moved !== undefined && sent !== undefined) {
    // Otherwise whoever may edit a connection, but was never told the secret, could have it sent to themselves.
    throw new InvalidConnectionError(`config.${sent}`, `must be entered again, since ${moved} changes`);
  }
  const secrets = Object.entries(settings.secret).map(([name, value]) => [
    name,
    before[name] === value ? stored.secrets[name] : box.seal(value, secretContext(stored.id, name)),
  ]);
  return {
    config: settings.plain,
    secrets: Object.fromEntries(secrets),
    corpKey: corpKeyOf(settings, connector),
  };
}

function plainSettings(stored: Stored): Record<string, string> {
  return Object.fromEntries(Object.entries(stored.config).map(([name, value]) => [name, String(value)]));
}

function openSecret(stored: Stored, name: string, box: SecretBox): string {
  try {
    return box.open(stored.secrets[name] ?? "", secretContext(stored.id, name));
  } catch (error) {
    if (!(error instanceof SecretBoxError)) throw error;
    throw new SecretUnreadableError(`config.${name}`, { cause: error });
  }
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
