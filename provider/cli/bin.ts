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

// What reads the answer may have seen enough of it, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

void main(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
});
