/** Sequences that colour or move in a terminal, introduced by a control character. */
const TERMINAL_SEQUENCES = /\p{Cc}\[[0-9;:<=>?]*[ -/]*[@-~]/gu;

/** Characters that show nothing, and may do something: controls, marks of direction, line ends, halves of characters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu;

/**
 * Somebody else's text as a part of a message: one line, nothing that a terminal would obey, and not more of it than
 * a reader needs.
 */
export function plainText(text: string, most: number): string {
  // What is cut off is not worth cleaning.
  const begin = text.slice(0, most * 10);
  const clean = begin.replace(TERMINAL_SEQUENCES, " ").replace(INVISIBLE, " ").trim();
  if (clean.length <= most) return begin.length < text.length ? `${clean} …` : clean;
  // Not in the middle of a character.
  return `${clean.slice(0, most).replace(/\p{Cs}$/u, "")} …`;
}

/** A pause in words, rounded up: `58 s`, `12 min`, `3 h`. */
export function spokenDuration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds <= 120) return `${seconds} s`;
  if (seconds <= 120 * 60) return `${Math.ceil(seconds / 60)} min`;
  const hours = Math.ceil(seconds / 3600);
  return hours <= 48 ? `${hours} h` : "more than two days";
}
