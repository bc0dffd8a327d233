import { z } from "zod";
import { path } from "../../http/path";
import { orNothing } from "../../lifecycle/errors";
import type { RuntypeAccount } from "./account";

const wireVersion = z.looseObject({
  id: z.string(),
  versionNumber: z.number(),
  versionType: z.string(),
  label: z.string().nullish(),
  notes: z.string().nullish(),
  createdAt: z.string(),
});
const wireVersions = z.object({ publishedVersionId: z.string().nullish(), versions: z.array(wireVersion) });

export type WireVersion = z.output<typeof wireVersion>;
export type WireVersions = z.output<typeof wireVersions>;

/** The versions of a flow and which of them is published; `undefined` where there is no such flow. */
export async function versionsOf({ client }: RuntypeAccount, flow: string): Promise<WireVersions | undefined> {
  const request = { method: "GET", path: path`/v1/flow-versions/${flow}`, repeatable: true } as const;
  return (await orNothing(client.json(request, wireVersions)))?.body;
}

/** Versions of other types are for trying out. */
const SAVED = ["draft", "published"];

/** What was saved last; `undefined` where no version is kept. */
export function savedLast({ versions }: WireVersions): WireVersion | undefined {
  const saved = versions.filter(({ versionType }) => SAVED.includes(versionType));
  return saved.sort((a, b) => b.versionNumber - a.versionNumber)[0];
}
