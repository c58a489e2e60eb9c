/** What a page of a web view is made of. */
export interface WebviewPage {
  readonly title: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** The origin of local resources, as the web view gives it. */
  readonly cspSource: string;
  /** New for each page. */
  readonly nonce: string;
  /** Told to the script by data attributes of the body, by attribute name. */
  readonly data: Readonly<Record<string, string>>;
}

/**
 * The HTML of a web view. The policy allows our script by its nonce, our style sheet by its origin,
 * and nothing else: no network, no inline handlers, no inline styles.
 */
export function renderWebviewPage(page: WebviewPage): string {
  const { title, scriptUri, styleUri, cspSource, nonce, data } = page;
  const policy = [
    "default-src 'none'",
    `style-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
  ].join('; ');
  const attributes = Object.entries(data)
    .map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`)
    .join('');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escapeHtml(styleUri)}">
<title>${escapeHtml(title)}</title>
</head>
<body${attributes}>
<main id="panel"></main>
<script nonce="${escapeHtml(nonce)}" src="${escapeHtml(scriptUri)}"></script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
