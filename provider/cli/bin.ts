#!/usr/bin/env node
import { text } from "node:stream/consumers";
import type { Io } from "./io";
import { main } from "./main";

const io: Io = {
  stdout: (told) => void process.stdout.write(told),
  stderr: (told) => void process.stderr.write(told),
  stdin: async () => (process.stdin.isTTY ? undefined : text(process.stdin)),
  cwd: process.cwd(),
};

// What reads may have seen enough, as `head` does; what is to be done is done all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

void main(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
});
