import { defineConfig } from "vitest/config";

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
    // A test that passes at the second try has found something.
    retry: 0,
  },
});
