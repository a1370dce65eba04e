/** A text that is matched whole: exact, or with `*` for a run of characters without `/`. */
export interface Anchored {
  readonly text: string;
  matches(value: string): boolean;
}

const MAX_STARS = 3;

/** `*` stands for any characters but `/`; a closing `/**` for any path below. Everything else is literal. */
export function anchored(text: string): Anchored {
  const below = text.endsWith('/**');
  const parts = (below ? text.slice(0, -'/**'.length) : text).split('*').map(escaped);
  const expression = new RegExp(`^${parts.join('[^/]*')}${below ? '(?:/[^/]+)+' : ''}$`);
  return { text, matches: (value) => value.length <= 2048 && expression.test(value) };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** Why a text must not be used as a pattern; `undefined` when it may. */
type Refusal = string | undefined;

/** What every pattern must keep to, whatever it is matched against. */
function refuseForm(text: string): Refusal {
  if (/^\^|\$$|\.\*|\.\+|\\/.test(text))
    return 'write the whole text, with * for a part of it, not a regular expression';
  if ((text.replace(/\/\*\*$/, '').match(/\*/g) ?? []).length > MAX_STARS) return `use * at most ${MAX_STARS} times`;
  if (/\*\*/.test(text.replace(/\/\*\*$/, ''))) return 'use ** only as the closing /**';
  return undefined;
}

/** A repository of images: the registry and the first part of the path are named. */
export function refuseRepository(text: string): Refusal {
  const [registry = '', first = ''] = text.split('/');
  if (!/^[a-z0-9.-]+(:\d+)?$/i.test(registry) || !/[.:]|^localhost$/.test(registry))
    return 'name the registry first and without *, for instance registry.example.com/stoa/*';
  if (first === '' || /^\*/.test(first)) return 'name at least the first part of the path, * alone matches everything';
  return refuseForm(text);
}

/** A branch or a tag: the kind is fixed, and so is part of the name. */
export function refuseRef(text: string): Refusal {
  const name = /^refs\/(?:heads|tags)\/(.*)$/.exec(text)?.[1];
  if (name === undefined) return 'begin with refs/heads/ or refs/tags/';
  if (text.endsWith('/**')) return 'use * within one part of the name, not **';
  return /[a-zA-Z0-9]/.test(name) ? refuseForm(text) : 'name the branch or tag, * alone matches everything';
}

/** An address that is matched exactly. */
export function refuseExactUrl(text: string): Refusal {
  if (text.includes('*')) return 'write it exactly, without *';
  return URL.canParse(text) && /^https?:\/\/[^/]+/.test(text) ? refuseForm(text) : 'write an address, https://…';
}

/** A source repository: host and path, exactly. */
export function refuseSource(text: string): Refusal {
  return (
    refuseExactUrl(text) ?? (/^https?:\/\/[^/]+\/[^/]+/.test(text) ? undefined : 'name the project, not the host alone')
  );
}

/** A builder: host and project are named, the part that numbers runners or runs may vary. */
export function refuseBuilder(text: string): Refusal {
  if (text.endsWith('/**')) return 'use * within one part of the path, not **';
  return /^https?:\/\/[^/*]+\/[^/*]+/.test(text)
    ? refuseForm(text)
    : 'name the host and the first part of the path without *';
}

/** The subject of a certificate: a person or service exactly, or a project with the branch or tag it was built from. */
export function refuseSubject(text: string): Refusal {
  const at = text.lastIndexOf('@refs/');
  if (at < 0)
    return text.includes('*') ? 'write it exactly, or as https://project…@refs/heads/branch' : refuseForm(text);
  const project = text.slice(0, at);
  if (project.includes('*')) return 'name the project and its pipeline without *';
  return refuseSource(project) ?? refuseRef(text.slice(at + 1));
}
