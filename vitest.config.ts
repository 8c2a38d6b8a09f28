import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Minutes and half minutes of work each. Last, they would keep one core busy while the other has nothing left. */
const LONG = [
  "provisioning/convergence",
  "provisioning/killed-workers",
  "provisioning/lost-leases",
  "provisioning/first-load",
  "conformance/useless-servers",
  "e2e/",
  "idp/conversations",
  "persistence/crash",
];

/** The long files first, in the order above; the others as ever. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONG.findIndex((part) => moduleId.includes(`/test/${part}`));
      return found === -1 ? LONG.length : found;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/database-template.ts"],
    // Every file may hold an embedded database of its own (about 250 MB); two at a time suit two cores.
    fileParallelism: true,
    maxWorkers: 2,
    // A worker keeps what it has loaded: reading the modules anew for each file took half of the time of all tests.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongFirst },
    // A test that passes at the second try has found something.
    retry: 0,
  },
});
