import { inspect, isDeepStrictEqual } from "node:util";
import type { StateDump, UserDump } from "../src/simulator/index.js";
import type { CompanyPerson } from "./company.js";
import type { Script } from "./happenings.js";
import type { Stage } from "./stage.js";
import { CLAIM_LIMIT, RATE_PER_SECOND } from "./worker-process.js";

/** What holds at every moment. @throws Error saying what does not */
export function checkAlways(stage: Stage): void {
  const { simulator } = stage.vendor;
  const state = simulator.state();
  demand(state.history.liveDuplicates, [], "one group has two departments");
  demand(stage.troubles, [], "a worker met trouble that is not the vendor's");
  checkForeign(stage, state);
}

/** What holds when everything has been delivered. @throws Error saying what does not */
export async function checkInTheEnd(stage: Stage): Promise<void> {
  checkAlways(stage);
  const { script, vendor } = stage;
  const state = vendor.simulator.state();
  checkHistory(stage, state);
  checkRate(stage);
  const held = heldPeople(stage, state);
  demand(heldDepartments(stage, state), wantedDepartments(stage, state), "departments");
  for (const person of stage.company.people) {
    const name = namesOf(stage, person).find((one) => held.has(one)) ?? "";
    const account = held.get(name);
    held.delete(name);
    // Whoever was inactive before they were ever sent is left out.
    if (account === undefined && !person.active) continue;
    const isToGo = !person.active && isRemovedWhenInactive(script);
    if (isToGo) throw new Error(`${person.userName} is inactive and still there`);
    demand(account, wantedPerson(stage, person, state), `the person ${person.userName}`);
  }
  demand([...held.keys()], [], "people who should be gone");
  checkAssignments(stage, state);
  checkRoles(stage, state);
  await checkDeliveries(stage);
  await checkOneAtATime(stage);
  await checkReconciliation(stage);
}

function demand(actual: unknown, wanted: unknown, what: string): void {
  if (isDeepStrictEqual(actual, wanted)) return;
  const show = (value: unknown) => inspect(value, { depth: 6, breakLength: 110, sorted: true });
  throw new Error(`${what}\n  is     ${show(actual)}\n  wanted ${show(wanted)}`);
}

/** Departments and people that others made are as they were, but for whom others put into them. */
function checkForeign({ vendor }: Stage, state: StateDump): void {
  const { foreign, simulator } = vendor;
  const departments = state.departments.filter((one) => foreign.departmentIds.has(one.dept_id));
  demand(departments.length, foreign.departmentIds.size, "departments of others");
  for (const one of departments) demand(one.source_identifier, null, `the stamp of the others' ${one.name}`);
  const people = state.users.filter((one) => foreign.userids.has(one.userid));
  demand(people.length, foreign.userids.size, "people of others");
  const touched = simulator
    .state()
    .history.events.filter(
      ({ action, id }) =>
        !action.endsWith(".created") &&
        (foreign.userids.has(id) ||
          (action.startsWith("department.") && foreign.departmentIds.has(Number(id)))),
    );
  demand(touched, [], "changes of what others made");
}

/** Nobody was made twice, and nobody was removed who was not to be. */
function checkHistory({ company, script }: Stage, { history }: StateDump): void {
  for (const [stamp, times] of Object.entries(history.departmentCreates)) {
    demand(times, 1, `creations of the department of group ${stamp}`);
  }
  for (const [userid, times] of Object.entries(history.userCreates)) {
    const most =
      1 +
      (isRemovedWhenInactive(script) ? (company.deactivations.get(userid) ?? 0) : 0) +
      recreationsOf(script, company.everyone.get(userid));
    if (times > most) throw new Error(`the account ${userid} was created ${times} times`);
  }
  const mobileOf = (id: string) => company.everyone.get(id)?.mobiles[0] ?? id;
  const leavers = [...company.removedPeople].map(mobileOf);
  if (isRemovedWhenInactive(script)) {
    for (const [id, times] of company.deactivations) leavers.push(...Array(times).fill(mobileOf(id)));
  }
  for (const person of company.everyone.values()) {
    leavers.push(...Array(recreationsOf(script, person)).fill(person.mobiles[0]));
  }
  const leaversOf = countBy(leavers);
  const removals = history.events.filter(({ action }) => action === "user.deleted");
  for (const [mobile, times] of countBy(removals.map(({ id }) => mobileOf(id)))) {
    if (times > (leaversOf.get(mobile) ?? 0))
      throw new Error(`the account of ${mobile} was removed ${times} times`);
  }
}

/**
 * Each path was called within the cap, in DingTalk's time. A clock that jumps may bring one call too early, and a
 * process that stood still makes the calls late whose turn it had been.
 */
function checkRate({ vendor, jumps, stalls }: Stage): void {
  for (const { path, maxPerSecond } of vendor.simulator.requests.summary()) {
    // The token is fetched by each process for itself, when it starts.
    if (path === "/v1.0/oauth2/accessToken") continue;
    if (maxPerSecond > RATE_PER_SECOND + jumps + stalls * CLAIM_LIMIT) {
      throw new Error(
        `${path} was called ${maxPerSecond} times within a second; the cap is ${RATE_PER_SECOND}`,
      );
    }
  }
}

function isRemovedWhenInactive({ inactive }: Script): boolean {
  return inactive === "delete" || inactive === "later";
}

/** How often a person's account may be removed and made again for the sake of their mobile number. */
function recreationsOf({ mobileChange }: Script, person: CompanyPerson | undefined): number {
  return mobileChange === "recreate" && person !== undefined ? person.mobiles.length - 1 : 0;
}

/** What tells an account from all others: the mobile number, or the login name of one of the company. */
function nameOf({ account, mobile }: UserDump): string {
  return account?.loginId ?? mobile;
}

/** The names that a person's account may have. Where a changed mobile number is kept, any that they had. */
function namesOf({ script }: Stage, person: CompanyPerson): string[] {
  if (script.accounts === "enterprise") return [person.userName];
  return script.mobileChange === "keep" ? person.mobiles : person.mobiles.slice(-1);
}

/** Whose account it is, of those who are in SCIM. */
function personOf(stage: Stage, user: UserDump): CompanyPerson | undefined {
  return stage.company.people.find((person) => namesOf(stage, person).includes(nameOf(user)));
}

/** The SCIM ids of the people whose accounts these are, in order. */
function personIds(stage: Stage, { users }: StateDump, userids: readonly string[]): string[] {
  const found = userids.map((userid) => users.find((user) => user.userid === userid));
  return found.map((user) => (user && personOf(stage, user)?.id) ?? "a stranger").sort();
}

function heldDepartments(stage: Stage, state: StateDump): Record<string, unknown> {
  const { foreign } = stage.vendor;
  const ours = state.departments.filter((one) => !foreign.departmentIds.has(one.dept_id));
  return Object.fromEntries(
    ours.map((one) => [
      one.source_identifier ?? `unstamped ${one.dept_id}`,
      {
        name: one.name,
        parent: groupOf(foreign.rootId, state, one.parent_id),
        managers: personIds(stage, state, one.dept_manager_userid_list),
      },
    ]),
  );
}

function wantedDepartments(stage: Stage, state: StateDump): Record<string, unknown> {
  const { company, script } = stage;
  return Object.fromEntries(
    company.departments.map((one) => {
      const leads = (person: CompanyPerson) =>
        one.managers.has(person.id) &&
        departmentsOf(person, script).includes(one.id) &&
        accountOf(stage, state, person) !== undefined;
      const managers = company.people.filter(leads).map(({ id }) => id);
      return [one.id, { name: one.name, parent: one.parent ?? "root", managers: managers.sort() }];
    }),
  );
}

function accountOf(stage: Stage, { users }: StateDump, person: CompanyPerson): UserDump | undefined {
  return users.find((user) => namesOf(stage, person).includes(nameOf(user)));
}

interface Account {
  name: string;
  title: string | undefined;
  departments: string[];
  /** The SCIM id of the manager. */
  manager: string | undefined;
  disabled: boolean;
}

function heldPeople(stage: Stage, state: StateDump): Map<string, Account> {
  const { vendor, script } = stage;
  const { foreign } = vendor;
  const ours = state.users.filter((user) => !foreign.userids.has(user.userid));
  return new Map(
    ours.map((user) => {
      const wanted = personOf(stage, user);
      // Where DingTalk clears nothing, a title that was taken away stays.
      const stays = script.contrary && wanted?.title === undefined;
      const account = {
        name: user.name,
        title: stays ? undefined : user.title,
        departments: user.dept_id_list
          .filter((id) => id === foreign.rootId || id === foreign.holdingId || !foreign.departmentIds.has(id))
          .map((id) => (id === foreign.holdingId ? "holding" : groupOf(foreign.rootId, state, id)))
          .sort(),
        manager: user.manager_userid === null ? undefined : personIds(stage, state, [user.manager_userid])[0],
        disabled: user.account?.disabled ?? false,
      };
      return [nameOf(user), account];
    }),
  );
}

function wantedPerson(stage: Stage, person: CompanyPerson, state: StateDump): Account {
  const { company, script } = stage;
  const manager = company.people.find((one) => one.id === person.manager);
  const isThere = manager !== undefined && accountOf(stage, state, manager) !== undefined;
  return {
    name: person.name,
    title: person.title,
    departments: departmentsOf(person, script),
    manager: isThere ? manager.id : undefined,
    disabled: script.inactive === "disable" && script.accounts === "enterprise" && !person.active,
  };
}

function departmentsOf(person: CompanyPerson, script: Script): string[] {
  if (!person.active && script.inactive === "holding") return ["holding"];
  return person.departments.size === 0 ? ["root"] : [...person.departments].sort();
}

/** The SCIM id of the group that a department stands for. */
function groupOf(rootId: number, state: StateDump, departmentId: number | null): string {
  if (departmentId === rootId) return "root";
  const department = state.departments.find((one) => one.dept_id === departmentId);
  return department?.source_identifier ?? `foreign ${departmentId}`;
}

/**
 * The roles in our role group are those of SCIM, each held by those who are to hold it and are there; nothing was made
 * twice, and what others made is as it was.
 */
function checkRoles(stage: Stage, state: StateDump): void {
  const { company, vendor } = stage;
  const { roleGroups, history } = state;
  const shown = (name: string) =>
    roleGroups
      .filter((group) => group.name === name)
      .map(({ roles }) => Object.fromEntries(roles.map((role) => [role.name, [...role.userid_list].sort()])));
  demand(shown(vendor.foreign.roleGroup), [{ 手工角色: ["by-hand-inside"] }], "roles of others");
  const wanted = company.roles.map((role) => {
    const holders = company.people.filter((person) => role.holders.has(person.id));
    return [role.name, holders.flatMap((person) => accountOf(stage, state, person)?.userid ?? []).sort()];
  });
  const ours = shown("SCIM");
  demand(ours.length <= 1, true, "role groups of ours, at most one");
  demand(ours[0] ?? {}, Object.fromEntries(wanted), "roles");
  // One role is not ours.
  const made = history.events.filter(({ action }) => action === "role.created").length - 1;
  if (made > company.rolesMade) throw new Error(`${made} roles were made for ${company.rolesMade} groups`);
}

/** Departments that a person was given at the console stay, as long as the account does. */
function checkAssignments({ assignments }: Stage, { users, history }: StateDump): void {
  for (const { userid, departmentId, after } of assignments) {
    const removed = history.events.some(
      ({ action, id, sequence }) => action === "user.deleted" && id === userid && sequence > after,
    );
    if (removed) continue;
    const account = users.find((user) => user.userid === userid);
    demand(
      account?.dept_id_list.includes(departmentId),
      true,
      `${userid} still in what they were given by hand`,
    );
  }
}

/** Nothing waits for anything, and nothing was given up. */
async function checkDeliveries({ database }: Stage): Promise<void> {
  const rows = await database.query(
    `select state, reason->>'code' as code, reason->>'message' as message, resource_id from delivery
      where state not in ('synced', 'skipped') order by id`,
  );
  demand(rows, [], "deliveries that did not end well");
}

/** No delivery was in the hands of two workers, as its attempts tell. Where a clock jumped, their times tell nothing. */
async function checkOneAtATime({ database, jumps }: Stage): Promise<void> {
  if (jumps > 0) return;
  const rows = await database.query(
    `select one.resource_id, one.started_at, one.duration_ms, other.started_at as overlapping
       from attempt one join attempt other on other.tenant_id = one.tenant_id and other.delivery_id = one.delivery_id
      where one.started_at < other.started_at
        and other.started_at < one.started_at + one.duration_ms * interval '1 ms'`,
  );
  demand(rows, [], "attempts at one delivery by two workers at a time");
}

/** A full compare by the product itself finds nothing but what others made. */
async function checkReconciliation(stage: Stage): Promise<void> {
  const { status, found } = await stage.compare();
  demand(status, "succeeded", "the run of reconciliation");
  const { foreign: _others, drift, ...rest } = found;
  // Where DingTalk clears nothing, a title that was taken away is found for ever.
  if (!stage.script.contrary) demand(drift, 0, "records that differ, as reconciliation sees it");
  for (const [kind, count] of Object.entries(rest))
    demand(count, 0, `records that reconciliation calls ${kind}`);
}

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
