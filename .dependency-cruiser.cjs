/**
 * The rooms and their doors (docs/ARCHITECTURE.md). A rule that stands in the way is a question about the
 * architecture: redraw the rooms and write down why, rather than add an exception.
 */
const SRC = "^src/";
const room = (name) => `^src/${name}/`;

/** `from` may import, of ours, only `to` (and itself). */
function only(from, to) {
  return {
    name: `${from}-imports-only-its-neighbours`,
    severity: "error",
    from: { path: room(from) },
    to: { path: SRC, pathNot: [from, ...to].map(room) },
  };
}

/** A package that only some rooms may know. */
function packageOnlyIn(name, pattern, rooms) {
  return {
    name: `${name}-only-in-${rooms.join("-and-")}`,
    severity: "error",
    from: { path: SRC, pathNot: rooms.map(room) },
    to: { path: `node_modules/(${pattern})/` },
  };
}

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "no-dev-dependency-in-the-product",
      severity: "error",
      from: { path: SRC },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "nobody-imports-the-programs",
      severity: "error",
      from: { path: SRC, pathNot: ["^src/(main|app)\\.ts$", "^src/(demo|dev)/"] },
      to: { path: "^src/(main|app)\\.ts$" },
    },
    {
      name: "the-product-does-not-know-its-tests",
      severity: "error",
      from: { path: "^(src|migrations)/" },
      to: { path: "^(test|bench|scripts|soak)/" },
    },
    {
      name: "only-programs-know-the-simulator-and-the-demo",
      severity: "error",
      from: { path: SRC, pathNot: ["^src/(demo|simulator|dev)/"] },
      to: { path: "^src/(demo|simulator|dev)/" },
    },
    {
      name: "nothing-travels-beside-the-arguments",
      comment:
        "Before Node 24 each AsyncLocalStorage that was ever used slows every promise of the process down, for good: " +
        "see docs/adr/0037. Hand things on as arguments.",
      severity: "error",
      from: { path: SRC },
      to: { path: "^(node:)?async_hooks$" },
    },
    packageOnlyIn("express", "express|passport|helmet|swagger-ui-dist|@types/express", ["http"]),
    packageOnlyIn("typeorm", "typeorm|pg|@electric-sql", ["persistence"]),
    packageOnlyIn("ajv", "ajv|ajv-formats|re2js", ["scim", "dictionary"]),
    packageOnlyIn("nodemailer", "nodemailer", ["notifications"]),
    packageOnlyIn("undici", "undici", ["platform", "demo"]),
    packageOnlyIn("oauth2-server", "@node-oauth/oauth2-server|oauth2-server", ["auth", "http"]),
    only("platform", []),
    only("scim", []),
    only("connectors", ["platform"]),
    only("simulator", ["platform"]),
    only("config", ["observability", "platform"]),
    only("observability", ["platform"]),
    only("persistence", ["scim", "platform"]),
    only("audit", ["persistence", "scim", "platform"]),
    only("outbox", ["persistence", "scim", "platform"]),
    only("dictionary", ["audit", "persistence", "scim", "platform"]),
    only("directory", ["dictionary", "outbox", "persistence", "scim", "platform"]),
    only("idaas", ["directory", "scim", "platform"]),
    only("notifications", ["audit", "persistence", "platform"]),
    only("provisioning", [
      "audit",
      "directory",
      "notifications",
      "outbox",
      "connectors",
      "persistence",
      "scim",
      "platform",
    ]),
    only("auth", ["audit", "persistence", "platform"]),
    only("request-log", ["observability", "persistence", "scim", "platform"]),
    only("timeline", ["persistence", "scim", "platform"]),
    only("http", [
      "timeline",
      "audit",
      "auth",
      "request-log",
      "directory",
      "dictionary",
      "idaas",
      "notifications",
      "provisioning",
      "connectors",
      "observability",
      "persistence",
      "scim",
      "platform",
    ]),
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
