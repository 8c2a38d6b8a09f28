import { afterAll, beforeAll, expect, it } from "vitest";
import { connectDingTalk } from "../../src/demo/connect-dingtalk.js";
import { waitUntilDelivered } from "../../src/demo/deliveries.js";
import { createGatewayClient } from "../../src/demo/gateway-client.js";
import { createIdentityProvider } from "../../src/demo/identity-provider.js";
import { EVENING, EVENING_POLICY } from "../../src/demo/run-demo.js";
import { type Company, createSampleCompany } from "../../src/demo/sample-company.js";
import { systemClock } from "../../src/platform/clock.js";
import { type Simulator, startSimulator } from "../../src/simulator/index.js";
import { testClient } from "../support/gateway-process.js";
import { type RunningGateway, startRunningGateway } from "../support/running-gateway.js";

let running: RunningGateway;
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ ratePerSecond: 100 });
  running = await startRunningGateway();
}, 60_000);
afterAll(async () => {
  await running.close();
  await simulator.close();
});

/** The part of the sample company that the evening is about, a few people of each team. */
function fewPeople(): Company {
  const whole = createSampleCompany();
  const keys = ["D200", "D220", "D222", "D400", "D410", "D411", "D420", "D421"];
  const departments = whole.departments
    .filter(({ key }) => keys.includes(key))
    .map((department) => (department.key === "D410" ? { ...department, name: "华东一区" } : department));
  const people = ["D222", "D411", "D421"].flatMap((key) =>
    whole.people
      .filter(({ departmentKeys: [main], mobile }) => main === key && mobile !== undefined)
      .slice(0, 6),
  );
  const isThere = (key: string | undefined) => people.some((person) => person.key === key);
  return {
    departments,
    people: people.map(({ managerKey, ...person }) => ({
      ...person,
      departmentKeys: person.departmentKeys.filter((key) => keys.includes(key)),
      ...(managerKey !== undefined && isThere(managerKey) ? { managerKey } : {}),
    })),
  };
}

it("the evening of the demo: a plan, a held removal with release, a quarantine with recovery, a repaired change by hand", async () => {
  const clock = systemClock;
  const client = createGatewayClient({ baseUrl: running.gateway.url, ...testClient, clock });
  const identityProvider = createIdentityProvider(client);
  const { connectionId } = await connectDingTalk(client, simulator, EVENING_POLICY);
  const settle = () => waitUntilDelivered(client, { clock, deadlineMs: 60_000, onLeft: () => undefined });
  let company = fewPeople();
  await identityProvider.pushCompany(company, () => undefined);
  await settle();
  const said: string[] = [];
  const progress = { say: (line: string) => void said.push(line), show: () => undefined };
  // One person has left in the course of the demo's day, which counts towards the limit.
  const [leaver] = company.people.filter(({ departmentKeys }) => departmentKeys[0] === "D421").slice(-1);
  if (leaver === undefined) throw new Error("nobody to leave");
  await identityProvider.pushChange({ kind: "person-leaves", personKey: leaver.key }, company);
  company = { ...company, people: company.people.filter(({ key }) => key !== leaver.key) };
  await settle();

  for (const play of EVENING) {
    company = await play(
      { administrator: client, identityProvider, simulator, progress, clock, connectionId, settle },
      company,
    );
  }
  expect(said).toHaveLength(10);
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).sort();
  expect(names(simulator.state().users)).toEqual(
    company.people.map(({ familyName, givenName }) => familyName + givenName).sort(),
  );
}, 120_000);
