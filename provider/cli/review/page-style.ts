/** How the page looks: on light and dark ground, on narrow windows, on paper. Signs and words tell all that colours tell. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--ground:#fff;--raised:#f6f8fa;--text:#1f2328;--quiet:#59636e;--line:#d1d9e0;--link:#0969da;
--added:#116329;--added-ground:#dafbe1;--removed:#a40e26;--removed-ground:#ffebe9;--changed:#7d4e00;--changed-ground:#fff8c5}
@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--raised:#151b23;--text:#f0f6fc;--quiet:#9198a1;--line:#3d444d;--link:#4493f8;
--added:#56d364;--added-ground:#12361f;--removed:#ff9492;--removed-ground:#3c1618;--changed:#e3b341;--changed-ground:#342a0c}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:90rem;background:var(--ground);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:0 0 .25rem;overflow-wrap:anywhere}
h3{font-size:1.05rem;margin:1.5rem 0 .5rem}
h4{font-size:1rem;margin:0;overflow-wrap:anywhere}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-999rem}
.skip:focus{position:static;display:inline-block;margin:.25rem 0}
.heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.quiet{color:var(--quiet);font-weight:400;font-size:.9em}
.urn{margin:0 0 .5rem;overflow-wrap:anywhere;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.error{color:var(--removed)}
.messages{list-style:none;margin:.5rem 0;padding:0}
.messages li{margin:.25rem 0;padding:.5rem .75rem;border:1px solid var(--line);border-left-width:4px;border-radius:6px}
.messages .error{border-left-color:var(--removed);color:inherit}
.messages .warning{border-left-color:var(--changed)}
.text{white-space:pre-wrap;overflow-wrap:anywhere}
.contents{list-style:none;margin:.5rem 0;padding:0}
.contents li{padding:.2rem 0;overflow-wrap:anywhere}
.operation,.fate,.key{display:inline-block;padding:0 .5rem;border-radius:1rem;font-size:.85rem;font-weight:600;border:1px solid;white-space:nowrap;color:var(--changed);background:var(--changed-ground)}
.key{font-weight:400}
.operation.create,.operation.import,.added.fate,.added.key{color:var(--added);background:var(--added-ground)}
.operation.delete,.operation.replace,.removed.fate,.removed.key{color:var(--removed);background:var(--removed-ground)}
.flow-change{margin:2rem 0;padding-top:1.5rem;border-top:2px solid var(--line)}
.remark{margin:.5rem 0;padding:.5rem .75rem;background:var(--raised);border-left:4px solid var(--line);border-radius:0 6px 6px 0;overflow-wrap:anywhere}
.graphs{display:flex;gap:1rem;max-height:85vh;overflow:auto;border:1px solid var(--line);border-radius:8px;padding:0 1rem 1rem}
.graphs figure{margin:0;flex:1 1 0}
.graphs figcaption{position:sticky;top:0;padding:.5rem 0;background:var(--ground);font-weight:600;z-index:1}
.graphs svg{display:block;width:100%;height:auto}
.step{margin:.75rem 0;padding:.75rem 1rem;border:1px solid var(--line);border-left-width:4px;border-radius:6px;scroll-margin-top:1rem}
.step.added{border-left-color:var(--added)}
.step.removed{border-left-color:var(--removed)}
.step.changed{border-left-color:var(--changed)}
.step:target,h2:target{outline:3px solid var(--link);outline-offset:2px}
.step h4{display:inline}
.back{font-size:.85em;margin-left:.5rem}
.stack{margin:2rem 0 0;font-weight:600}
dl{margin:.5rem 0 0;display:grid;grid-template-columns:minmax(6rem,max-content) minmax(0,1fr);gap:.25rem 1rem}
dt{color:var(--quiet);font:.85em/1.75 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;max-width:22rem;overflow-wrap:anywhere}
dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
ins,del{border-radius:3px;padding:0 .1em;unicode-bidi:isolate;-webkit-box-decoration-break:clone;box-decoration-break:clone}
ins{background:var(--added-ground);color:var(--added);text-decoration:underline;text-decoration-thickness:1px;text-underline-offset:2px}
del{background:var(--removed-ground);color:var(--removed);text-decoration:line-through}
.rest{display:inline}
.rest summary{display:inline;cursor:pointer;color:var(--quiet);font-size:.9em;border:1px dashed var(--line);border-radius:4px;padding:0 .4em}
.unseen{border:1px solid var(--removed);color:var(--removed);border-radius:3px;font:.75em ui-monospace,monospace;padding:0 .2em}
.arrows{list-style:none;margin:0;padding:0}
.arrows li{padding:.15rem 0;overflow-wrap:anywhere}
summary{cursor:pointer}
.flow .start,.flow .choice,.flow .box{fill:var(--raised);stroke:var(--line)}
.flow .missing{fill:var(--ground)}
.flow .box.added{fill:var(--added-ground);stroke:var(--added);stroke-width:2.4}
.flow .box.removed{fill:var(--removed-ground);stroke:var(--removed);stroke-width:2.4;stroke-dasharray:7 4}
.flow .box.changed{fill:var(--changed-ground);stroke:var(--changed);stroke-width:2.4}
.flow .arrow.added{stroke:var(--added);stroke-width:2.4}
.flow .arrow.removed{stroke:var(--removed);stroke-width:2.4;stroke-dasharray:7 4}
.flow .head.added,.flow .badge.added{fill:var(--added)}
.flow .head.removed,.flow .badge.removed{fill:var(--removed)}
.flow .badge.changed{fill:var(--changed)}
.flow .sign{fill:var(--ground);font-size:16px;font-weight:700;text-anchor:middle}
.flow .small{font-size:12px}
.flow a:focus-visible .box,.flow a:target .box{stroke:var(--link);stroke-width:4}
.flow a:focus-visible{outline:none}
@media (max-width:48rem){body{padding:.75rem}.graphs{flex-direction:column}.graphs figure{flex:none}dl{grid-template-columns:minmax(0,1fr)}dd{margin-bottom:.5rem}}
@media print{.graphs{max-height:none;overflow:visible}.skip,.back{display:none}}
`;
