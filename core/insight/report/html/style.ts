/** The styles of the page: light or dark as the reader's system, and plain on paper. */

const LIGHT = `
--page:#f6f7f9;--card:#fff;--ink:#16191f;--soft:#59636f;--line:#e3e7ec;--zero:#9aa4b0;
--limit:#c4314b;--near:#9a6700;--under:#2362c9;
--c0:#2a6fdb;--c1:#e07a1f;--c2:#12917a;--c3:#bf3f86;--c4:#8259d0;--c5:#a88400;--c6:#3f8aa6;
--c7:#cf4a55;
--others:#6f7b88;--untagged:#adb6c1;`;
const DARK = `
--page:#0f1319;--card:#181d25;--ink:#e8ecf1;--soft:#9ba6b3;--line:#2a313c;--zero:#5b6572;
--limit:#ff7a8a;--near:#e8b339;--under:#6ea8ff;
--c0:#5b9bff;--c1:#ff9f4d;--c2:#3ec9aa;--c3:#ee7cb3;--c4:#b094ff;--c5:#dcbc3f;--c6:#6fbfdb;
--c7:#ff8088;
--others:#8a95a3;--untagged:#596472;`;

const COLORS = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'others', 'untagged']
  .map((name) => `path.${name}{fill:var(--${name})}.key.${name}{background:var(--${name})}`)
  .join('\n');

export const STYLE = `
:root{color-scheme:light;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
  font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;
  font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:40px 24px 56px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px;letter-spacing:-.02em}
h2{font-size:16px;margin:0 0 12px}
p{margin:0}
.lead{color:var(--soft);margin-bottom:24px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:16px;
  margin:0 0 16px}
.tile,section{background:var(--card);border:1px solid var(--line);border-radius:12px}
.tile{padding:16px 20px}
.tile dt{color:var(--soft);font-size:13px}
.tile dd{margin:2px 0 0;font-size:24px;font-weight:650;letter-spacing:-.02em}
.tile dd{overflow-wrap:anywhere}
.tile dd small{display:block;font-size:13px;font-weight:400;color:var(--soft);letter-spacing:0}
section{padding:20px 24px;margin-bottom:16px}
.plot{overflow-x:auto}
svg{display:block;width:100%;height:auto}
.plot svg{min-width:640px}
text{fill:var(--ink);font-size:12px}
.tick{fill:var(--soft)}
.end{text-anchor:end}
.middle{text-anchor:middle}
.total{font-size:24px;font-weight:650}
.grid{stroke:var(--line)}
.zero{stroke:var(--zero)}
.hover{fill:transparent}
.hover:hover{fill:var(--ink);fill-opacity:.06}
.line{fill:none;stroke:var(--under);stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}
.fill{fill:var(--under);fill-opacity:.13}
.dot{fill:var(--under)}
.limit{stroke:var(--limit);stroke-width:1.5;stroke-dasharray:6 4}
.limit-text{fill:var(--limit);font-weight:600}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;margin:12px 0 0;padding:0;
  font-size:13px}
.key{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:8px}
${COLORS}
.ring{display:grid;grid-template-columns:260px 1fr;gap:32px;align-items:center}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:6px 8px;text-align:right;border-bottom:1px solid var(--line);font-weight:400}
th:first-child{text-align:left;overflow-wrap:anywhere}
thead th{color:var(--soft);font-size:12px;white-space:nowrap}
tfoot th,tfoot td{font-weight:650;border-bottom:0}
.amounts td,.periods th{white-space:nowrap}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:16px}
.card{margin:0;padding:12px 14px;border:1px solid var(--line);border-radius:10px}
.card figcaption{display:flex;justify-content:space-between;gap:8px;margin-bottom:6px;
  overflow-wrap:anywhere}
.card .badge{font-size:13px;white-space:nowrap;color:var(--under)}
.card.near{--under:var(--near)}
.card.over{--under:var(--limit)}
.note{color:var(--soft);font-size:13px}
.remarks{margin:0;padding-left:18px;color:var(--soft);font-size:13px}
@media(max-width:640px){.ring{grid-template-columns:1fr}.ring svg{max-width:260px;margin:auto}}
@media print{
@page{margin:14mm}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{background:#fff;font-size:12px}
main{max-width:none;padding:0}
section,.tile{border-color:#ccd2d9}
section:not(.long),.tile,.card,tr{break-inside:avoid}
h2{break-after:avoid}
.plot{overflow:visible}
.plot svg{min-width:0}
}`.trim();
