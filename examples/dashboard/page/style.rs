//! How the page looks, by day and by night, on a desk and on a phone.

pub(super) const STYLE: &str = "
:root { color-scheme: light dark; --page: #eef1f4; --card: #fff; --ink: #1b2733; --muted: #4a5a6a;
  --line: #dde3e9; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --page: #10161d; --card: #1a232d; --ink: #e4eaf0; --muted: #a9b6c3;
    --line: #34414e; --link: #85bdf5; }
}
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  max-width: 1280px; margin: 0 auto; padding: 24px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 0; }
h3 { font-size: 1rem; margin: 12px 0 0; padding-bottom: 4px; border-bottom: 2px solid var(--line); }
p { margin: 4px 0; color: var(--muted); }
section { margin: 40px 0 0; scroll-margin-top: 56px; }
ul { list-style: none; margin: 8px 0; padding: 0; }
a { color: var(--link); }
nav { position: sticky; top: 0; z-index: 2; background: var(--page); margin-top: 12px;
  border-bottom: 1px solid var(--line); overflow-x: auto; }
nav ul { display: flex; gap: 4px 20px; margin: 0; white-space: nowrap; }
nav a { display: block; padding: 10px 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }
.row { display: flex; flex-wrap: wrap; gap: 16px; margin-top: 16px; }
.row > * { flex: 1 1 100%; min-width: 0; margin: 0; padding: 16px 20px; background: var(--card);
  border-radius: 8px; box-shadow: 0 1px 3px #0002; }
.of2 > * { flex-basis: 500px; }
.of3 > * { flex-basis: 340px; }
.of4 > * { flex-basis: 200px; }
.kpi { border-left: 6px solid; }
.kpi h4, figcaption b { display: block; font-size: 0.9375rem; font-weight: 600; margin: 0; }
.kpi b { display: block; font-size: 1.6rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
figcaption, .kpi span, .note { font-size: 0.8125rem; color: var(--muted); }
figcaption { margin-bottom: 8px; }
.kpi span { display: block; }
figcaption b { color: var(--ink); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 0.875rem; }
.legend i { display: inline-block; width: 14px; height: 12px; margin-right: 6px; vertical-align: -1px; }
svg { width: 100%; height: auto; display: block; }
.of2 .wide { max-width: 720px; }
.of3 .wide { max-width: 480px; }
.narrow { display: none; max-width: 440px; }
details { margin-top: 8px; font-size: 0.875rem; }
summary { cursor: pointer; color: var(--link); padding: 4px 0; }
.scroll { overflow: auto; max-width: 100%; max-height: 340px; position: relative; }
table { border-collapse: collapse; min-width: 100%; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 4px 0 4px 12px; text-align: right; vertical-align: bottom;
  border-bottom: 1px solid var(--line); }
thead th { font-weight: 600; position: sticky; top: 0; background: var(--card); }
tbody th { font-weight: 400; }
tbody th, td { white-space: nowrap; }
th:first-child { text-align: left; padding-left: 0; }
.name { text-align: left; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media (max-width: 899px) {
  .wide { display: none; }
  .narrow { display: block; }
}
@media (max-width: 499px) {
  body { padding: 16px 10px; }
  header { padding: 0 4px; }
  .row { gap: 10px; margin-top: 10px; }
  .row > * { padding: 14px; }
  .of4 > * { flex-basis: 140px; }
  .kpi b { font-size: 1.3rem; }
  th, td { padding-left: 10px; }
  td.name { white-space: normal; min-width: 6rem; }
}
";
