import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface LoginPage {
  readonly client: string;
  readonly transaction: string;
  readonly name?: string;
  readonly error?: string;
  readonly users: readonly { readonly name: string; readonly groups: readonly string[] }[];
}

/** The form that asks for name and password. Names no secret, needs no script. */
export function loginPage({ client, transaction, name = '', error, users }: LoginPage): Html {
  const alert = error === undefined ? '' : html`<p class="alert" role="alert" id="error">${error}</p>`;
  const described = error === undefined ? '' : html`aria-describedby="error" aria-invalid="true"`;
  return page(
    `Sign in to ${client}`,
    html`
      ${alert}
      <form method="post" action="login">
        <input type="hidden" name="transaction" value="${transaction}" />
        <label for="username">User name</label>
        <input
          id="username"
          name="username"
          value="${name}"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required
          maxlength="64"
          ${name === '' ? 'autofocus' : ''}
          ${described}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          maxlength="256"
          ${name === '' ? '' : 'autofocus'}
          ${described}
        />
        <button type="submit">Sign in</button>
      </form>
      <section aria-labelledby="people">
        <h2 id="people">Development users</h2>
        <ul>
          ${users.map((user) => html`<li><b>${user.name}</b> <span>${user.groups.join(', ')}</span></li>`)}
        </ul>
        <p>stoa-cd printed their passwords when it started.</p>
      </section>
    `,
  );
}

/** What went wrong, for a person whose request cannot be sent back to the client. */
export function errorPage(message: string): Html {
  return page('Cannot sign in', html`<p class="alert" role="alert">${message}</p>`);
}

export function signedOutPage(): Html {
  return page('Signed out', html`<p>You are signed out. You can close this window.</p>`);
}

function page(title: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="login.css" />
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`;
}

export const STYLESHEET = `
:root { color-scheme: light dark; --ink: #1a212b; --soft: #555f6e; --line: #dddbd4; --ground: #f4f3ef; --card: #fff;
  --accent: #1b55b8; --on-accent: #fff; --bad: #a51d24; --bad-ground: #fde8e7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9eef4; --soft: #a4b0be; --line: #2c3744; --ground: #0f141b;
  --card: #171e27; --accent: #86b4ff; --on-accent: #0a1f42; --bad: #ff9f9f; --bad-ground: #3b171a; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(24rem, 100%); padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
h1 { margin: 0 0 1.25rem; font-size: 1.35rem; line-height: 1.25; }
h2 { margin: 1.75rem 0 .5rem; font-size: .95rem; }
label { display: block; margin: 0 0 .3rem; font-weight: 600; font-size: .95rem; }
input { width: 100%; margin: 0 0 1rem; padding: .6rem .7rem; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--soft); border-radius: 8px; }
button { width: 100%; padding: .7rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent);
  border: 0; border-radius: 8px; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.alert { margin: 0 0 1rem; padding: .7rem .9rem; color: var(--bad); background: var(--bad-ground); border-radius: 8px; }
ul { margin: 0; padding: 0; list-style: none; color: var(--soft); font-size: .9rem; }
li { display: grid; grid-template-columns: 4.5rem 1fr; }
li b { color: var(--ink); }
section p { margin: .5rem 0 0; color: var(--soft); font-size: .9rem; }
`;
