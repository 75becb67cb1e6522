/** How the page looks, in light and dark, from 360 pixels on. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f4f6f9; --line: #c3cad4; --text: #17202c; --dim: #4d5a6a;
  --accent: #0b5cad; --on-accent: #ffffff; --good: #14682f; --bad: #a4231a; --mark: #ffe08a; --on-mark: #2b2100;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10151c; --panel: #1a212b; --line: #465365; --text: #e7ecf3; --dim: #a9b5c4;
    --accent: #7db8f5; --on-accent: #08192b; --good: #74d690; --bad: #ff9d92; --mark: #6b5310; --on-mark: #fff3cf;
  }
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header, main, footer { max-width: 90rem; margin: 0 auto; padding: 1rem; }
header p, footer p { margin: 0; color: var(--dim); }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 0 0 .75rem; font-size: 1.2rem; }
h3 { margin: 0 0 .5rem; font-size: 1.1rem; }
h4 { margin: 1.25rem 0 .5rem; font-size: 1rem; }
main { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); padding-top: 0; }
@media (min-width: 60rem) {
  main { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); align-items: start; }
  #recent { grid-column: 1 / -1; }
}
section { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; }
label, legend { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
fieldset { margin: 0; padding: 0; border: 0; }
.choice { display: inline-block; margin: 0 1rem 0 0; font-weight: 400; }
.hint { margin: .25rem 0 0; color: var(--dim); font-size: .9rem; }
select, textarea, input[type=password] {
  width: 100%; padding: .5rem; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--dim); border-radius: .25rem;
}
textarea { font: .875rem/1.45 ui-monospace, monospace; resize: vertical; }
[aria-invalid=true] { border-color: var(--bad); outline: 1px solid var(--bad); }
button {
  min-height: 2.75rem; margin: 1rem .5rem 0 0; padding: .5rem 1.25rem; font: inherit; font-weight: 600;
  color: var(--on-accent); background: var(--accent); border: 1px solid transparent; border-radius: .25rem; cursor: pointer;
}
button[aria-disabled=true] { opacity: .6; cursor: progress; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.error { color: var(--bad); font-weight: 600; }
.error:empty, #status:empty { display: none; }
table { width: 100%; border-collapse: collapse; font-size: .925rem; }
caption { text-align: left; color: var(--dim); padding-bottom: .25rem; }
th, td { padding: .35rem .5rem .35rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--dim); font-weight: 600; overflow-wrap: normal; }
tbody th { font-weight: 400; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.value { font-family: ui-monospace, monospace; font-size: .875rem; unicode-bidi: isolate; }
.bar { position: relative; height: .75rem; min-width: 3rem; background: var(--ground); border: 1px solid var(--dim); border-radius: .25rem; }
.bar span { display: block; height: 100%; background: var(--accent); }
.bar i { position: absolute; top: -.25rem; bottom: -.25rem; border-left: 2px solid var(--text); }
.verdict { font-weight: 600; }
.good { color: var(--good); }
.bad { color: var(--bad); }
mark { background: var(--mark); color: var(--on-mark); padding: 0 .25rem; border-radius: .2rem; }
.fills { display: block; color: var(--dim); font-size: .85rem; }
article + article { margin-top: 1.5rem; padding-top: 1.5rem; border-top: 3px double var(--line); }
svg { display: block; width: 100%; max-width: 32rem; height: auto; }
svg text { fill: var(--dim); font-size: 11px; }
.axis { stroke: var(--line); }
.least { stroke: var(--bad); stroke-dasharray: 5 4; }
.curve { fill: none; stroke: var(--accent); stroke-width: 2; }
.point { fill: var(--accent); }
pre { max-height: 20rem; overflow: auto; font-size: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 40rem) {
  .wide thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .wide, .wide caption, .wide tbody, .wide tr, .wide th, .wide td { display: block; }
  svg text { font-size: 15px; }
  .wide tr { padding: .4rem 0; border-top: 1px solid var(--line); }
  .wide th, .wide td { padding: 0; border: 0; text-align: left; white-space: normal; }
  .wide [data-name]::before { content: attr(data-name) ': '; color: var(--dim); font-family: system-ui, sans-serif; }
}
@media (forced-colors: active) { .bar span { background: CanvasText; } .bar i { border-color: Highlight; } }
`;
