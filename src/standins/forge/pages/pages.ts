import { html } from 'hono/html';
import type { CommitInfo } from '../../../git/index.ts';
import type { FileDiff } from '../diff.ts';
import type { MergeRequestRow, NoteRow } from '../store/merge-request-store.ts';
import type { ProjectRow, StatusRow } from '../store/project-store.ts';
import { layout, patch, plainText } from './layout.ts';
import type { Html } from './layout.ts';

/** The projects that everybody may read. */
export function homePage(projects: readonly ProjectRow[]): Html {
  const items = projects.map(({ path }) => html`<li><a href="/${path}">${path}</a></li> `);
  return layout(
    'Projects',
    html`<h1>Projects</h1>
      <ul>
        ${items}
      </ul>`,
  );
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
    html`<p><a href="/">Projects</a></p>
      <h1>${project.path}</h1>
      <pre>git clone ${cloneUrl}</pre>
      <h2>Merge requests</h2>
      <ul>
        ${items.length === 0 ? html`<li>None yet.</li>` : items}
      </ul>`,
  );
}

export interface MergeRequestView {
  readonly project: ProjectRow;
  readonly row: MergeRequestRow;
  readonly approvers: readonly string[];
  readonly notes: readonly NoteRow[];
  readonly statuses: readonly StatusRow[];
  readonly diffs: readonly FileDiff[];
}

/** One merge request: read only; what may be done with it is on the page of stoa-cd. */
export function mergeRequestPage(view: MergeRequestView): Html {
  const { project, row, approvers, notes, statuses, diffs } = view;
  const checks = statuses.map(
    ({ name, state, description }) => html`<li>${name}: ${state}. ${description ?? ''}</li> `,
  );
  return layout(
    `!${row.iid} ${row.title}`,
    html`<p><a href="/${project.path}">${project.path}</a></p>
      <h1>${row.title} <span class="state">${row.state}</span></h1>
      <p>
        !${row.iid} by ${row.author}: <code>${row.source}</code> into <code>${row.target}</code> at
        <a href="/${project.path}/-/commit/${row.sha}">${row.sha.slice(0, 8)}</a>. Approved by
        ${approvers.length === 0 ? 'nobody yet' : approvers.join(', ')}.
        ${row.mergedBy === null ? '' : `Merged by ${row.mergedBy}.`}
      </p>
      ${plainText(row.description)}
      <ul>
        ${checks}
      </ul>
      ${notes.map(
        ({ author, body }) =>
          html`<h3>${author}</h3>
            ${plainText(body)}`,
      )}
      ${changes(diffs)}`,
  );
}

/** One commit. */
export function commitPage(project: ProjectRow, commit: CommitInfo, diffs: readonly FileDiff[]): Html {
  const { sha, author, message } = commit;
  return layout(
    sha.slice(0, 8),
    html`<p><a href="/${project.path}">${project.path}</a></p>
      <h1>${message.split('\n')[0]}</h1>
      <p>${sha} by ${author.name}, ${new Date(author.at).toISOString()}</p>
      ${plainText(message)} ${changes(diffs)}`,
  );
}

function changes(diffs: readonly FileDiff[]): Html {
  const files = diffs.map(
    ({ newPath, diff }) =>
      html`<h3>${newPath}</h3>
        ${patch(diff)}`,
  );
  return html`<h2>Changes</h2>
    ${files.length === 0 ? html`<p>None.</p>` : files}`;
}
