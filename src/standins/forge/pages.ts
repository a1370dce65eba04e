import { html } from 'hono/html';
import type { MergeRequestRow, NoteRow, ProjectRow } from './database.ts';

type Html = ReturnType<typeof html>;

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  pre { overflow-x: auto; padding: 1rem; border: 1px solid #8884; border-radius: 6px; font-size: 13px; white-space: pre-wrap; }
  .state { border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6rem; font-size: 13px; }
  li { margin: .3rem 0; } a { color: LinkText; }
`;

export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

function layout(title: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        ${content}
      </body>
    </html>`;
}

/** The list of a project's merge requests. */
export function projectPage(project: ProjectRow, rows: readonly MergeRequestRow[], cloneUrl: string): Html {
  const items = rows.map(
    (row) =>
      html`<li>
        <a href="/${project.path}/-/merge_requests/${row.iid}">!${row.iid} ${row.title}</a>
        <span class="state">${row.state}</span>
      </li>`,
  );
  return layout(
    project.path,
    html`<h1>${project.path}</h1>
      <pre>git clone ${cloneUrl}</pre>
      <h2>Merge requests</h2>
      <ul>
        ${items}
      </ul>`,
  );
}

export interface MergeRequestView {
  readonly project: ProjectRow;
  readonly row: MergeRequestRow;
  readonly approvers: readonly string[];
  readonly notes: readonly NoteRow[];
  readonly diff: string;
}

/** One merge request: read only; what may be done with it is on the page of stoa-cd. */
export function mergeRequestPage({ project, row, approvers, notes, diff }: MergeRequestView): Html {
  const visible = (text: string): string => text.replace(/<!--[\s\S]*?-->/g, '').trim();
  return layout(
    `!${row.iid} ${row.title}`,
    html`<p><a href="/${project.path}">${project.path}</a></p>
      <h1>${row.title} <span class="state">${row.state}</span></h1>
      <p>
        !${row.iid} by ${row.author}: ${row.source} into ${row.target}. Approved by
        ${approvers.join(', ') || 'nobody yet'}.
      </p>
      <pre>${visible(row.description)}</pre>
      ${notes.map(
        (note) =>
          html`<h3>${note.author}</h3>
            <pre>${visible(note.body)}</pre>`,
      )}
      <h2>Changes</h2>
      <pre>${diff}</pre>`,
  );
}
