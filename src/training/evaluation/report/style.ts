import { CHART_DARK_STYLE } from '../../charts/index.js';

/** CSS of the page, for light and dark, wide and narrow, screen and paper. */
export const PAGE_STYLE: string = `
:root{color-scheme:light dark;--ground:#fff;--raised:#f3f5f7;--text:#1d2126;--quiet:#535b64;--line:#c6ccd2;
  --accent:#0068a3;--good:#006b4e;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ground:#14171a;--raised:#1d2226;--text:#e6e8ea;--quiet:#a9b1b9;
  --line:#414950;--accent:#6bbdf0;--good:#4fcf9f;--bad:#ff8f86}}
${CHART_DARK_STYLE}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);
  font:1rem/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:76rem;margin:0 auto;padding:0 1rem}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;padding:.5rem 1rem;background:var(--ground)}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
h1{font-size:1.7rem;line-height:1.2;margin:1.5rem 0 .5rem}
h2{font-size:1.3rem;margin:2.5rem 0 .5rem;padding-top:1rem;border-top:2px solid var(--line)}
h3{font-size:1.05rem;margin:1.5rem 0 .4rem}
p{margin:.4rem 0;max-width:65ch}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr));gap:.4rem 1.5rem;margin:.8rem 0}
dt{color:var(--quiet);font-size:.85rem}
dd{margin:0}
code,.code{font:.87em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;margin:.5rem 0;padding:0}
nav a{display:inline-block;padding:.25rem 0}
.scroll{overflow-x:auto;margin:.8rem 0}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
caption{text-align:left;color:var(--quiet);padding-bottom:.3rem}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{vertical-align:bottom;border-bottom:2px solid var(--line);background:var(--raised)}
tbody th{font-weight:600}
.number{text-align:right;white-space:nowrap}
.interval{color:var(--quiet);white-space:nowrap}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem}
figure{margin:.5rem 0}
figcaption{color:var(--quiet);font-size:.88rem;max-width:60ch}
svg.chart{display:block;width:100%;max-width:36rem;height:auto}
.passed{color:var(--good);font-weight:600}
.failed{color:var(--bad);font-weight:600}
.confusion td{text-align:right;min-width:2.4rem;
  background:color-mix(in srgb,var(--accent) calc(var(--share,0)*45%),transparent)}
.confusion td.same{outline:2px solid var(--quiet);outline-offset:-2px}
.confusion thead th{max-width:2.6rem}
ul.code{margin:0;padding-left:1.1rem}
.confusion thead span{display:inline-block;writing-mode:vertical-rl;max-height:14rem}
details{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:0 .8rem}
summary{cursor:pointer;padding:.5rem 0}
details[open]>summary{border-bottom:1px solid var(--line)}
footer{color:var(--quiet);font-size:.88rem;margin-top:3rem;padding-bottom:2rem}
@media print{.scroll{overflow:visible}h2{break-after:avoid}figure{break-inside:avoid}}
`;
