import { describe, expect, it } from "vitest";
import { createIdaas } from "../../src/idaas/idaas.js";
import { context, shareDirectory } from "../directory/open-directory.js";

const shared = shareDirectory();

describe("pushes of the same thing at once", () => {
  it("make one organization, in two processes and also when it was removed before", async () => {
    const processes = [createIdaas(shared.directory), createIdaas(shared.directory)];
    const body = { organizationUuid: "6498786832594607257", organization: "研发部" };
    const pushAtOnce = async () => {
      const answers = await Promise.all(processes.map((idaas) => idaas.push(context, "Group", body)));
      return new Set(answers.map((answer) => answer["id"]));
    };
    expect((await pushAtOnce()).size).toBe(1);
    await processes[0]?.remove(context, "Group", body.organizationUuid);
    expect((await pushAtOnce()).size).toBe(1);
  });

  it("make one account, and remove it once", async () => {
    const idaas = createIdaas(shared.directory);
    const body = { id: "6498786832594612345", userName: "he.anna" };
    const answers = await Promise.all([1, 2, 3].map(() => idaas.push(context, "User", body)));
    expect(new Set(answers.map((answer) => answer["id"])).size).toBe(1);
    const removals = await Promise.all([1, 2, 3].map(() => idaas.remove(context, "User", body.id)));
    expect(removals.map((answer) => answer.errorNumber)).toEqual([0, 0, 0]);
  });
});
