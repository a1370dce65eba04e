import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

export type Html = ReturnType<typeof html>;

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  pre { overflow-x: auto; padding: 1rem; border: 1px solid #8884; border-radius: 6px; font-size: 13px; }
  pre.text { white-space: pre-wrap; }
  .state { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6rem; font-size: 13px; }
  li { margin: .3rem 0; } a { color: LinkText; } ins { text-decoration: none; color: #2a7d2e; }
  del { text-decoration: none; color: #c0392b; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export const PAGE_HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** A whole document. What is interpolated into `html` is escaped. */
export function layout(title: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        ${content}
      </body>
    </html>`;
}

const MAX_SHOWN = 500_000;

/** Text as its author wrote it, without remarks that are hidden in comments. */
export function plainText(text: string): Html {
  const shown = text.replace(/<!--[\s\S]*?-->/g, '').trim();
  return html`<pre class="text">${shown.slice(0, MAX_SHOWN)}</pre>`;
}

/** A patch with added and removed lines in colours. */
export function patch(text: string): Html {
  const lines = text.slice(0, MAX_SHOWN).split('\n').map(line);
  return html`<pre>${lines}</pre>`;
}

function line(text: string): Html {
  if (text.startsWith('+')) return html`<ins>${text}</ins>${'\n'}`;
  if (text.startsWith('-')) return html`<del>${text}</del>${'\n'}`;
  return html`${text}${'\n'}`;
}
