/**
 * `npm run lock`: writes package-lock.json anew and completes it. A registry mirror need not carry the binaries of
 * every platform; npm leaves those it cannot find out of the lock file, and `npm ci` then refuses the file. Each one
 * that a locked package names as optional gets an entry with its version and platform. On another platform npm skips
 * it; on its own, npm fetches it by name and version.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const lockFile = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      dev: z.boolean().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

const SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const PROCESSORS = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
];

/** The platform that a binary package's name tells, as package.json spells it. */
function platformOf(name: string): { os?: string[]; cpu?: string[] } {
  const words = name.split(/[-/]/);
  const system = SYSTEMS.find((one) => words.includes(one));
  const processor = PROCESSORS.find((one) => words.includes(one));
  return { ...(system && { os: [system] }), ...(processor && { cpu: [processor] }) };
}

function lockAfresh(): string {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  try {
    for (const name of ["package.json", ".npmrc"]) writeFileSync(join(folder, name), readFileSync(name));
    execFileSync("npm", ["install", "--package-lock-only", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: "inherit",
    });
    return readFileSync(join(folder, "package-lock.json"), "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const lock = lockFile.parse(JSON.parse(lockAfresh()));
for (const [parent, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
  if (parent === "") continue;
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const path = `node_modules/${name}`;
    if (lock.packages[path] !== undefined || lock.packages[`${parent}/${path}`] !== undefined) continue;
    const platform = platformOf(name);
    if (platform.os === undefined && platform.cpu === undefined) {
      console.warn(`left out: ${name}, whose name tells no platform`);
      continue;
    }
    if (!/^\d+\.\d+\.\d+/.test(version)) {
      console.warn(`left out: ${name}, since ${version} is no single version`);
      continue;
    }
    lock.packages[path] = { version, ...platform, ...(dev && { dev }), optional: true };
    console.log(`completed: ${name} ${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
