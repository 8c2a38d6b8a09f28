import { beforeAll, describe, expect, it } from "vitest";
import type { Resource } from "../../src/directory/resource.js";
import { context, everything, patchBody, putBody, shareDirectory } from "./open-directory.js";

const test = shareDirectory();
/** A tree three deep, a group beside it, and who is in it. */
let company: Resource;
let division: Resource;
let team: Resource;
let club: Resource;

const members = (...resources: Resource[]) => ({ members: resources.map(({ id }) => ({ value: id })) });
const join = (group: Resource, ...resources: Resource[]) =>
  test.patch(group, { op: "add", path: "members", value: members(...resources).members });
const groupsIn = (resource: Resource) =>
  ((resource.attributes["groups"] ?? []) as { value: string; type: string; display?: string }[]).map(
    ({ value, type, display }) => `${type} ${display ?? value}`,
  );
const groupsOf = async (user: Resource) => groupsIn(await test.read(user));

beforeAll(async () => {
  team = await test.group({ displayName: "team" });
  division = await test.group({ displayName: "division", ...members(team) });
  company = await test.group({ displayName: "company", ...members(division) });
  club = await test.group({ displayName: "club" });
});

describe("the groups of a user (RFC 7643 section 4.1.2)", () => {
  it("are the direct ones by the time of joining, then those above them", async () => {
    const user = await test.user();
    expect(await groupsOf(user)).toEqual([]);
    await join(team, user);
    await test.clock.advance(1_000);
    await join(club, user);
    expect(await groupsOf(user)).toEqual([
      "direct team",
      "direct club",
      "indirect division",
      "indirect company",
    ]);
  });

  it("name a group once, as direct, also where it is above another of them", async () => {
    const user = await test.user();
    await join(company, user);
    await test.clock.advance(1_000);
    await join(team, user);
    expect(await groupsOf(user)).toEqual(["direct company", "direct team", "indirect division"]);
  });

  it("follow the tree when it changes", async () => {
    const user = await test.user();
    const leaf = await test.group({ displayName: "leaf", ...members(user) });
    expect(await groupsOf(user)).toEqual(["direct leaf"]);
    await join(club, leaf);
    expect(await groupsOf(user)).toEqual(["direct leaf", "indirect club"]);
    await join(division, leaf);
    expect(await groupsOf(user)).toEqual(["direct leaf", "indirect division", "indirect company"]);
    await test.patch(division, { op: "remove", path: `members[value eq "${leaf.id}"]` });
    expect(await groupsOf(user)).toEqual(["direct leaf"]);
    await test.directory.remove(context, "Group", leaf.id);
    expect(await groupsOf(user)).toEqual([]);
  });

  it("are the same in a list, for each user its own", async () => {
    const [one, two, none] = [await test.user(), await test.user(), await test.user()];
    await join(team, one);
    await join(division, two);
    const filter = [one, two, none].map(({ id }) => `id eq "${id}"`).join(" or ");
    const query = { filter, startIndex: 1, count: 10, needs: everything };
    const { resources } = await test.directory.list(context, "User", query);
    expect(resources.map(groupsIn)).toEqual([
      ["direct team", "indirect division", "indirect company"],
      ["direct division", "indirect company"],
      [],
    ]);
  });

  it("are only changed through the groups", async () => {
    const user = await test.user({ groups: [{ value: club.id }] });
    expect(await groupsOf(user)).toEqual([]);
    await join(team, user);
    const replaced = await test.directory.replace(
      context,
      "User",
      user.id,
      putBody(user, { groups: [{ value: club.id }], title: "Engineer" }),
    );
    expect(groupsIn(replaced)).toEqual(["direct team", "indirect division", "indirect company"]);
    const change = patchBody({ op: "add", path: "groups", value: [{ value: club.id }] });
    await expect(
      test.directory.patch(context, "User", user.id, change, { needs: everything }),
    ).rejects.toMatchObject({ status: 400, scimType: "mutability" });
  });

  it("come with the user in one statement", async () => {
    const user = await test.user();
    await join(team, user);
    const statements = await test.sent(() => test.read(user));
    expect(statements).toHaveLength(1);
  });
});
