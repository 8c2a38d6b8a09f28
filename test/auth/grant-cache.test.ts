import { describe, expect, it } from "vitest";
import type { AccessGrant } from "../../src/auth/access-grant.js";
import { createGrantCache } from "../../src/auth/oauth/grant-cache.js";
import { accessGrant } from "../support/access-grant.js";
import { createFakeClock } from "../support/fake-clock.js";

function grantOf(clientRef: string): AccessGrant {
  return accessGrant({ clientRef });
}

function open(maxEntries = 3) {
  const clock = createFakeClock();
  return { clock, cache: createGrantCache({ clock, lifetimeMs: 10_000, maxEntries }) };
}

describe("createGrantCache", () => {
  it("keeps what was loaded until its lifetime is over", async () => {
    const { clock, cache } = open();
    await cache.load("h", async () => grantOf("a"));
    await clock.advance(9_999);
    expect(cache.find("h")).toEqual(grantOf("a"));
    await clock.advance(1);
    expect(cache.find("h")).toBeUndefined();
  });

  it("does not live longer by being used", async () => {
    const { clock, cache } = open();
    await cache.load("h", async () => grantOf("a"));
    for (let second = 0; second < 10; second += 1) {
      expect(cache.find("h")).toBeDefined();
      await clock.advance(1000);
    }
    expect(cache.find("h")).toBeUndefined();
  });

  it("does not remember unknown tokens", async () => {
    const { cache } = open();
    expect(await cache.load("h", async () => undefined)).toBeUndefined();
    expect(await cache.load("h", async () => grantOf("a"))).toEqual(grantOf("a"));
  });

  it("lets the least recently used entry go when it is full", async () => {
    const { cache } = open(3);
    for (const hash of ["1", "2", "3"]) await cache.load(hash, async () => grantOf("a"));
    cache.find("1");
    await cache.load("4", async () => grantOf("a"));
    expect(["1", "2", "3", "4"].filter((hash) => cache.find(hash))).toEqual(["1", "3", "4"]);
  });

  it("drops one token, or all of a client", async () => {
    const { cache } = open(10);
    for (const [hash, client] of [
      ["1", "a"],
      ["2", "a"],
      ["3", "b"],
    ] as const) {
      await cache.load(hash, async () => grantOf(client));
    }
    cache.dropToken("1");
    expect(["1", "2", "3"].filter((hash) => cache.find(hash))).toEqual(["2", "3"]);
    cache.dropClient("a");
    expect(["1", "2", "3"].filter((hash) => cache.find(hash))).toEqual(["3"]);
  });

  it("does not keep what was being read while something was dropped", async () => {
    const { cache } = open();
    const read = await cache.load("h", async () => {
      cache.dropToken("h");
      return grantOf("a");
    });
    expect(read).toEqual(grantOf("a"));
    expect(cache.find("h")).toBeUndefined();
  });
});
