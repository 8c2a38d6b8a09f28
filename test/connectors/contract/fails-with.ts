import { expect } from "vitest";
import {
  ConnectorError,
  type ConnectorErrorFacts,
  type ConnectorErrorKind,
} from "../../../src/connectors/errors.js";

/** Asserts how a call fails and hands the error on. */
export async function failsWith(
  promise: Promise<unknown>,
  kind: ConnectorErrorKind,
  facts: Partial<ConnectorErrorFacts>,
): Promise<ConnectorError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConnectorError);
  if (!(error instanceof ConnectorError)) throw error;
  expect({ kind: error.kind, facts: error.facts }).toMatchObject({ kind, facts });
  return error;
}
