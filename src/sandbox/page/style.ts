/**
 * The style of the page, light and dark, wide and narrow.
 */

/** The style sheet at `/_sandbox/page.css`. */
export const style = /* css */ `
:root {
  color-scheme: light dark;
  --back: #f6f5f2; --card: #fff; --sunk: #f1efea; --line: #e2dfd8; --line-strong: #8a867c;
  --text: #23221f; --muted: #66625a;
  --accent: #24695b; --accent-soft: #e1efeb;
  --good: #1c6b3c; --good-soft: #e0f1e5; --odd: #1f5f99; --odd-soft: #e0edf8;
  --warn: #8a5300; --warn-soft: #fbeed3; --bad: #a8281f; --bad-soft: #fbe4e1;
  --sans: system-ui, -apple-system, "Segoe UI", "Inter", "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #161715; --card: #1f201e; --sunk: #272826; --line: #343531; --line-strong: #868880;
    --text: #e8e6e1; --muted: #a3a099;
    --accent: #7cc7b5; --accent-soft: #1f3832;
    --good: #83d09c; --good-soft: #1d3626; --odd: #8ebfec; --odd-soft: #1d3145;
    --warn: #ecb962; --warn-soft: #3b2f17; --bad: #f39a91; --bad-soft: #44211e;
  }
}
* { box-sizing: border-box }
[hidden] { display: none !important }
body {
  margin: 0 auto; padding: 2rem clamp(1rem, 3vw, 2.5rem) 4rem; max-width: 92rem;
  background: var(--back); color: var(--text); font: 15px/1.5 var(--sans); -webkit-text-size-adjust: 100%;
}
h1, h2, h3, p, ul, ol, dl, dd, pre { margin: 0; padding: 0 }
ul, ol { list-style: none }
h1 { font-size: 1.5rem; font-weight: 650; letter-spacing: -.015em; line-height: 1.2 }
h2 { font-size: 1.05rem; font-weight: 650; letter-spacing: -.005em; margin-bottom: .75rem }
h3, summary { font-size: .8125rem; font-weight: 600; color: var(--muted); margin: 1.25rem 0 .5rem }
h2 + details summary, h2 + .empty + details summary { margin-top: 0 }
summary { cursor: pointer; width: fit-content }
code, pre, .mono { font-family: var(--mono); font-size: .8125rem }
.muted, .count { color: var(--muted) }
.count { font-weight: 400; margin-left: .25em }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
.skip { position: absolute; left: -100rem; padding: .5rem .75rem; background: var(--card); color: var(--accent) }
.skip:focus { left: 1rem; top: .5rem }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px }

header { display: grid; grid-template-columns: 1fr auto; gap: .375rem 2rem; align-items: center; margin-bottom: 2rem }
.title { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .875rem }
.connection { color: var(--muted); font-size: .875rem }
.connection::before {
  content: ""; display: inline-block; width: .5rem; height: .5rem; margin-right: .4375rem; border-radius: 50%;
  background: var(--line-strong); vertical-align: .06em;
}
.connection.live::before { background: var(--good) }
.connection.lost { color: var(--bad) }
.connection.lost::before { background: var(--bad) }
.address { grid-column: 1; display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .625rem; font-size: .875rem }
.quota { grid-column: 2; grid-row: 1 / span 2; display: flex; gap: 1.75rem; font-size: .8125rem }
.quota dt { color: var(--muted) }
.quota dd { display: grid; gap: .25rem; font-variant-numeric: tabular-nums }
.quota progress { grid-row: 1 }
progress { appearance: none; width: 8.5rem; height: .375rem; border: 0; border-radius: 1rem; overflow: hidden; background: var(--line) }
progress::-webkit-progress-bar { background: var(--line) }
progress::-webkit-progress-value { background: var(--accent); border-radius: 1rem }
progress::-moz-progress-bar { background: var(--accent); border-radius: 1rem }

nav { display: flex; flex-wrap: wrap; gap: .25rem; margin-bottom: 1.25rem }
nav a { padding: .3125rem .75rem; border-radius: 7px; color: inherit; text-decoration: none }
nav a:hover { background: var(--sunk) }
nav a[aria-current] { background: var(--accent-soft); color: var(--accent); font-weight: 600 }
main { display: grid; grid-template: "place break" auto "place log" 1fr / minmax(0, 1.5fr) minmax(0, 1fr); gap: 1.25rem; align-items: start }
[data-place="requests"] main { grid-template: "log break" / minmax(0, 1.7fr) minmax(0, 1fr) }
[data-place="requests"] #places { display: none }
#places { grid-area: place; display: grid; gap: 1.25rem; min-width: 0 }
.break { grid-area: break }
.log { grid-area: log }
[data-place]:not([data-place="requests"]) .log { max-height: 32rem; overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; min-width: 0 }

.rows > li { display: grid; gap: .0625rem 1rem; padding: .5625rem 0; border-top: 1px solid var(--line); min-width: 0; align-items: baseline }
.rows.items > li { grid-template-columns: minmax(0, 12rem) minmax(0, 1fr) auto; height: 2.5rem; overflow: hidden; white-space: nowrap }
.rows.items .name, .rows.items .facts { overflow: hidden; text-overflow: ellipsis }
.rows.items .facts { flex-wrap: nowrap }
#devices > li { grid-template-columns: minmax(0, 1fr) minmax(0, 1.6fr) auto }
#auditEvents > li { grid-template-columns: 9rem minmax(0, 1fr) auto }
#devices .facts { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr) minmax(0, 1fr) 8rem }
#auditEvents .facts { display: grid; grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr) 9.5rem }
#devices .facts > *, #auditEvents .facts > * { overflow: hidden; text-overflow: ellipsis }
#requests, .rows { scroll-margin-top: 6rem }
.rows > li.older { display: block; color: var(--muted); font-size: .8125rem }
.head { display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: baseline; min-width: 0 }
.name { font-weight: 550; overflow-wrap: anywhere }
.tags { display: flex; gap: .3125rem }
.facts, .none { display: flex; flex-wrap: wrap; gap: 0 .875rem; color: var(--muted); font-size: .8125rem; overflow-wrap: anywhere }
.facts code { font-size: .75rem }
.chips { display: flex; flex-wrap: wrap; gap: .3125rem; margin-top: .3125rem }
.chips li, .tag { padding: .0625rem .5rem; border-radius: 1rem; background: var(--sunk); font-size: .75rem; line-height: 1.5; overflow-wrap: anywhere }
.tag { flex: none; color: var(--muted) }
.tag.good { background: var(--good-soft); color: var(--good) }
.tag.warn { background: var(--warn-soft); color: var(--warn) }
.tag.bad { background: var(--bad-soft); color: var(--bad) }
.tag.odd { background: var(--odd-soft); color: var(--odd) }

.scroll { max-height: 24rem; overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin }
[data-list="devices"], [data-list="auditEvents"], [data-list="blueprints"] { max-height: max(24rem, 100vh - 22rem) }
.search, .bar { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem }
.search input, .bar input { flex: 1 1 10rem; min-width: 0 }
.bar { margin-bottom: .75rem }
.bar h2 { margin: 0 }
a.name { color: inherit; text-decoration: none }
a.name:hover { text-decoration: underline; text-decoration-color: var(--accent) }
dialog {
  width: min(46rem, 100vw - 2rem); max-height: calc(100dvh - 2rem); overflow: auto; padding: 1.25rem; color: var(--text);
  background: var(--card); border: 1px solid var(--line-strong); border-radius: 12px;
}
dialog::backdrop { background: rgb(0 0 0 / .45) }
dialog > * + *, form > * + * { margin-top: .875rem }
dialog .bar { margin: .875rem 0 0 }
dialog > .bar:first-child { margin: 0 }
.field { display: grid; gap: .25rem }
.field label { color: var(--muted); font-size: .8125rem }
.field textarea { width: 100% }
dialog .bar h2 { flex: 1 1 12rem; overflow-wrap: anywhere }
.fields { display: grid; grid-template-columns: minmax(0, 11rem) minmax(0, 1fr); gap: .375rem 1rem; font-size: .875rem }
.fields dt { color: var(--muted) }
.fields dd { overflow-wrap: anywhere }
.fields pre { max-height: 24rem; overflow: auto }
button[aria-pressed="true"] { background: var(--accent-soft); border-color: var(--accent) }
button:disabled { cursor: not-allowed; opacity: .45 }

.empty { display: grid; gap: .625rem; color: var(--muted) }
pre {
  padding: .75rem .875rem; border-radius: 8px; background: var(--sunk); color: var(--text);
  white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.55;
}

button, select, input, textarea {
  font: inherit; font-size: .875rem; color: inherit; background: var(--card);
  border: 1px solid var(--line-strong); border-radius: 7px; padding: .3125rem .625rem; min-height: 2.125rem;
}
button { cursor: pointer }
button:hover { background: var(--sunk) }
button:active { transform: translateY(1px) }
button.quiet { border-color: transparent; color: var(--accent); background: none; padding: 0 .3125rem; min-height: 1.5rem; font-size: .8125rem }
button.quiet:hover { text-decoration: underline }
input[type="number"] { width: 4.25rem }
.sentence { display: flex; flex-wrap: wrap; align-items: center; gap: .375rem .5rem; margin-bottom: .875rem }
.buttons { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); gap: .5rem }
.buttons button { display: grid; text-align: left; padding: .4375rem .6875rem; border-color: var(--line); line-height: 1.35; align-content: start }
.buttons button:hover { border-color: var(--line-strong) }
.buttons strong { font-weight: 600 }
.buttons small { color: var(--muted); font-size: .75rem }
.in-force { display: flex; justify-content: space-between; align-items: end; margin-top: 1rem }
.in-force h3 { margin: 0 0 .375rem }
.in-force button { margin-bottom: .5rem }
.faults { display: grid; font-size: .875rem }
.faults li { display: flex; gap: .75rem; justify-content: space-between; padding: .375rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere }
.faults .muted { flex: none }
.problem { margin-top: .75rem; padding: .5rem .75rem; border-radius: 7px; background: var(--bad-soft); color: var(--bad) }

.requests:focus-visible { outline-offset: 4px }
.requests > li { border-top: 1px solid var(--line) }
.requests > li > button {
  display: grid; grid-template-columns: 3.5rem minmax(0, 1fr) auto 3.75rem 4rem; gap: .125rem .625rem; align-items: baseline; width: 100%;
  border: 0; border-radius: 6px; background: none; text-align: left; padding: .4375rem .25rem; min-height: 0;
}
.requests > li > button:hover { background: var(--sunk) }
.requests > li > button:active { transform: none }
.method { font-size: .75rem; font-weight: 600; letter-spacing: .02em }
.path { font-family: var(--mono); font-size: .8125rem; overflow-wrap: anywhere }
.status { min-width: 2.75rem; text-align: center; font-variant-numeric: tabular-nums; font-weight: 600 }
.took, time { color: var(--muted); font-size: .8125rem; text-align: right; font-variant-numeric: tabular-nums }
.detail { display: grid; gap: .5rem; padding: .125rem .25rem .875rem }
.detail .note { color: var(--muted); font-size: .8125rem }
.detail h4 { margin: .25rem 0 0; font-size: .75rem; font-weight: 600; color: var(--muted) }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: .5rem 1rem }
.sides > div { display: grid; gap: .5rem; align-content: start; min-width: 0 }
.detail pre { max-height: 24rem; overflow: auto }

@media (min-width: 64.0625rem) and (min-height: 44rem) {
  [data-place="requests"] .break { position: sticky; top: 1.25rem }
}
@media (max-width: 64rem) {
  main, [data-place="requests"] main { grid-template: "place" "log" "break" / minmax(0, 1fr) }
  [data-place]:not([data-place="requests"]) .log { display: none }
}
@media (max-width: 44rem) {
  body { padding-top: 1.25rem }
  header { grid-template-columns: minmax(0, 1fr) }
  .quota { grid-column: 1; grid-row: auto; margin-top: .5rem }
  section { padding: 1rem }
  .rows.items > li, #devices > li, #auditEvents > li { grid-template-columns: minmax(0, 1fr) auto; height: 3.75rem }
  #devices .facts { grid-template-columns: 4.5rem minmax(0, 1fr) minmax(0, 1fr) }
  #devices .facts > :nth-child(4) { display: none }
  .rows.items > li .facts { grid-area: 2 / 1 / 3 / 3 }
  .requests > li > button { grid-template-columns: auto auto minmax(0, 1fr) auto }
  .requests > li > button .path { grid-area: 2 / 1 / 3 / 5 }
}
@media (pointer: coarse) { button, select, input { min-height: 2.75rem } }
@media (forced-colors: active) { .connection::before { background: CanvasText } }
`
