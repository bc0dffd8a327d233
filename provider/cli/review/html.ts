import escapeHtml from "lodash/escape";

/** A piece of a page, whose texts are escaped. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template. Texts and numbers are escaped. */
type Content = Html | string | number | undefined | readonly Content[];

/** A piece of a page: what is filled in is text, unless it is a piece of a page itself. */
export function html(template: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(
    template
      .map((text, index) => {
        if (index >= contents.length) return text;
        const before = template.slice(0, index + 1).join("");
        // Attributes and titles hold no marks.
        const isBare = before.lastIndexOf("<") > before.lastIndexOf(">") || before.endsWith("<title>");
        return text + written(contents[index], isBare ? (code) => `[${code}]` : marked);
      })
      .join(""),
  );
}

function written(content: Content, mark: (code: string) => string): string {
  if (content === undefined) return "";
  if (content instanceof Html) return content.text;
  if (typeof content === "string") return shown(content, mark);
  if (typeof content === "number") return String(content);
  return content.map((each) => written(each, mark)).join("");
}

/** What a reader would not see, or would see elsewhere: controls, marks of direction, what has no width; not what joins characters. */
const UNSEEN = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** A text in which nothing hides. */
function shown(text: string, mark: (code: string) => string): string {
  return escapeHtml(text).replace(UNSEEN, (sign) =>
    mark(`U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`),
  );
}

function marked(code: string): string {
  return `<span class="unseen">${code}</span>`;
}
