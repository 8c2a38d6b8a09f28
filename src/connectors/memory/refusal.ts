import { ConnectorError, type ConnectorErrorFacts, type ConnectorErrorKind } from "../errors.js";

/** A refusal of the memory vendor. */
export function refusal(
  kind: ConnectorErrorKind,
  code: string,
  message: string,
  facts: Partial<ConnectorErrorFacts> = {},
): ConnectorError {
  return new ConnectorError(kind, { code, message, ...facts });
}
