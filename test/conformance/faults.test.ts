import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECKS } from "../../conformance/checks/all-checks.js";
import { runCheck } from "../../conformance/runner.js";
import { discover } from "../../conformance/surroundings.js";
import { type Fault, type Passing, startFaultyProxy } from "./faulty-proxy.js";
import { shareStrictGateway } from "./strict-gateway.js";

const gateway = shareStrictGateway();
let proxy: Awaited<ReturnType<typeof startFaultyProxy>>;
beforeAll(async () => {
  proxy = await startFaultyProxy(gateway.url);
});
afterAll(() => proxy?.close());

/** What a server does wrong, and the requirement that has to come out as broken. */
const FAULTS: [string, string, Fault][] = [
  ["answers POST with 200", "7644-3.3-03", answer((a) => a.status === 201 && { status: 200 })],
  ["sends no Location", "7644-3.3-05", answer((a) => without(a, "location"))],
  ["answers errors without a body", "7644-3.12-01", answer((a) => a.status >= 400 && { text: "" })],
  ["answers the status of errors as a number", "7644-3.12-02", replace(/"status":"(\d+)"/g, '"status":$1')],
  ["does not say how to authenticate", "7644-2-03", answer((a) => without(a, "www-authenticate"))],
  ["lets everybody in", "7644-2-04", { onRequest: (r) => void Object.assign(r.headers, authorized()) }],
  ["tells no totalResults", "7644-3.4.2-03", replace(/"totalResults":\d+,/g, "")],
  ["tells no itemsPerPage", "7644-3.4.2-06", replace(/"itemsPerPage":\d+,/g, "")],
  ["ignores count", "7644-3.4.2.4-03", drop("count")],
  ["ignores filter", "7644-3.4.2.2-01", drop("filter")],
  ["answers no error to a filter that is none", "7644-3.4.2.2-10", drop("filter")],
  ["ignores sortBy", "7644-3.4.2.3-01", drop("sortBy")],
  ["ignores attributes", "7644-3.9-01", drop("attributes")],
  ["ignores excludedAttributes", "7644-3.4.2.5-02", drop("excludedAttributes")],
  ["answers DELETE with 200", "7644-3.6-05", answer((a) => a.status === 204 && { status: 200, text: "{}" })],
  ["does not delete", "7644-3.6-01", swallow("DELETE")],
  ["does not patch", "7644-3.5-02", swallow("PATCH")],
  ["answers no id", "7643-3.1-04", replace(/"id":"[^"]*",/g, "")],
  ["answers no schemas", "7643-3-01", replace(/"schemas":\[[^\]]*\],/g, "")],
  ["answers dates without a time", "7643-2.3.5-01", replace(/("created":"[^T"]*)T[^"]*/g, "$1")],
  ["answers the password", "7643-4.1.1-08", replace(/"userName":/g, '"password":"x","userName":')],
  ["mixes up resource types", "7644-3.3.1-01", replace(/"resourceType":"User"/g, '"resourceType":"Group"')],
  ["sends no ETag", "7644-3.14-01", answer((a) => without(a, "etag"))],
  ["claims that tags are strong", "7643-3.1-15", answer(strongTag)],
  ["ends every walk by cursor at the first page", "9865-2-04", replace(/"nextCursor":"[^"]*",?/g, "")],
  ["does not announce bulk", "7643-5-03", replace(/"bulk":/g, '"bulky":')],
  ["describes no attribute", "7643-7-07", replace(/"description":/g, '"about":')],
  ["reports bulk operations as done", "7644-3.7.3-03", replace(/"status":"4\d\d"/g, '"status":"200"')],
  [
    "answers plain JSON",
    "7644-8.1-01",
    answer((a) => ({ ...a, answered: { "content-type": "application/json" } })),
  ],
  ["garbles what is not ASCII", "7644-3.8-01", replace(/[\u0080-\uffff]/g, "?")],
];

it("nothing is found where nothing is wrong", async () => {
  proxy.setFault({});
  const target = await discover(proxy.url, gateway.authorization);
  const ids = FAULTS.map(([, id]) => id);
  const failed: string[] = [];
  for (const check of CHECKS.filter(({ covers }) => covers.some((id) => ids.includes(id)))) {
    const { result, message } = await runCheck(target, check);
    if (result === "failed") failed.push(`${check.title}: ${message}`);
  }
  expect(failed).toEqual([]);
}, 60_000);

describe("a server that", () => {
  it.each(FAULTS)("%s is found to break %s", async (_what, id, fault) => {
    proxy.setFault({});
    const target = await discover(proxy.url, gateway.authorization);
    proxy.setFault(fault);
    const faulty = { ...target, ...(await discover(proxy.url, gateway.authorization)) };
    const results: string[] = [];
    for (const check of CHECKS.filter(({ covers }) => covers.includes(id))) {
      results.push((await runCheck(faulty, check)).result);
    }
    expect(results).toContain("failed");
  });
});

function answer(change: (answer: Passing) => Partial<Passing> | false): Fault {
  return { onAnswer: (passing) => void Object.assign(passing, change(passing) || {}) };
}

function replace(pattern: RegExp, by: string): Fault {
  return answer(({ text }) => ({ text: text.replaceAll(pattern, by) }));
}

/** Takes a query parameter away before the server sees it. */
function drop(parameter: string): Fault {
  return {
    onRequest(request) {
      request.path = request.path.replace(new RegExp(`([?&])${parameter}=[^&]*`), "$1").replace(/[?&]+$/, "");
      return undefined;
    },
  };
}

/** Answers 204 and does nothing. */
function swallow(method: string): Fault {
  return {
    onRequest(request) {
      if (request.method !== method) return undefined;
      request.status = 204;
      return "answered";
    },
  };
}

function authorized(): Record<string, string> {
  return { authorization: gateway.authorization.header };
}

function without({ answered }: Passing, name: string): Partial<Passing> {
  const { [name]: _gone, ...rest } = answered;
  return { answered: rest };
}

function strongTag({ answered, text }: Passing): Partial<Passing> {
  const { etag = "", ...rest } = answered;
  const strong = etag === "" ? rest : { ...rest, etag: etag.replace("W/", "") };
  return { answered: strong, text: text.replaceAll('W/\\"', '\\"') };
}
