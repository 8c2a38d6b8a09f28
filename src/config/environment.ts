/** The process's environment variables: the one place that touches them. */
export function readEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}
