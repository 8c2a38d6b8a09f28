import { addMember } from "./groups.js";
import { type Population, SMALL_GROUP } from "./population.js";
import type { Scenario, ScenarioRequest } from "./scenario.js";
import { userPages, userReads } from "./user-reads.js";
import { createUser, type Ledger, patchActive } from "./user-writes.js";

/** Out of twenty requests, as an identity provider that looks everybody up before it writes sends them. */
const SHARES = { find: 8, read: 5, patch: 3, create: 2, join: 1, page: 1 };

/** A day of an identity provider in small: look-ups, reads, changes, newcomers, memberships, a page now and then. */
export function mixedLoad(population: Population, ledger: Ledger): Scenario {
  const [read, find] = userReads(population);
  const [page] = userPages(population);
  const join = addMember(population, "join", population.smallGroups, SMALL_GROUP);
  const patch = patchActive(population, ledger);
  const create = createUser(ledger);
  const parts = { find, read, patch, create, join, page };
  const round = (Object.keys(SHARES) as (keyof typeof SHARES)[]).flatMap((name) =>
    Array.from({ length: SHARES[name] }, (_, index) => ({ name, order: (index + 0.5) / SHARES[name] })),
  );
  round.sort((one, other) => one.order - other.order);
  const turns = new Map<number, number>();
  return {
    name: "mixed load of an identity provider",
    goal: 55,
    prepare: async (client) => join.prepare?.(client),
    next(connection): ScenarioRequest | undefined {
      const turn = turns.get(connection) ?? connection;
      turns.set(connection, turn + 1);
      const { name } = round[turn % round.length] ?? { name: "find" as const };
      const request = parts[name]?.next(connection) ?? find?.next(connection);
      // Here a request counts as one, a page too.
      return request && { ...request, resources: 1 };
    },
    async findError(client) {
      return (await patch.findError?.(client)) ?? (await join.findError?.(client));
    },
  };
}
