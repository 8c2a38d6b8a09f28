import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, it } from "vitest";
import { openApplication, type WholeApplication } from "../e2e/whole-application.js";
import { type Conversation, replay } from "./replay.js";

const folder = new URL("conversations/", import.meta.url);
const conversations = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name): Conversation => JSON.parse(readFileSync(new URL(name, folder), "utf8")));

let gateway: WholeApplication;
beforeAll(async () => {
  gateway = await openApplication();
}, 30_000);
afterAll(() => gateway.close());

describe.each(conversations.map((one) => [one.client, one] as const))("%s", (_client, conversation) => {
  it.each([...new Set([conversation.profile, "auto"])])("is served with the profile %s", (profile) =>
    replay(gateway, conversation, profile),
  );
});
