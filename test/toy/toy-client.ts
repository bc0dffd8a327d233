import type { ToyEmulator } from "./toy-emulator";

/** The calls of the toy's API as plainly as they can be made. */
export function toyClient(emulator: ToyEmulator, key = "some-key") {
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${emulator.url}/toy/v1${path}`, {
      method,
      headers: {
        ...(key !== "" && { "x-toy-key": key }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text), headers: response.headers };
  };
  return {
    call,
    list: (query = "", project = "shop") => call("GET", `/projects/${project}/graphs${query}`),
    create: (body: unknown, project = "shop") => call("POST", `/projects/${project}/graphs`, body),
    get: (id: string) => call("GET", `/graphs/${id}`),
    update: (id: string, body: unknown) => call("PATCH", `/graphs/${id}`, body),
    delete: (id: string) => call("DELETE", `/graphs/${id}`),
    channels: (id: string) => call("GET", `/graphs/${id}/channels`),
    channel: (id: string, channel: string) => call("GET", `/graphs/${id}/channels/${channel}`),
    setChannel: (id: string, channel: string, revision: number) =>
      call("PUT", `/graphs/${id}/channels/${channel}`, { revision }),
    unsetChannel: (id: string, channel: string) => call("DELETE", `/graphs/${id}/channels/${channel}`),
  };
}

export type ToyClient = ReturnType<typeof toyClient>;
