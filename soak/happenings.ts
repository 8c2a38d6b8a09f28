import fc from "fast-check";
import { z } from "zod";
import type { Fault } from "../src/simulator/index.js";

/** What may happen, and how often for the others. */
const KINDS = {
  // In SCIM
  addDepartment: 5,
  addPerson: 6,
  renameDepartment: 4,
  swapDepartments: 1,
  moveDepartment: 4,
  removeDepartment: 3,
  renamePerson: 3,
  retitle: 3,
  deactivate: 2,
  reactivate: 2,
  manage: 3,
  lead: 3,
  renumber: 3,
  removePerson: 4,
  join: 5,
  leave: 2,
  transfer: 3,
  addRole: 2,
  renameRole: 2,
  removeRole: 1,
  hold: 4,
  letGo: 2,
  // An administrator
  approve: 1,
  // At DingTalk's console
  assignByHand: 1,
  // Trouble at DingTalk
  fault: 9,
  revokeTokens: 1,
  refuseAddress: 1,
  // Here
  work: 12,
  crash: 9,
  kill: 2,
  stall: 6,
  pass: 2,
  jump: 2,
} as const;

/** One kind of thing that happens. */
export type Kind = keyof typeof KINDS;

/** One thing that happens; what `a` and `b` choose depends on the kind. */
export interface Happening {
  readonly kind: Kind;
  readonly a: number;
  readonly b: number;
}

/** `later` removes the account after a day of grace. */
const INACTIVE = ["keep", "delete", "later", "holding", "disable"] as const;

/** A run from its beginning: how DingTalk reads its own documents, and what happens in which order. */
export interface Script {
  /** Whether the simulator follows the contrary readings. */
  readonly contrary: boolean;
  /** What the connection's policy does with people who become inactive. */
  readonly inactive: (typeof INACTIVE)[number];
  /** Whose accounts people get. */
  readonly accounts: "ordinary" | "enterprise";
  /** What the policy does with a changed mobile number. */
  readonly mobileChange: "keep" | "recreate";
  readonly happenings: readonly Happening[];
}

const kinds = Object.entries(KINDS) as [Kind, number][];

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.oneof(...kinds.map(([kind, weight]) => ({ arbitrary: fc.constant(kind), weight }))),
  a: fc.nat(99),
  b: fc.nat(99),
});

/** Scripts of up to `longest` happenings. */
export function scripts(longest: number): fc.Arbitrary<Script> {
  const drawn = fc.record({
    contrary: fc.boolean(),
    inactive: fc.constantFrom(...INACTIVE),
    accounts: fc.constantFrom("ordinary", "ordinary", "ordinary", "enterprise"),
    mobileChange: fc.constantFrom("keep", "recreate"),
    happenings: fc.array(happening, { minLength: 5, maxLength: longest, size: "max" }),
  });
  // An ordinary member's account cannot be disabled: the person would be parked, as the policy does not fit them.
  return drawn.map((script) =>
    script.inactive === "disable" ? { ...script, accounts: "enterprise" } : script,
  );
}

const scriptSchema = z.strictObject({
  contrary: z.boolean(),
  inactive: z.enum(INACTIVE),
  accounts: z.enum(["ordinary", "enterprise"]).default("ordinary"),
  mobileChange: z.enum(["keep", "recreate"]).default("keep"),
  happenings: z.array(
    z.strictObject({
      kind: z.enum(Object.keys(KINDS) as [Kind, ...Kind[]]),
      a: z.int().min(0),
      b: z.int().min(0),
    }),
  ),
});

/**
 * Reads a script as a failure prints it.
 * @throws Error when it is none
 */
export function scriptFrom(text: string): Script {
  return scriptSchema.parse(JSON.parse(text));
}

const WRITES = [
  "/topapi/v2/user/create",
  "/topapi/v2/department/create",
  "/topapi/v2/user/update",
  "/topapi/v2/department/update",
  "/topapi/v2/user/delete",
  "/topapi/v2/department/delete",
  "/topapi/v2/user/*",
  "/topapi/v2/department/*",
  "/role/*",
  "/topapi/role/*",
] as const;

/** A fault on one write API or on all calls; `b` chooses where. */
const FAULTS: readonly ((path: string, times: number) => Fault)[] = [
  (path, times) => ({ kind: "reset", when: "after", path, times }),
  (path, times) => ({ kind: "reset", when: "before", path, times }),
  (path, times) => ({ kind: "throttle", path, times }),
  (path, times) => ({ kind: "throttle", code: 90002, path, times }),
  (path, times) => ({ kind: "busy", when: "after", path, times }),
  (path, times) => ({ kind: "busy", when: "before", path, times }),
  (path, times) => ({ kind: "html", status: 502, when: "after", path, times }),
  (path, times) => ({ kind: "html", status: 200, when: "after", path, times }),
  (path, times) => ({ kind: "answer", status: 200, body: '{"errcode":0,"errm', when: "after", path, times }),
  (path, times) => ({
    kind: "answer",
    status: 200,
    body: '{"errcode":0,"errmsg":"ok"}',
    when: "after",
    path,
    times,
  }),
  (path, times) => ({ kind: "error", code: 99_999, message: "没有人知道的错误", when: "after", path, times }),
  (path, times) => ({ kind: "hang", when: "after", path, times }),
  (path, times) => ({ kind: "hang", when: "before", path, times }),
  (path, times) => ({ kind: "delay", ms: 5_000, when: "after", path, times }),
  (path, times) => ({ kind: "delay", ms: 2_000, when: "before", path, times }),
  (path, times) => ({ kind: "delay", ms: 45_000, when: "after", path, times }),
  (path, times) => ({ kind: "error", code: 40_014, path, times }),
  () => ({ kind: "ban", times: 1 }),
  () => ({ kind: "reset", when: "before", path: "/v1.0/oauth2/accessToken", times: 2 }),
  () => ({ kind: "reset", when: "before", path: "/topapi/v2/user/get", times: 1 }),
  () => ({ kind: "reset", when: "before", path: "/topapi/v2/department/listsub*", times: 1 }),
];

/** The fault that a happening stands for. */
export function faultOf({ a, b }: Happening): Fault {
  const make = FAULTS[a % FAULTS.length];
  const path = WRITES[b % WRITES.length];
  if (make === undefined || path === undefined) throw new Error("there are no faults");
  return make(path, 1 + (Math.floor(b / WRITES.length) % 3));
}
