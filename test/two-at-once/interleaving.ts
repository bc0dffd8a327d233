import type { Request } from "../../provider/http/request";
import type { Scene } from "../conformance/scene";
import type { StoredObject } from "../conformance/subject";
import type { Run } from "../harness/bench";
import { Stack } from "../harness/stack";
import type { Duel, Move } from "./duels";

/** What became of one side. */
export interface Ending {
  readonly error?: Error;
  /** Everything that it said. */
  readonly told: string;
  readonly stack: Stack;
}

/** What became of both where the whole of theirs happened between two calls of ours. */
export interface Played {
  /** Our call before which theirs happened, as `GET acme/web`; `end`, where it happened after all of ours. */
  readonly before: string;
  readonly ours: Ending;
  readonly theirs: Ending;
  /** What lived before both, right before and right after theirs, and in the end. */
  readonly begin: readonly StoredObject[];
  readonly beforeTheirs: readonly StoredObject[];
  readonly afterTheirs: readonly StoredObject[];
  readonly end: readonly StoredObject[];
}

/** Plays a duel once for each call that we make, and once with theirs after all of ours. */
export async function* interleavings(scene: Scene, duel: Duel): AsyncGenerator<Played> {
  for (let at = 0; ; at++) {
    const played = await play(scene, duel, at);
    yield played;
    if (played.before === "end") return;
  }
}

/** What lives after only we have done our part. */
export async function alone(scene: Scene, { from, ours }: Duel): Promise<readonly StoredObject[]> {
  const [stack] = await begun(scene, from);
  await perform(scene, stack, ours, scene.bench.run());
  return scene.world.objects();
}

/** Two stacks of one flow. */
async function begun(scene: Scene, from: Duel["from"]): Promise<[Stack, Stack]> {
  scene.world.emulator.reset();
  const ours = from ? await scene.created(from) : new Stack(scene.bench);
  return [ours, new Stack(scene.bench, ours.kept && structuredClone(ours.kept))];
}

async function play(scene: Scene, duel: Duel, at: number): Promise<Played> {
  const [our, their] = await begun(scene, duel.from);
  const begin = scene.world.objects();
  let calls = 0;
  let before = "end";
  let theirs: Promise<Pick<Played, "beforeTheirs" | "theirs" | "afterTheirs">> | undefined;
  const meanwhile = async () => {
    const beforeTheirs = scene.world.objects();
    const ended = await ending(scene, their, duel.theirs, scene.bench.run());
    return { beforeTheirs, theirs: ended, afterTheirs: scene.world.objects() };
  };
  const run = scene.bench.run({
    before(request) {
      if (calls++ === at) {
        before = callOf(request);
        theirs = meanwhile();
      }
      // Also calls that are sent beside that one wait.
      return theirs;
    },
  });
  const ours = await ending(scene, our, duel.ours, run);
  const other = await (theirs ?? meanwhile());
  return { before, begin, ours, ...other, end: scene.world.objects() };
}

async function ending(scene: Scene, stack: Stack, move: Move, run: Run): Promise<Ending> {
  let error: Error | undefined;
  try {
    await perform(scene, stack, move, run);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    error = thrown;
  }
  const lines = run.log.lines.filter(({ level }) => level !== "debug").map(({ message }) => message);
  return { ...(error ? { error } : {}), told: [...lines, error?.message ?? ""].join("\n"), stack };
}

async function perform(scene: Scene, stack: Stack, move: Move, run: Run): Promise<void> {
  if ("to" in move) await stack.up(move.to, { run });
  else if ("destroys" in move) await stack.destroy({ run });
  else if ("adds" in move) scene.world.add(move.adds, move.like);
  else scene.world.edit(scene.only.identity, move.field, move.stored);
}

/** A call without the ids in it. */
function callOf({ method, path }: Request): string {
  const words = path.text.split("/").filter((part) => /^[a-z_-]+$/.test(part));
  return `${method} ${words.slice(-2).join("/")}`;
}
