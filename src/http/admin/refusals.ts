import type { ErrorRequestHandler } from "express";
import {
  ClientExistsError,
  ClientNotFoundError,
  LastAdministratorError,
  ScopeNotAllowedError,
  SecretNotFoundError,
  TokenNotFoundError,
  TokensNotAllowedError,
  TooManySecretsError,
  TooManyTokensError,
} from "../../auth/clients/client-errors.js";
import {
  DictionaryBusyError,
  FieldExistsError,
  FieldNotFoundError,
  InvalidFieldError,
  SystemFieldError,
  TooManyFieldsError,
  ValuesBreakError,
  ValuesExistError,
} from "../../dictionary/dictionary-errors.js";
import { InvalidNotificationSettingsError } from "../../notifications/notification-settings.js";
import { ProposalNotFoundError, ProposalOverError } from "../../provisioning/adoption/proposals.js";
import { NoCompleteReportError, ReportActiveError } from "../../provisioning/adoption/report/reports.js";
import {
  ConnectionDisabledError,
  ConnectionExistsError,
  ConnectionInUseError,
  ConnectionNotFoundError,
  InvalidConnectionError,
} from "../../provisioning/connections/connection-errors.js";
import {
  DeliveryNotFoundError,
  DeliveryNotHeldError,
  DeliveryNotRetriableError,
} from "../../provisioning/delivery-log.js";
import { NothingToApproveError } from "../../provisioning/mobile-change/approve-delivery.js";
import {
  PlanBusyError,
  PlannedResourceNotFoundError,
  PlanOutdatedError,
  RemoteRecordNotFoundError,
  UndoNotPossibleError,
  VendorSilentError,
} from "../../provisioning/plan/plan-errors.js";
import { RemovalProtectedError, RestoreRefusedError } from "../../provisioning/protection/held-removals.js";
import { RowNotDecidableError } from "../../provisioning/reconciliation/decide-row.js";
import {
  ConnectionOffError,
  RunActiveError,
  RunNotFoundError,
} from "../../provisioning/reconciliation/runs.js";
import { ScopeChangeUnconfirmedError } from "../../provisioning/scope/scope-impact.js";
import { ProblemError } from "../problem-error.js";

/** Says the refusals of the services in the terms of the admin API; every other error goes on as it is. */
export function translateRefusals(): ErrorRequestHandler {
  return (error: unknown, _request, _response, next) =>
    next(
      clientProblem(error) ??
        fieldProblem(error) ??
        connectionProblem(error) ??
        planProblem(error) ??
        runProblem(error) ??
        adoptionProblem(error) ??
        error,
    );
}

function clientProblem(error: unknown): ProblemError | undefined {
  if (error instanceof ClientNotFoundError) return new ProblemError(404, "client_not_found", error.message);
  if (error instanceof SecretNotFoundError) return new ProblemError(404, "secret_not_found", error.message);
  if (error instanceof ClientExistsError) return new ProblemError(409, "client_exists", error.message);
  if (error instanceof LastAdministratorError) {
    return new ProblemError(409, "last_administrator", error.message);
  }
  if (error instanceof TooManySecretsError) return new ProblemError(409, "too_many_secrets", error.message);
  if (error instanceof TokenNotFoundError) return new ProblemError(404, "token_not_found", error.message);
  if (error instanceof TooManyTokensError) return new ProblemError(409, "too_many_tokens", error.message);
  if (error instanceof TokensNotAllowedError) {
    return new ProblemError(409, "long_lived_tokens_not_allowed", error.message);
  }
  if (error instanceof ScopeNotAllowedError) {
    const errors = [{ field: "scopes", message: error.message }];
    return new ProblemError(400, "invalid_request", error.message, { errors });
  }
  return undefined;
}

function fieldProblem(error: unknown): ProblemError | undefined {
  if (error instanceof FieldNotFoundError) return new ProblemError(404, "field_not_found", error.message);
  if (error instanceof FieldExistsError) {
    return new ProblemError(409, "field_exists", error.message, { fieldId: error.existing.id });
  }
  if (error instanceof TooManyFieldsError) return new ProblemError(409, "too_many_fields", error.message);
  if (error instanceof SystemFieldError) return new ProblemError(409, "field_is_system", error.message);
  if (error instanceof ValuesExistError) {
    return new ProblemError(409, "values_exist", error.message, { resources: error.resources });
  }
  if (error instanceof ValuesBreakError) {
    const { impact, forcible } = error;
    return new ProblemError(409, "values_break", error.message, { impact, forcible });
  }
  if (error instanceof DictionaryBusyError) return new ProblemError(503, "dictionary_busy", error.message);
  if (error instanceof InvalidFieldError) {
    const errors = [{ field: error.property, message: error.reason }];
    return new ProblemError(400, "invalid_request", error.message, { errors });
  }
  return undefined;
}

function runProblem(error: unknown): ProblemError | undefined {
  if (error instanceof RunNotFoundError) return new ProblemError(404, "run_not_found", error.message);
  if (error instanceof RunActiveError) {
    return new ProblemError(409, "run_active", error.message, { runId: error.runId });
  }
  if (error instanceof RowNotDecidableError) {
    return new ProblemError(409, "row_not_decidable", error.message, { reason: { ...error.reason } });
  }
  if (error instanceof ConnectionOffError) return new ProblemError(409, "connection_off", error.message);
  return undefined;
}

function adoptionProblem(error: unknown): ProblemError | undefined {
  if (error instanceof ProposalNotFoundError) {
    return new ProblemError(404, "proposal_not_found", error.message);
  }
  if (error instanceof ReportActiveError) {
    return new ProblemError(409, "report_active", error.message, { reportId: error.reportId });
  }
  if (error instanceof NoCompleteReportError) {
    return new ProblemError(409, "no_complete_report", error.message);
  }
  if (error instanceof ProposalOverError) {
    const { state, reason } = error;
    return new ProblemError(409, "proposal_over", error.message, {
      state,
      ...(reason !== null && { reason: { ...reason } }),
    });
  }
  return undefined;
}

function connectionProblem(error: unknown): ProblemError | undefined {
  if (error instanceof ConnectionNotFoundError)
    return new ProblemError(404, "connection_not_found", error.message);
  if (error instanceof DeliveryNotFoundError)
    return new ProblemError(404, "delivery_not_found", error.message);
  if (error instanceof ScopeChangeUnconfirmedError) {
    return new ProblemError(409, "scope_change_unconfirmed", error.message, { impact: { ...error.impact } });
  }
  if (error instanceof ConnectionExistsError) {
    return new ProblemError(409, "connection_exists", error.message, { connectionId: error.existing.id });
  }
  if (error instanceof ConnectionDisabledError) {
    return new ProblemError(409, "connection_disabled", error.message);
  }
  if (error instanceof ConnectionInUseError)
    return new ProblemError(409, `connection_${error.why}`, error.message);
  if (error instanceof DeliveryNotRetriableError) {
    return new ProblemError(409, `delivery_${error.state}`, error.message);
  }
  if (error instanceof NothingToApproveError) {
    return new ProblemError(409, "nothing_to_approve", error.message);
  }
  if (error instanceof DeliveryNotHeldError) return new ProblemError(409, "delivery_not_held", error.message);
  if (error instanceof RemovalProtectedError)
    return new ProblemError(409, "delivery_protected", error.message);
  if (error instanceof RestoreRefusedError) return new ProblemError(409, "restore_refused", error.message);
  if (error instanceof InvalidConnectionError || error instanceof InvalidNotificationSettingsError) {
    const errors = [{ field: error.field, message: error.reason }];
    return new ProblemError(400, "invalid_request", error.message, { errors });
  }
  return undefined;
}

function planProblem(error: unknown): ProblemError | undefined {
  if (error instanceof PlannedResourceNotFoundError) {
    return new ProblemError(404, "resource_not_found", error.message);
  }
  if (error instanceof UndoNotPossibleError) {
    return new ProblemError(409, `undo_${error.why.replaceAll("-", "_")}`, error.message);
  }
  if (error instanceof RemoteRecordNotFoundError) {
    return new ProblemError(404, "remote_record_not_found", error.message);
  }
  if (error instanceof PlanBusyError) return new ProblemError(503, "plan_busy", error.message);
  if (error instanceof PlanOutdatedError) {
    return new ProblemError(409, "plan_outdated", error.message, { presentHash: error.presentHash });
  }
  if (error instanceof VendorSilentError) {
    const { code, message, remedy } = error.facts;
    const reason = { code, message, ...(remedy !== undefined && { remedy }) };
    return new ProblemError(503, "vendor_unavailable", error.message, { reason });
  }
  return undefined;
}
