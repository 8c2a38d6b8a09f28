import type { Roster, RosterPerson } from "./roster.js";
import { cutToWidth, renderTable } from "./text-table.js";

/** Everything the demo has to say at the end. */
export interface Report {
  /** What the company's records say, by employee number and department code. */
  company: Roster;
  /** What SCIM says, by external id. */
  scim: Roster;
  /** What SCIM says about everything that carries a DingTalk id, by that id. */
  linked: Roster;
  /** What DingTalk holds, by its own ids. */
  dingtalk: Roster;
  /** Differences between any two of them; empty when all agree. */
  differences: readonly string[];
  calls: readonly PathCalls[];
  attempts: AttemptCounts;
  scimRequests: { requests: number; repeated: number };
  parked: readonly ParkedPerson[];
  /** From the SCIM commit to DingTalk having it while nothing else was going on; absent where nothing was measured. */
  idleDelay?: IdleDelay;
  elapsedMs: number;
}

/** Calls of one DingTalk API, counted at DingTalk's side. */
export interface PathCalls {
  path: string;
  calls: number;
  throttled: number;
  /** Answers that never arrived. */
  lost: number;
}

/** A person DingTalk does not have, and what an administrator reads about it. */
export interface ParkedPerson {
  name: string;
  reason: string;
  remedy?: string;
}

/** What the gateway counted about its attempts at delivery. */
export interface AttemptCounts {
  total: number;
  /** Ended in a refusal or in silence of DingTalk and were tried again. */
  retried: number;
}

/** How long changes that came alone took to arrive. */
export interface IdleDelay {
  meanMs: number;
  deliveries: number;
}

const SHOWN_DIFFERENCES = 20;
const SHOWN_DEPARTMENTS = 25;
const SHOWN_PEOPLE = 6;

/** The final report as text. */
export function renderReport(report: Report): string {
  return [
    ...section("What each side holds", renderSides(report)),
    ...section(
      "The tree, as SCIM tells it and as DingTalk holds it (people directly inside)",
      renderTree(report),
    ),
    ...section("The people who joined last", renderPeople(report)),
    ...section("DingTalk calls", renderCalls(report)),
    ...section("Parked", renderParked(report.parked)),
    ...section("Verdict", renderVerdict(report)),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return ["", `== ${title} ==`, ...lines];
}

function renderSides({ company, scim, linked, dingtalk }: Report): string[] {
  const row = (name: string, roster: Roster, ids: string): string[] => [
    name,
    String(roster.departments.length),
    String(roster.people.length),
    String(roster.people.reduce((sum, person) => sum + person.departmentIds.length, 0)),
    String(roster.people.filter((person) => person.managerId !== undefined).length),
    ids,
  ];
  const writtenBack = `${linked.departments.length} ddtalkId, ${linked.people.length} ddAccountId`;
  return renderTable(
    [
      { title: "side" },
      { title: "departments", align: "right" },
      { title: "people", align: "right" },
      { title: "memberships", align: "right" },
      { title: "with manager", align: "right" },
      { title: "ids written back" },
    ],
    [row("company records", company, ""), row("SCIM", scim, writtenBack), row("DingTalk", dingtalk, "")],
  );
}

function renderTree({ linked, dingtalk }: Report): string[] {
  const right = new Map(dingtalk.departments.map((department) => [department.id, department]));
  const rows = walkTree(linked).map(({ id, depth }) => [
    describeDepartment(linked, id, depth),
    id,
    right.has(id) ? describeDepartment(dingtalk, id, depthOf(dingtalk, id)) : "(missing)",
    right.has(id) ? id : "",
  ]);
  const more = rows.length - SHOWN_DEPARTMENTS;
  return [
    ...renderTable(
      [{ title: "SCIM" }, { title: "ddtalkId" }, { title: "DingTalk" }, { title: "dept_id" }],
      rows.slice(0, SHOWN_DEPARTMENTS),
    ),
    ...(more > 0 ? [`... and ${more} more departments`] : []),
  ];
}

function renderPeople({ linked, dingtalk }: Report): string[] {
  const right = new Map(dingtalk.people.map((person) => [person.id, person]));
  const rows = linked.people.slice(-SHOWN_PEOPLE).map((person) => {
    const counterpart = right.get(person.id);
    return [
      describePerson(linked, person),
      person.id,
      counterpart === undefined ? "(missing)" : describePerson(dingtalk, counterpart),
      counterpart?.id ?? "",
    ];
  });
  return renderTable(
    [{ title: "SCIM" }, { title: "ddAccountId" }, { title: "DingTalk" }, { title: "userid" }],
    rows,
  );
}

function describePerson(roster: Roster, { name, departmentIds }: RosterPerson): string {
  const names = departmentIds.map((id) => roster.departments.find((one) => one.id === id)?.name ?? id).sort();
  return cutToWidth(`${name}, ${names.join(" + ")}`, 30);
}

/** All departments, each parent directly before what is below it. */
function walkTree(roster: Roster, parentId?: string, depth = 0): { id: string; depth: number }[] {
  return roster.departments
    .filter((department) => department.parentId === parentId)
    .flatMap((department) => [{ id: department.id, depth }, ...walkTree(roster, department.id, depth + 1)]);
}

function depthOf(roster: Roster, id: string): number {
  const parents = new Map(roster.departments.map((department) => [department.id, department.parentId]));
  let depth = 0;
  for (let above = parents.get(id); above !== undefined; above = parents.get(above)) depth += 1;
  return depth;
}

function describeDepartment(roster: Roster, id: string, depth: number): string {
  const name = roster.departments.find((department) => department.id === id)?.name ?? "";
  const people = roster.people.filter((person) => person.departmentIds.includes(id));
  return `${"  ".repeat(depth)}${cutToWidth(name, 24)} (${people.length})`;
}

function renderCalls({ calls, attempts, scimRequests, idleDelay }: Report): string[] {
  const sum = (read: (path: PathCalls) => number): string =>
    String(calls.reduce((total, path) => total + read(path), 0));
  const cell = (count: number): string => (count === 0 ? "" : String(count));
  const table = renderTable(
    [
      { title: "API path" },
      { title: "calls", align: "right" },
      { title: "throttled", align: "right" },
      { title: "answer lost", align: "right" },
    ],
    [
      ...calls.map((path) => [path.path, String(path.calls), cell(path.throttled), cell(path.lost)]),
      ["all", sum((path) => path.calls), sum((path) => path.throttled), sum((path) => path.lost)],
    ],
  );
  return [
    ...table,
    `Attempts at delivery: ${attempts.total}, tried again after a refusal or silence: ${attempts.retried}.`,
    `SCIM and OAuth2 requests of the identity provider: ${scimRequests.requests}, repeated: ${scimRequests.repeated}.`,
    ...(idleDelay === undefined
      ? []
      : [
          `From the SCIM commit to DingTalk having it, when idle: ${idleDelay.meanMs.toFixed(0)} ms ` +
            `on average of ${idleDelay.deliveries} deliveries.`,
        ]),
  ];
}

function renderParked(parked: readonly ParkedPerson[]): string[] {
  if (parked.length === 0) return ["Nobody."];
  return parked.flatMap(({ name, reason, remedy }) => [
    `${name}: ${reason}`,
    ...(remedy === undefined ? [] : [`  What to do: ${remedy}`]),
  ]);
}

function renderVerdict({ differences, elapsedMs }: Report): string[] {
  const elapsed = `${(elapsedMs / 1_000).toFixed(1)} s`;
  if (differences.length === 0) return [`All sides agree. The run took ${elapsed}.`];
  const more = differences.length - SHOWN_DIFFERENCES;
  return [
    `${differences.length} differences after ${elapsed}:`,
    ...differences.slice(0, SHOWN_DIFFERENCES).map((line) => `- ${line}`),
    ...(more > 0 ? [`... and ${more} more`] : []),
  ];
}
