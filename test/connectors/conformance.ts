import { afterEach, beforeEach, describe, expect } from "vitest";
import { describeCalls } from "./contract/calls.js";
import { describeDepartments } from "./contract/departments.js";
import { describePeople } from "./contract/people.js";
import { describeReads } from "./contract/reads.js";
import { describeRoles } from "./contract/roles.js";
import type { VendorUnderTest } from "./contract/vendor-under-test.js";
import { contractWords, told } from "./contract/words.js";

/** The promises of the connector contract, for any vendor; each test has a new one. */
export function describeConnector(name: string, start: () => Promise<VendorUnderTest>): void {
  describe(`the ${name} connector`, () => {
    const vendor = {} as VendorUnderTest;
    beforeEach(async () => {
      Object.assign(vendor, await start());
      told.length = 0;
    });
    afterEach(async () => {
      await vendor.close();
      // Whatever was done, and however it ended: what the session tells of is what its only caller is told.
      expect(told).toEqual(vendor.calls);
    });

    const words = contractWords(vendor);
    describeRoles(words);
    describeDepartments(words);
    describePeople(words);
    describeReads(words);
    describeCalls(words);
  });
}
