/** What TypeDoc's theme lacks, and what takes its place: landmarks, headings in order, and tables that scroll by themselves. */
const CHANGES: readonly (readonly [RegExp, string])[] = [
  [
    /<div class="col-content">(.*)<\/div>(\s*)<div class="col-sidebar">/s,
    '<main class="col-content">$1</main>$2<aside class="col-sidebar" aria-label="Page">',
  ],
  [/<\/div><footer>/, "</aside><footer>"],
  [/<h3>(Settings|On This Page)<\/h3>/g, "<h2>$1</h2>"],
  // Members of classes, which there are none of.
  [/<div class="tsd-filter-visibility">.*?<\/ul><\/div>/s, ""],
];

/**
 * The same page, so that everybody can use it.
 *
 * @throws Error where the theme is no longer as expected
 */
export function accessible(html: string): string {
  const changed = CHANGES.reduce((text, [found, replacement]) => {
    if (text.search(found) < 0) throw new Error(`TypeDoc's pages no longer have ${found}`);
    return text.replace(found, replacement);
  }, html);
  return changed.replace(/<table>.*?<\/table>/gs, '<div class="wide" tabindex="0">$&</div>');
}
