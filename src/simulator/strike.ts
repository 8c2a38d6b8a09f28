import type { Clock } from "../platform/clock.js";
import { APIS } from "./apis.js";
import type { Api } from "./call.js";
import { type Answer, addressBan, envelopedFailure, newApiFailure, page, plainFailure } from "./envelope.js";
import type { Strike } from "./faults.js";
import { refuseOldApi, throttleAnswer } from "./gate.js";
import { textOfCode } from "./refusals.js";
import type { SimulatorSettings } from "./settings.js";

/** What to do with the connection. */
export type Outcome =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "reset" }
  | { readonly kind: "hang" };

/** Whether the call takes effect before the fault hides its answer. */
export function happensAfter(strike: Strike): boolean {
  return "when" in strike && strike.when === "after";
}

/** What the planned fault does to a call of this path. */
export function strikeOutcome(
  deps: { clock: Clock; settings: SimulatorSettings },
  path: string,
  strike: Strike,
): Outcome {
  const family = APIS.get(path)?.family ?? (path.startsWith("/v1.0/") ? "v1" : "oapi");
  switch (strike.kind) {
    case "reset":
      return { kind: "reset" };
    case "hang":
      return { kind: "hang" };
    case "ban":
      return answered(addressBan(deps.settings.addressBan));
    case "html":
      return answered(page(strike.status ?? 200, "访问受限"));
    case "answer": {
      const contentType = strike.contentType ?? "application/json;charset=UTF-8";
      return answered({ status: strike.status, contentType, body: strike.body, code: strike.status });
    }
    case "busy":
      if (family === "v1") return answered(newApiFailure(429, "system.busy", textOfCode(-1)));
      return answered(plainFailure(-1, textOfCode(-1)));
    case "throttle": {
      const now = deps.clock.now().getTime();
      const excess = { from: now - 1_000, until: now, endsAt: now + 1_000 };
      return answered(throttleAnswer({ family, path }, deps.settings, excess, strike.code));
    }
    case "error":
      return answered(errorAnswer(deps.settings, family, strike));
    default:
      return refuseUnknownStrike(strike);
  }
}

function answered(answer: Answer): Outcome {
  return { kind: "answer", answer };
}

function errorAnswer(
  settings: SimulatorSettings,
  family: Api["family"],
  strike: Extract<Strike, { kind: "error" }>,
): Answer {
  const code = Number(strike.code);
  const text = strike.message ?? textOfCode(code);
  if (family === "v1") return newApiFailure(strike.status ?? 400, String(strike.code), text);
  const answer = oldErrorAnswer(settings, family, strike.envelope, code, text);
  return { ...answer, status: strike.status ?? answer.status };
}

function oldErrorAnswer(
  settings: SimulatorSettings,
  family: "topapi" | "oapi",
  envelope: "plain" | "88" | undefined,
  code: number,
  text: string,
): Answer {
  if (envelope === "88") return envelopedFailure(String(code), text);
  if (envelope === "plain" || !isGatewayCode(code)) return plainFailure(code, text);
  return refuseOldApi(settings, family, String(code), text);
}

/** The codes that come in the 88 envelope: tokens, permissions, addresses, limits. */
function isGatewayCode(code: number): boolean {
  return [40000, 40014, 42001, 60011, 60020].includes(code) || (code >= 90001 && code <= 90020);
}

function refuseUnknownStrike(strike: never): never {
  throw new Error(`A fault of an unknown kind is planned: ${JSON.stringify(strike)}`);
}
