import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import { redactText, redactValue } from "./redact.js";

/** Writes one JSON line per call. `log.child({ correlationId })` binds fields to every line that follows. */
export type Logger = PinoLogger;

/** How much is written: a level shows itself and everything to its right of `trace, debug, info, warn, error, fatal`. */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** One of `LOG_LEVELS`. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Lines are written together, a few kilobytes or half a second's worth at a time: a system call for each was a tenth of
 * the CPU of a short request. What is buffered is written at the end of the process, but not when it is killed.
 */
const BUFFERING = { minLength: 4_096, periodicFlush: 500 };

/**
 * A logger that writes JSON lines to `destination` (default: standard output) with secrets and personal data
 * redacted at every depth, in bound fields, in objects, in errors and in message texts. pino's own `redact`
 * option is not enough here: one of its wildcards covers one level only.
 */
export function createLogger(options: { level: LogLevel; destination?: DestinationStream }): Logger {
  const root: Logger = pino(
    {
      level: options.level,
      base: {},
      timestamp: pino.stdTimeFunctions.isoTime,
      // The redacted copy already holds errors as plain objects, so pino's own error serializer must not touch them.
      serializers: { err: (value: unknown) => value },
      formatters: {
        level: (label) => ({ level: label }),
        log: redactObject,
      },
      hooks: {
        logMethod(args, method) {
          const [first] = args as unknown[];
          // A lone error lends its message to the line before any formatter sees it.
          const lines =
            first instanceof Error && args.length === 1 ? [first, first.message] : (args as unknown[]);
          method.apply(
            this,
            lines.map((part) => (typeof part === "string" ? redactText(part) : part)) as typeof args,
          );
        },
      },
    },
    options.destination ?? pino.destination({ dest: 1, sync: false, ...BUFFERING }),
  );
  // pino drops its `bindings` formatter in every child, so bound fields are redacted on their way into one.
  const plainChild = root.child;
  root.child = function child(this: Logger, ...[bindings, ...rest]: Parameters<Logger["child"]>) {
    return plainChild.call(this, redactObject(bindings), ...rest);
  } as Logger["child"];
  return root;
}

function redactObject(fields: Record<string, unknown>): Record<string, unknown> {
  const redacted = redactValue(fields) as Record<string, unknown>;
  // pino asks the fields for `hasOwnProperty`, so they need a prototype; spreading sets none from a `__proto__` key.
  return Object.getPrototypeOf(redacted) === null ? { ...redacted } : redacted;
}
