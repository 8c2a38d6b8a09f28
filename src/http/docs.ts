import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Router } from "express";
import helmet from "helmet";
import { ProblemError } from "./problem-error.js";

/** The viewer's files that the page loads; the package holds twenty more that nobody asks for. */
const VIEWER_FILES = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"] as const;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>SCIM provisioning gateway: API</title>
<link rel="icon" type="image/png" href="favicon-32x32.png">
<link rel="stylesheet" href="swagger-ui.css">
</head>
<body>
<div id="viewer"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="start.js"></script>
</body>
</html>
`;

/** A file of its own, because the content security policy allows no script inside the page. */
const START_SCRIPT = `window.ui = SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  validatorUrl: null,
});
`;

/**
 * `/openapi.json`, the bundled API description, and `/docs`, a viewer for it that loads nothing from other hosts.
 * `openApiFile` defaults to `openapi/openapi.json` of this package.
 */
export function createDocsRouter(options: { openApiFile?: string } = {}): Router {
  const openApiFile = options.openApiFile ?? join(packageFolder(), "openapi", "openapi.json");
  const viewerFolder = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  const router = Router();

  router.get("/openapi.json", async (_request, response) => {
    response.type("application/json").send(await readDescription(openApiFile));
  });

  router.use("/docs", viewerPolicy());
  router.get("/docs", (request, response) => {
    // The page's links are relative, so that it also works below a path of PUBLIC_URL.
    if (request.path.endsWith("/")) response.type("html").send(PAGE);
    else response.redirect(302, "docs/");
  });
  router.get("/docs/start.js", (_request, response) => {
    response.type("text/javascript").send(START_SCRIPT);
  });
  for (const name of VIEWER_FILES) {
    router.get(`/docs/${name}`, (_request, response) => {
      response.sendFile(name, { root: viewerFolder, maxAge: "1h" });
    });
  }
  return router;
}

/**
 * The viewer sets styles on its elements and shows icons as data URLs; scripts and connections are our own only.
 * HTTPS is not forced by it: the page is also used on a plain local port.
 */
function viewerPolicy(): ReturnType<typeof helmet> {
  return helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:"],
        fontSrc: ["'self'", "data:"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}

async function readDescription(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    throw new ProblemError(
      404,
      "description_missing",
      "The API description has not been bundled: openapi/openapi.json is missing from this installation.",
    );
  }
}

/** The folder with our package.json, which lies one level higher for compiled files than for sources. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) return folder;
    folder = parent;
  }
  return folder;
}
