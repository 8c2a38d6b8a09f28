import type { Viewer } from "./contact-scope.js";
import type { AnswerFields } from "./envelope.js";
import type { Parameters } from "./parameters.js";
import type { PermissionPoint } from "./settings.js";
import type { TokenStore } from "./tokens.js";

/** Which host and tradition an API belongs to: it decides how failures are wrapped. */
export type ApiFamily = "oapi" | "topapi" | "v1";

/** Everything one call is performed with. */
export interface Call extends Viewer {
  readonly parameters: Parameters;
  readonly tokens: TokenStore;
}

/** One API: how it is called, what it needs, and what it does. */
export interface Api {
  readonly family: ApiFamily;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly needsToken: boolean;
  readonly permission?: PermissionPoint;
  /**
   * Performs the call and answers the fields of the success answer. A call that throws has changed nothing.
   * @throws BusinessRefusal or NewApiRefusal when DingTalk would refuse.
   */
  readonly perform: (call: Call) => AnswerFields;
}
