import fc from "fast-check";

/** Texts that mean something to Mermaid, Markdown, HTML, XML or terminals, or are hard to measure and to cut. */
export const NASTY: readonly string[] = [
  ...["end", "graph", "subgraph x", "style", "click", "class", "default", "constructor", "__proto__", "o", "x"],
  ...[
    "1. one",
    "1) one",
    "- item",
    "* star",
    "+ plus",
    "# head",
    "> quote",
    "---",
    "===",
    "    four",
    "\ttab",
    "| a |",
  ],
  ...['"quoted"', "`code`", '"`md`"', "**bold** _it_ __x__ ~~s~~", "[x](http://y.z)", "www.example.com", "a@b.example"],
  ...["<script>alert(1)</script>", "<br/>", "</text></svg>", "]]>", "<!--", "&amp;", "&#35;", "&", "#35;", "#quot;"],
  ...[
    '%%{init: {"theme":"dark"}}%%',
    "%% comment",
    "a --> b",
    "{{user}}",
    '"]',
    "]",
    "a|b",
    ";",
    "\\n",
    "$$x$$",
    "fa:fa-car",
  ],
  ...["accTitle: x", "flowchart TD", "linkStyle 0 stroke:red", "@{ shape: rect }", ":::missing", "n_end", "ﬂ°°35¶ß"],
  ...[
    "",
    " ",
    "\n\n",
    "a\nb\r\nc\u2028d",
    "\u0000\u0007\u001b[31m",
    "\ud800",
    "a\udfff",
    "\ufffe\uffff",
    "\u202eevil",
    "\u200b",
  ],
  ...[
    "日本語のテキスト。".repeat(40),
    "مرحبا",
    "👨‍👩‍👧".repeat(200),
    "x".repeat(5000),
    "e\u0301".repeat(300),
    "word ".repeat(900),
  ],
];

/** Any text, and often a nasty one. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.tuple(fc.constantFrom(...NASTY), fc.string({ maxLength: 5 })).map((both) => both.join("")),
);
