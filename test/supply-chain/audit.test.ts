import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { judgeAudit } from "../../scripts/supply-chain/audit-verdict";
import { readLockFile } from "../../scripts/supply-chain/lock-file";

const root = resolve(__dirname, "../..");

const ADVISORY = {
  id: 1,
  url: "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
  title: "Follows where it should not",
  severity: "high",
  vulnerable_versions: "<99",
  cwe: [],
  cvss: { score: 0, vectorString: null },
};

describe("audit", function () {
  this.timeout(60_000);
  let folder: string;
  let server: Server;
  let advisories: unknown;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-flows-audit-"));
    server = createServer((request, response) => {
      request.resume();
      const isQuestion = request.url === "/-/npm/v1/security/advisories/bulk";
      const version = readLockFile()["node_modules/axios"]?.version ?? "";
      const axios = {
        name: "axios",
        "dist-tags": { latest: version },
        versions: { [version]: { name: "axios", version } },
      };
      response.statusCode = isQuestion ? (advisories ? 200 : 405) : request.url === "/axios" ? 200 : 404;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(isQuestion ? (advisories ?? {}) : axios));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** `npm run audit`, with a registry that has these advisories, or none of that service. */
  async function audit(found: unknown) {
    advisories = found;
    const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", "scripts/supply-chain/audit.ts"], {
      cwd: root,
      env: {
        ...process.env,
        npm_config_registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        npm_config_cache: join(folder, "cache"),
        npm_config_fetch_retries: "0",
      },
    });
    let told = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (told += data));
    const [code] = await once(child, "close");
    return { code, told };
  }

  it("audit: a registry without advisories for what is locked ends with 0", async () => {
    const { code, told } = await audit({});
    assert.equal(code, 0, told);
    assert.match(told, /\d+ locked packages, 0 advisories, 0 not explained/);
  });

  it("audit: an advisory that nobody has explained ends with 1, and says whether users are concerned", async () => {
    const { code, told } = await audit({ axios: [ADVISORY] });
    assert.equal(code, 1, told);
    assert.match(told, /NOT EXPLAINED: GHSA-aaaa-bbbb-cccc \(high, installed by users\) axios <99: Follows where/);
  });

  it("audit: a registry that serves none ends with 2 and says so, and never looks like a pass", async () => {
    const { code, told } = await audit(undefined);
    assert.equal(code, 2, told);
    assert.match(told, /!!! NOT AUDITED/);
  });

  const REPORT = {
    auditReportVersion: 2,
    vulnerabilities: {
      axios: { via: [{ ...ADVISORY, range: "<99" }], nodes: ["node_modules/axios"] },
      // Concerned only through the other one.
      above: { via: ["axios"], nodes: ["node_modules/above"] },
    },
  };

  it("audit: what is explained is no failure, and what is explained in vain is one", () => {
    const verdict = judgeAudit(REPORT, { "GHSA-aaaa-bbbb-cccc": "not called", "GHSA-old": "was" }, new Set());
    assert.deepEqual(verdict?.unexplained, []);
    assert.deepEqual(verdict?.explained, [
      {
        id: "GHSA-aaaa-bbbb-cccc",
        title: "Follows where it should not",
        severity: "high",
        packages: ["axios <99"],
        reachesUsers: false,
      },
    ]);
    assert.deepEqual(verdict?.outdated, ["GHSA-old"]);
  });

  it("audit: an error of the registry is no report", () => {
    assert.equal(judgeAudit({ message: "405 Method Not Allowed", statusCode: 405 }, {}, new Set()), undefined);
  });
});
