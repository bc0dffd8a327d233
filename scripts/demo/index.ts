import { writeFileSync } from "node:fs";
import { demo } from "./demo";
import { RECORDING, recordingOf } from "./recording";

const isRecorded = process.argv.includes("--record");
const printed: string[] = [];

function output(text: string): void {
  console.log(text);
  printed.push(text);
}

// A recording is the same on each machine, also where there is a Pulumi CLI.
demo({ output, rehearsalOnly: isRecorded }).then(
  (code) => {
    process.exitCode = code;
    if (isRecorded && code === 0) writeFileSync(RECORDING, recordingOf(printed));
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
