import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { type Emulator, startEmulator } from "../../testing/src/emulator";

const flowCount = 1000;
const connections = 16;
/** Far above what it takes (below 1 ms for a GET), so that only a real slowdown fails on a busy machine. */
const millisecondsPerGet = 10;

describe("emulator: load", () => {
  let emulator: Emulator;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });

  before(async () => {
    const flows = Array.from({ length: flowCount }, (_, index) => ({
      org: "acme",
      name: `flow-${String(index).padStart(4, "0")}`,
    }));
    emulator = await startEmulator({ seed: { kosli: { flows } } });
  });
  after(async () => {
    agent.destroy();
    await emulator.close();
  });

  const get = (path: string): Promise<{ status: number | undefined; body: string }> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: "Bearer k" };
      request(`${emulator.url}/api/v2${path}`, { agent, headers }, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (text: string) => {
          body += text;
        });
        response.on("end", () => resolve({ status: response.statusCode, body }));
      })
        .on("error", reject)
        .end();
    });

  const timed = async (paths: readonly string[]) => {
    const begun = performance.now();
    const answers = await Promise.all(paths.map(get));
    const each = (performance.now() - begun) / paths.length;
    assert.ok(answers.every(({ status }) => status === 200));
    return { answers, each };
  };

  it("load: 1,000 flows are listed by pages, each flow once", async () => {
    const pages = Array.from({ length: 10 }, (_, index) => `/flows/acme?per_page=100&page=${index + 1}`);
    const { answers, each } = await timed(pages);
    const names = new Set(
      answers.flatMap(({ body }) => JSON.parse(body).data.map(({ name }: { name: string }) => name)),
    );
    assert.equal(names.size, flowCount);
    assert.ok(each < 5 * millisecondsPerGet, `${each.toFixed(2)} ms a page`);
  });

  it("load: 16 connections read 2,000 flows quickly", async () => {
    const paths = Array.from(
      { length: 2000 },
      (_, index) => `/flows/acme/flow-${String(index % 1000).padStart(4, "0")}`,
    );
    await timed(paths.slice(0, 200));
    const { each } = await timed(paths);
    if (process.env.SHOW_TIMES !== undefined) console.log(`      ${each.toFixed(3)} ms a GET`);
    assert.ok(each < millisecondsPerGet, `${each.toFixed(2)} ms a GET`);
  });
});
