import { describe, expect, it } from "vitest";
import { accountOf } from "../../src/provisioning/accounts/account-of.js";
import { type AccountRules, accountRulesSchema } from "../../src/provisioning/accounts/account-rules.js";
import type { JsonObject } from "../../src/scim/schema/attribute.js";
import { shareEngine } from "./share-engine.js";

const { engine, addUser, patch, query } = shareEngine();

const rules = (accounts: object): AccountRules => accountRulesSchema.parse(accounts);
const enterprise = {
  kind: "enterprise",
  type: "dingtalk",
  loginId: { from: "userName", transform: "lowerCase" },
};
const setRules = (accounts: object) => query("update connection set policy = $1::jsonb", [{ accounts }]);

describe("the account a person should have", () => {
  const attributes: JsonObject = { userName: "Li.Na", nickName: "nana" };
  it.each<[string, JsonObject | undefined, object, object | undefined]>([
    ["is their own by default", undefined, {}, undefined],
    [
      "is one of the company with its login name",
      undefined,
      { kind: "enterprise", type: "dingtalk" },
      { signIn: "vendor", loginId: "Li.Na" },
    ],
    [
      "has the login name that the rules point to",
      undefined,
      { kind: "enterprise", loginId: "nickName" },
      { signIn: "sso", loginId: "nana" },
    ],
    [
      "has none where the user has none",
      undefined,
      { kind: "enterprise", type: "dingtalk", loginId: "title" },
      { signIn: "vendor" },
    ],
    ["stays their own once it is", { name: "A" }, { kind: "enterprise" }, undefined],
    [
      "stays the company's once it is, with its login name",
      { account: { signIn: "vendor", loginId: "old" } },
      {},
      { signIn: "vendor", loginId: "old" },
    ],
    [
      "gets another login name",
      { account: { signIn: "vendor", loginId: "old" } },
      { kind: "enterprise", type: "sso" },
      { signIn: "vendor", loginId: "Li.Na" },
    ],
  ])("%s", (_title, lastSent, given, expected) => {
    expect(accountOf(attributes, lastSent, rules(given))).toEqual(expected);
  });
});

describe("people with enterprise accounts", () => {
  it("are created without a mobile number, and go on by their login name [000-23]", async () => {
    await setRules(enterprise);
    const person = await addUser("王一", { userName: "Wang.Yi", phoneNumbers: [] });
    await engine.drain();
    expect(engine.vendor.users.get(person)).toMatchObject({
      mobile: "",
      enabled: true,
      account: { signIn: "vendor", loginId: "wang.yi" },
    });
    await patch("User", person, { op: "replace", path: "userName", value: "wang.1" });
    await engine.drain();
    expect(engine.vendor.users.get(person)?.account).toEqual({ signIn: "vendor", loginId: "wang.1" });
    expect(await engine.stateOf(person)).toMatchObject({ state: "synced" });
  });

  it("beside ordinary members, who keep their own account and need a number", async () => {
    const ordinary = await addUser("王一");
    await engine.drain();
    await setRules(enterprise);
    await patch("User", ordinary, { op: "add", path: "title", value: "主任" });
    await engine.drain();
    expect(engine.vendor.users.get(ordinary)).toMatchObject({ title: "主任" });
    expect(engine.vendor.users.get(ordinary)?.account).toBeUndefined();
  });

  it("have no password in what is kept", async () => {
    await setRules(enterprise);
    const person = await addUser("王一", { phoneNumbers: [] });
    await engine.drain();
    const kept = await query("select l.last_sent, a.calls from link l, attempt a where l.resource_id = $1", [
      person,
    ]);
    expect(JSON.stringify(kept)).not.toMatch(/password/i);
  });
});
