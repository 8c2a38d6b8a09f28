import { expect, it } from "vitest";
import { createMetrics } from "../../src/observability/metrics.js";

it("shows what was observed in the text format of Prometheus, durations in seconds", async () => {
  const metrics = createMetrics({ processMetrics: false });
  metrics.observeRequest({ method: "POST", route: "/scim/v2/Users", status: 201, durationMs: 40 });
  metrics.observeScimError({ status: 409, scimType: "uniqueness" });
  metrics.observeScimError({ status: 401 });
  metrics.observeVendorCall({ connector: "dingtalk", path: "/user/create", outcome: "ok", durationMs: 100 });
  metrics.observeAttempt({
    connector: "dingtalk",
    resourceType: "User",
    action: "create",
    outcome: "synced",
    durationMs: 150,
  });
  metrics.observeDeliveryDelay({ connector: "dingtalk", resourceType: "User", delayMs: 200 });
  metrics.setQueueDepths([{ connectionId: "c1", state: "pending", count: 7 }]);
  metrics.setConnectionStates([{ id: "c1", connector: "dingtalk", state: "quarantined" }]);

  const { contentType, text } = await metrics.expose();
  expect(contentType).toMatch(/^text\/plain/);
  for (const line of [
    'http_request_duration_seconds_sum{method="POST",route="/scim/v2/Users",status="201"} 0.04',
    'scim_errors_total{status="409",scim_type="uniqueness"} 1',
    'scim_errors_total{status="401",scim_type="none"} 1',
    'vendor_call_duration_seconds_count{connector="dingtalk",path="/user/create",outcome="ok"} 1',
    'delivery_attempt_duration_seconds_sum{connector="dingtalk",resource_type="User",action="create",outcome="synced"} 0.15',
    'delivery_delay_seconds_bucket{le="0.2",connector="dingtalk",resource_type="User"} 1',
    'delivery_queue_depth{connection="c1",state="pending"} 7',
    'connection_state{connection="c1",connector="dingtalk",state="quarantined"} 1',
  ]) {
    expect(text.split("\n")).toContain(line);
  }
});

it("no longer shows the state that a connection has left", async () => {
  const metrics = createMetrics({ processMetrics: false });
  metrics.setConnectionStates([{ id: "c1", connector: "dingtalk", state: "quarantined" }]);
  metrics.setConnectionStates([{ id: "c1", connector: "dingtalk", state: "active" }]);
  const { text } = await metrics.expose();
  expect(text).toContain('connection_state{connection="c1",connector="dingtalk",state="active"} 1');
  expect(text).not.toContain('state="quarantined"');
});

it("keeps two registries apart", async () => {
  const one = createMetrics({ processMetrics: false });
  const other = createMetrics({ processMetrics: false });
  one.setQueueDepths([{ connectionId: "c1", state: "pending", count: 7 }]);
  expect((await other.expose()).text).not.toContain("c1");
});

it("adds the process's own metrics unless told not to", async () => {
  expect((await createMetrics().expose()).text).toContain("nodejs_eventloop_lag_seconds");
});
