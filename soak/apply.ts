import { defaultWorkerSettings } from "../src/provisioning/worker.js";
import { faultOf, type Happening } from "./happenings.js";
import type { Stage } from "./stage.js";

/** So few numbers that they come back: who left may return under another SCIM id. */
const MOBILES = 8;
const NAMES = ["研发", "销售", "人事", "财务", "市场", "法务"];
const ROLES = ["审批人", "司机", "值班"];
const TITLES = ["工程师", "经理", "顾问"];
/** Numbers that people change to: nobody else ever has them. */
const FIRST_NEW_MOBILE = 19_910_000_000;
/** Deliveries take some ten steps; later on a crash would seldom meet one. */
const LONGEST_BEFORE_CRASH = 30;
const JUMPS_MS = [3_600_000, -3_600_000, 40_000, -40_000, 600_000, -600_000];

/** Lets one thing happen; answers a line for the diary, or undefined when there was nothing to do it with. */
export async function apply(stage: Stage, happening: Happening): Promise<string | undefined> {
  const { company, clock } = stage;
  const { a, b } = happening;
  // Nothing happens in no time; it also orders the deliveries.
  await clock.advance(1);
  const department = company.departments[a % Math.max(1, company.departments.length)];
  const other = company.departments[b % Math.max(1, company.departments.length)];
  const person = company.people[b % Math.max(1, company.people.length)];
  const colleague = company.people[a % Math.max(1, company.people.length)];

  const role = company.roles[a % Math.max(1, company.roles.length)];

  switch (happening.kind) {
    case "addDepartment": {
      const name = freeName(stage, b);
      const parent = a % 3 === 0 ? undefined : department;
      await company.addDepartment(name, parent);
      return `Department ${name} is created below ${parent?.name ?? "the top"}.`;
    }
    case "addPerson": {
      const number = a % MOBILES;
      const mobile = mobileOf(number);
      if (company.people.some((one) => one.mobiles.includes(mobile))) return undefined;
      const name = `员工${number}`;
      await company.addPerson(name, mobile);
      return `${name} (${mobile}) is created.`;
    }
    case "renameDepartment": {
      if (department === undefined) return undefined;
      const name = freeName(stage, b);
      const line = `Department ${department.name} is renamed ${name}.`;
      await company.renameDepartment(department, name);
      return line;
    }
    case "swapDepartments": {
      if (department === undefined || other === undefined || department === other) return undefined;
      const [name, otherName] = [department.name, other.name];
      await company.renameDepartment(department, `${otherName}临时`);
      await company.renameDepartment(other, name);
      await company.renameDepartment(department, otherName);
      return `Departments ${name} and ${otherName} swap their names.`;
    }
    case "moveDepartment": {
      const parent = b % 4 === 0 ? undefined : other;
      if (department === undefined || (parent !== undefined && company.isBelow(parent, department)))
        return undefined;
      await company.moveDepartment(department, parent);
      return `Department ${department.name} moves below ${parent?.name ?? "the top"}.`;
    }
    case "removeDepartment":
      if (department === undefined) return undefined;
      await company.removeDepartment(department);
      return `Department ${department.name} is deleted.`;
    case "renamePerson": {
      if (person === undefined) return undefined;
      const line = `${person.name} is renamed 改名${a % 5}.`;
      await company.renamePerson(person, `改名${a % 5}`);
      return line;
    }
    case "retitle": {
      if (person === undefined) return undefined;
      const title = TITLES[a % (TITLES.length + 1)];
      await company.retitle(person, title);
      return `The title of ${person.name} is ${title ?? "cleared"}.`;
    }
    case "deactivate":
    case "reactivate": {
      const active = happening.kind === "reactivate";
      if (person === undefined || person.active === active) return undefined;
      await company.setActive(person, active);
      return `${person.name} is ${active ? "active" : "inactive"} now.`;
    }
    case "manage": {
      const manager = colleague === person || a % 4 === 0 ? undefined : colleague;
      if (person === undefined) return undefined;
      await company.manage(person, manager);
      return `The manager of ${person.name} is ${manager?.name ?? "nobody"}.`;
    }
    case "lead": {
      if (department === undefined || person === undefined) return undefined;
      const leads = !department.managers.has(person.id);
      await company.setLeader(department, person, leads);
      return `${person.name} ${leads ? "is to lead" : "leads no longer"} ${department.name}.`;
    }
    case "renumber": {
      if (person === undefined) return undefined;
      const isBack = a % 4 === 0 && person.mobiles.length > 1;
      const mobile = isBack ? person.mobiles[0] : String(FIRST_NEW_MOBILE + numbersGiven(company));
      if (mobile === person.mobiles.at(-1)) return undefined;
      await company.renumber(person, mobile);
      return `The mobile number of ${person.name} is ${mobile} now.`;
    }
    case "approve": {
      const approved = await stage.approveAll();
      return approved === 0 ? undefined : `An administrator approves ${approved} new mobile numbers.`;
    }
    case "removePerson":
      if (person === undefined) return undefined;
      await company.removePerson(person);
      return `${person.name} (${person.mobiles.at(-1)}) is deleted.`;
    case "join":
      if (department === undefined || person === undefined) return undefined;
      await company.join(person, department);
      return `${person.name} joins ${department.name}.`;
    case "leave":
      if (department === undefined || person === undefined || !person.departments.has(department.id))
        return undefined;
      await company.leave(person, department);
      return `${person.name} leaves ${department.name}.`;
    case "transfer": {
      if (department === undefined || person === undefined) return undefined;
      for (const id of [...person.departments]) {
        const left = company.departments.find((one) => one.id === id);
        if (left !== undefined) await company.leave(person, left);
      }
      await company.join(person, department);
      return `${person.name} is transferred to ${department.name}.`;
    }
    case "addRole": {
      const name = ROLES.find((one) => !company.roles.some((taken) => taken.name === one));
      if (name === undefined) return undefined;
      await company.addRole(name);
      return `The role ${name} is created.`;
    }
    case "renameRole": {
      const name = ROLES.find((one) => !company.roles.some((taken) => taken.name === one));
      if (role === undefined || name === undefined) return undefined;
      const line = `The role ${role.name} is renamed ${name}.`;
      await company.renameRole(role, name);
      return line;
    }
    case "removeRole":
      if (role === undefined) return undefined;
      await company.removeRole(role);
      return `The role ${role.name} is deleted.`;
    case "hold":
    case "letGo": {
      const holds = happening.kind === "hold";
      if (role === undefined || person === undefined || role.holders.has(person.id) === holds)
        return undefined;
      await company.setHolder(role, person, holds);
      return `${person.name} ${holds ? "is given" : "loses"} the role ${role.name}.`;
    }
    case "assignByHand":
      return assignByHand(stage, a);
    case "fault": {
      const fault = faultOf(happening);
      stage.vendor.simulator.faults.add(fault);
      return `DingTalk will answer: ${JSON.stringify(fault)}.`;
    }
    case "revokeTokens":
      stage.vendor.simulator.revokeTokens();
      return "All tokens are revoked.";
    case "refuseAddress": {
      const forMs = (1 + a) * 5_000;
      stage.vendor.simulator.faults.add({ kind: "error", code: 60_020, path: "/topapi/*", forMs });
      return `Our address is refused for ${forMs / 1_000} s.`;
    }
    case "work":
      return work(stage, a % 2, b);
    case "crash":
      return `${await work(stage, a % 2, b % LONGEST_BEFORE_CRASH)} ${kill(stage, a % 2)}`;
    case "kill":
      return kill(stage, a % 2);
    case "stall":
      if (stage.workers.some((worker) => worker.stalled)) return overtake(stage, b % 2 === 0);
      return `${await work(stage, a % 2, b % LONGEST_BEFORE_CRASH)} ${stall(stage, a % 2)}`;
    case "pass":
      await clock.advance((1 + a) * 400);
      return `${((1 + a) * 400) / 1_000} s pass.`;
    case "jump": {
      const ms = JUMPS_MS[a % JUMPS_MS.length] ?? 0;
      stage.jump(ms);
      return `Our clock jumps by ${ms / 1_000} s.`;
    }
  }
}

/** The mobile number of the person of a number. */
export function mobileOf(number: number): string {
  return `1990000${String(number).padStart(4, "0")}`;
}

/** A worker claims, and all go on by up to `b + 1` steps; whenever nothing is left to do it claims again. */
async function work(stage: Stage, index: number, b: number): Promise<string> {
  const { clock } = stage;
  const worker = stage.workers[index];
  let claimed = (await worker?.claim()) ?? 0;
  let steps = 0;
  while (steps <= b) {
    if (await stage.giveTurn()) {
      steps += 1;
      continue;
    }
    // Waiting for the next free place in the rate is part of working; anything longer is not.
    const wake = clock.nextWake();
    if (wake !== undefined && wake.getTime() - clock.now().getTime() <= 200) {
      await clock.advance(wake.getTime() - clock.now().getTime());
      continue;
    }
    const more = (await worker?.claim()) ?? 0;
    if (more === 0) break;
    claimed += more;
  }
  return `Worker ${worker?.name} claims ${claimed}; ${steps} steps are made.`;
}

function stall(stage: Stage, index: number): string {
  const worker = stage.workers[index];
  worker?.stall(true);
  stage.stalls += 1;
  return `Worker ${worker?.name} stands still.`;
}

/**
 * The other worker does all that is due, if the stop was `long` also what the one that stands still has; then that one
 * goes on.
 */
export async function overtake(stage: Stage, long: boolean): Promise<string> {
  const index = stage.workers.findIndex((worker) => worker.stalled);
  const other = index === 0 ? 1 : 0;
  await stage.workers[other]?.claim();
  if (long) await stage.clock.advance(defaultWorkerSettings.leaseMs);
  const line = await work(stage, other, Number.POSITIVE_INFINITY);
  stage.workers[index]?.stall(false);
  return `${line} Worker ${stage.workers[index]?.name} goes on.`;
}

function kill(stage: Stage, index: number): string {
  const name = stage.workers[index]?.name;
  stage.restart(index);
  return `Worker ${name} is killed, and another one starts.`;
}

/** While a delivery is in work, its own read and write would enclose the console's: no client can do better. */
function assignByHand(stage: Stage, a: number): string | undefined {
  const { simulator, foreign } = stage.vendor;
  if (!stage.isIdle()) return undefined;
  const { users, departments, history } = simulator.state();
  const ours = users.filter((user) => !foreign.userids.has(user.userid));
  const user = ours[a % Math.max(1, ours.length)];
  const target = departments.find((one) => one.name === "手工部门");
  if (user === undefined || target === undefined || user.dept_id_list.includes(target.dept_id))
    return undefined;
  const dept_id_list = [...user.dept_id_list, target.dept_id].join(",");
  simulator.act("/topapi/v2/user/update", { userid: user.userid, dept_id_list });
  const after = history.events.at(-1)?.sequence ?? 0;
  stage.assignments.push({ userid: user.userid, departmentId: target.dept_id, after });
  return `At the console ${user.name} is put into ${target.name} as well.`;
}

/** How many mobile numbers people ever had. */
function numbersGiven({ everyone }: Stage["company"]): number {
  return [...everyone.values()].reduce((sum, { mobiles }) => sum + mobiles.length, 0);
}

/** A name that no department has now; names come back after a rename or a removal. */
function freeName({ company }: Stage, choice: number): string {
  const taken = new Set(company.departments.map((one) => one.name));
  for (let number = 0; ; number++) {
    const base = NAMES[(choice + number) % NAMES.length] ?? "";
    const name = number < NAMES.length ? base : `${base}${number}`;
    if (!taken.has(name)) return name;
  }
}
