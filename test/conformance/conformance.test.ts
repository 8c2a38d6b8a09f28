import { beforeAll, describe, expect, it } from "vitest";
import { CHECKS } from "../../conformance/checks/all-checks.js";
import { DEVIATIONS } from "../../conformance/deviations.js";
import { type Outcome, runCheck } from "../../conformance/runner.js";
import { discover, type Target } from "../../conformance/surroundings.js";
import { shareStrictGateway } from "./strict-gateway.js";

const gateway = shareStrictGateway();
let target: Target;
beforeAll(async () => {
  target = await discover(gateway.url, gateway.authorization);
});

/** Checks of what this gateway does not have, or what cannot be tried on this machine. */
const SKIPPED = [
  "resources carry the extensions that their type requires",
  "values that are unique everywhere are refused twice",
  "meta.location equals Content-Location",
  "SCIM is spoken over TLS",
];

describe("the gateway, seen from outside", () => {
  for (const check of CHECKS) {
    it(`${check.title} (${check.covers.join(", ")})`, async () => {
      const { result, message = "" } = await runCheck(target, check);
      expect(result, message).toBe(expectedOf(check.title));
    });
  }
});

function expectedOf(title: string): Outcome["result"] {
  if (title in DEVIATIONS) return "failed";
  return SKIPPED.includes(title) ? "skipped" : "passed";
}
