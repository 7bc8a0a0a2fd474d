/** What the page is made of; all but `style`, `header`, `columns` and `script` are text. */
export interface Parts {
  readonly title: string;
  readonly summary: string;
  readonly style: string;
  /** JSON. */
  readonly header: string;
  /** Deflated, base64. */
  readonly columns: string;
  readonly script: string;
}

/** A browser that keeps to this policy fetches nothing. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/** The page, in pieces. */
export const page = ({ title, summary, style, header, columns, script }: Parts): string[] => [
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>
${style}</style>
<header>
<div>
<h1>${escaped(title)}</h1>
<p>${escaped(summary)}</p>
</div>
<div role="group" aria-label="Zoom">${BUTTONS.map(([key, sign, name]) => `<button data-key="${key}" title="${name} (key ${key})" aria-label="${name}">${sign}</button>`).join('')}</div>
</header>
<nav>
<ul id="states" aria-label="Page states"></ul>
<ul id="marks" aria-label="Events"></ul>
</nav>
<main>
<canvas id="picture" tabindex="0" role="img" aria-label="${escaped(summary)}"></canvas>
<div id="tip" role="status" hidden></div>
<p id="trouble"></p>
</main>
<footer>Wheel: zoom in time; with Shift: in pages; with Alt: in both. Drag, or arrow keys: move. Point at anything: what it is.</footer>
<script type="application/json" id="header">`,
  // "</script" must not occur in a script.
  header.replaceAll('<', '\\u003c'),
  '</script>\n<script type="text/plain" id="columns">',
  columns,
  '</script>\n<script>\n',
  script.replaceAll('</script', '<\\/script'),
  '</script>\n</html>\n',
];

const BUTTONS = [
  ['-', '&minus;', 'zoom out in time'],
  ['+', '+', 'zoom in on time'],
  ['[', '&minus; pages', 'zoom out in pages'],
  [']', '+ pages', 'zoom in on pages'],
  ['0', 'all', 'show everything'],
] as const;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
