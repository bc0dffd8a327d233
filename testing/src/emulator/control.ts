import { Hono } from "hono";
import { messageOf } from "./request-body";
import { ControlError } from "./vendor";

/** What the control routes do. The same functions as those of an `Emulator`, before their arguments were checked. */
export interface Controls {
  reset(): void;
  state(): unknown;
  journal(): unknown;
  clearJournal(): void;
  faults(rules: unknown): void;
  edit(edit: unknown): void;
  switches(changes: unknown): void;
  currentSwitches(): unknown;
}

/**
 * The routes under `/__emulator`, for tests in other processes and languages. Reading answers the value, everything else
 * `{"ok": true}`; a request that makes no sense gets 400 and `{"message": …}` and changes nothing.
 */
export function controlRoutes(controls: Controls): Hono {
  const done = { ok: true };
  const routes = new Hono();
  routes.post("/reset", (c) => {
    controls.reset();
    return c.json(done);
  });
  routes.get("/state", () => Response.json(controls.state()));
  routes.get("/journal", () => Response.json(controls.journal()));
  routes.delete("/journal", (c) => {
    controls.clearJournal();
    return c.json(done);
  });
  routes.put("/faults", async (c) => {
    controls.faults(await jsonOf(c.req.raw));
    return c.json(done);
  });
  routes.post("/edit", async (c) => {
    controls.edit(await jsonOf(c.req.raw));
    return c.json(done);
  });
  routes.get("/switches", () => Response.json(controls.currentSwitches()));
  routes.patch("/switches", async (c) => {
    controls.switches(await jsonOf(c.req.raw));
    return c.json(done);
  });
  routes.all("*", (c) => {
    const known = routes.routes.filter(({ path }) => path !== "/*").map(({ method, path }) => `${method} ${path}`);
    return c.json({ message: `No such control. There are: ${known.join(", ")}` }, 404);
  });
  routes.onError((error, c) => c.json({ message: messageOf(error) }, error instanceof ControlError ? 400 : 500));
  return routes;
}

async function jsonOf(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ControlError(`The body is not JSON: ${messageOf(error)}`);
  }
}
