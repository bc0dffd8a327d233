import type { z } from "zod";
import type { Client } from "../../provider/http/client";
import type { Request } from "../../provider/http/request";
import type { Run } from "./kosli-lifecycle";

/** Lets something happen once at the vendor, in the moment before the run's first call that ends so. */
export function meanwhile(run: Run, method: Request["method"], pathEnd: string, happens: () => void): void {
  const { client } = run.account;
  let happened = false;
  const before = (request: Request) => {
    if (happened || request.method !== method || !request.path.text.endsWith(pathEnd)) return;
    happened = true;
    happens();
  };
  const watched: Client = {
    send(request) {
      before(request);
      return client.send(request);
    },
    json<T>(request: Request, shape: z.ZodType<T>) {
      before(request);
      return client.json(request, shape);
    },
  };
  Object.assign(run.account, { client: watched });
}
