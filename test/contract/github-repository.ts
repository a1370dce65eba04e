import { commitTree, mergeTree, openRepository, runGit } from '../../src/git/index.ts';
import type { LocalRepository } from '../../src/git/index.ts';
import { GithubError, invalid } from './github-errors.ts';

interface User {
  readonly login: string;
}

interface Place {
  readonly ref: string;
  readonly sha: string;
  readonly label: string;
  readonly repo: { readonly id: number; readonly full_name: string };
}

export interface GithubPull {
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly state: 'open' | 'closed';
  readonly draft: boolean;
  readonly head: Place;
  readonly base: Place;
  readonly user: User;
  readonly labels: readonly { readonly name: string }[];
  readonly html_url: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly merged: boolean;
  readonly merged_at: string | null;
  readonly merged_by: User | null;
  readonly merge_commit_sha: string | null;
  readonly mergeable: boolean | null;
}

interface Review {
  readonly id: number;
  readonly user: User;
  readonly state: string;
  readonly commit_id: string;
  readonly submitted_at: string;
}

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: User;
  readonly created_at: string;
}

interface Status {
  readonly context: string;
  readonly state: string;
  readonly description: string | null;
  readonly target_url: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

export interface GithubRepositoryOptions {
  readonly name: string;
  readonly url: string;
  readonly directory: string;
  readonly maintainer: string;
}

const now = (): string => new Date().toISOString();
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A repository with its pull requests, as GitHub keeps them. The address for Git belongs to the maintainer. */
export class GithubRepository implements AsyncDisposable {
  readonly #options: GithubRepositoryOptions;
  readonly #git: LocalRepository;
  readonly #pulls = new Map<number, GithubPull>();
  readonly #reviews = new Map<number, Review[]>();
  readonly #comments = new Map<number, Comment[]>();
  readonly #statuses = new Map<string, Map<string, Status>>();
  /** Heads and bases whose mergeability was asked for: the next answer has it. */
  readonly #asked = new Set<string>();
  #ids = 0;

  constructor(options: GithubRepositoryOptions) {
    this.#options = options;
    this.#git = openRepository(options.directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#git[Symbol.asyncDispose]();
  }

  async pulls(filter: {
    readonly state: string;
    readonly head: string | undefined;
    readonly base: string | undefined;
  }): Promise<readonly GithubPull[]> {
    for (const number of this.#pulls.keys()) await this.#follow(number);
    return [...this.#pulls.values()].filter(
      ({ state, head, base }) =>
        (filter.state === 'all' || filter.state === state) &&
        (filter.head === undefined || filter.head === head.label) &&
        (filter.base === undefined || filter.base === base.ref),
    );
  }

  /** As GitHub does, a first look at a head only begins to try the merge. */
  async pull(number: number): Promise<GithubPull> {
    const pull = await this.#follow(number);
    if (pull.state !== 'open') return pull;
    const target = await this.#branch(pull.base.ref);
    const key = `${pull.head.sha} ${target ?? ''}`;
    const isKnown = this.#asked.has(key);
    this.#asked.add(key);
    return { ...pull, mergeable: isKnown ? await this.#merges(pull) : null };
  }

  async open({ title, body, head, base, draft, user }: Fields): Promise<GithubPull> {
    const source = await this.#place(text(head));
    const target = await this.#place(text(base));
    if (source === undefined) throw invalid({ resource: 'PullRequest', field: 'head', code: 'invalid' });
    if (target === undefined) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
    const [same] = await this.pulls({ state: 'open', head: source.label, base: target.ref });
    const custom = { resource: 'PullRequest', code: 'custom' };
    if (same !== undefined) throw invalid({ ...custom, message: `A pull request already exists for ${source.label}.` });
    if (await this.#git.isAncestor(source.sha, target.sha))
      throw invalid({ ...custom, message: `No commits between ${target.ref} and ${source.ref}` });
    const number = ++this.#ids;
    const place = { head: source, base: target, html_url: `${this.#options.url}/${this.#options.name}/pull/${number}` };
    const who = { user: { login: text(user) }, merged: false, merged_at: null, merged_by: null };
    const time = { created_at: now(), updated_at: now() };
    const state = { state: 'open' as const, draft: draft === true, labels: [], mergeable: null };
    // Of an open one it is a try, which is no merge of anything.
    const pull = { number, title: text(title), body: text(body) || null, merge_commit_sha: 'f'.repeat(40) };
    this.#pulls.set(number, { ...pull, ...place, ...who, ...time, ...state });
    return this.#known(number);
  }

  async edit(number: number, { title, body, state }: Fields): Promise<GithubPull> {
    const pull = await this.#follow(number);
    if (state === 'open' && pull.merged) throw invalid({ resource: 'PullRequest', field: 'state', code: 'invalid' });
    return this.#change(number, {
      ...(title === undefined ? {} : { title: text(title) }),
      ...(body === undefined ? {} : { body: text(body) }),
      ...(state === undefined ? {} : { state: state === 'closed' ? 'closed' : 'open' }),
    });
  }

  async merge(number: number, { sha, merge_method: method, commit_title: title, user }: Fields): Promise<string> {
    const pull = await this.#follow(number);
    if (method !== 'merge') throw new GithubError(405, 'Only merge commits are allowed on this repository');
    if (text(user) !== this.#options.maintainer)
      throw new GithubError(405, "You're not authorized to push to this branch.");
    if (pull.state !== 'open' || pull.draft) throw new GithubError(405, 'Pull Request is not mergeable');
    if (sha !== undefined && sha !== pull.head.sha)
      throw new GithubError(409, 'Head branch was modified. Review and try the merge again.');
    const before = (await this.#branch(pull.base.ref)) ?? '';
    const tree = await mergeTree(this.#options.directory, { ours: before, theirs: pull.head.sha });
    if (tree === undefined) throw new GithubError(405, 'Pull Request is not mergeable');
    const message = text(title) || `Merge pull request #${number} from ${pull.head.label}`;
    const author = { name: text(user), email: 'noreply@github.com' };
    const parents = [before, pull.head.sha];
    const commit = await commitTree(this.#options.directory, { tree, parents, message, author, at: Date.now() });
    const args = ['update-ref', `refs/heads/${pull.base.ref}`, commit, before];
    await runGit({ args, directory: this.#options.directory });
    this.#merged(number, { by: text(user), commit });
    return commit;
  }

  reviews(number: number): readonly Review[] {
    return this.#reviews.get(number) ?? [];
  }

  review(pull: GithubPull, { event, commit_id: commit, user }: Fields): Review {
    if (event === 'APPROVE' && pull.user.login === user)
      throw new GithubError(422, 'Unprocessable Entity', ['Can not approve your own pull request']);
    const states = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' };
    const review = {
      ...{ id: ++this.#ids, user: { login: text(user) }, submitted_at: now() },
      ...{ state: states[event as keyof typeof states], commit_id: text(commit) || pull.head.sha },
    };
    this.#reviews.set(pull.number, [...this.reviews(pull.number), review]);
    this.#change(pull.number, {});
    return review;
  }

  /** GitHub changes the review itself. */
  dismiss(number: number, id: number): Review {
    const review = this.reviews(number).find((one) => one.id === id);
    if (review === undefined) throw new GithubError(404, 'Not Found');
    const dismissed = { ...review, state: 'DISMISSED' };
    this.#reviews.set(
      number,
      this.reviews(number).map((one) => (one.id === id ? dismissed : one)),
    );
    return dismissed;
  }

  comments(number: number): readonly Comment[] {
    return this.#comments.get(number) ?? [];
  }

  comment(number: number, { body, user }: Fields): Comment {
    const comment = { id: ++this.#ids, body: text(body), user: { login: text(user) }, created_at: now() };
    this.#comments.set(number, [...this.comments(number), comment]);
    this.#change(number, {});
    return comment;
  }

  editComment(id: number, body: string, user: string): Comment {
    for (const [number, comments] of this.#comments) {
      const comment = comments.find((one) => one.id === id);
      if (comment === undefined) continue;
      if (comment.user.login !== user) throw new GithubError(403, 'Must have admin rights to Repository.');
      const edited = { ...comment, body };
      this.#comments.set(
        number,
        comments.map((one) => (one.id === id ? edited : one)),
      );
      return edited;
    }
    throw new GithubError(404, 'Not Found');
  }

  label(number: number, labels: readonly string[]): readonly { readonly name: string }[] {
    return this.#change(number, { labels: labels.map((name) => ({ name })) }).labels;
  }

  setStatus(sha: string, { context, state, description, target_url: target }: Fields): Status {
    if (!['error', 'failure', 'pending', 'success'].includes(text(state)))
      throw invalid({
        resource: 'Status',
        field: 'state',
        code: 'custom',
        message: 'state is not included in the list',
      });
    if (text(description).length > 140)
      throw invalid({ resource: 'Status', field: 'description', code: 'custom', message: 'description is too long' });
    const status = { context: text(context) || 'default', state: text(state) };
    const texts = { description: text(description) || null, target_url: text(target) || null };
    const known = this.#statuses.get(sha) ?? new Map<string, Status>();
    this.#statuses.set(sha, known.set(status.context, { ...status, ...texts }));
    return { ...status, ...texts };
  }

  statuses(sha: string): readonly Status[] {
    return [...(this.#statuses.get(sha)?.values() ?? [])];
  }

  #known(number: number): GithubPull {
    const pull = this.#pulls.get(number);
    if (pull === undefined) throw new GithubError(404, 'Not Found');
    return pull;
  }

  #change(number: number, change: Partial<GithubPull>): GithubPull {
    const changed = { ...this.#known(number), ...change, updated_at: now() };
    this.#pulls.set(number, changed);
    return changed;
  }

  #merged(number: number, { by, commit }: { readonly by: string; readonly commit: string | null }): void {
    const who = { merged_by: { login: by }, merged_at: now(), merge_commit_sha: commit };
    this.#change(number, { state: 'closed', merged: true, ...who });
  }

  /** Takes over the present head, and notices a merge by a push. */
  async #follow(number: number): Promise<GithubPull> {
    const pull = this.#known(number);
    if (pull.state !== 'open') return pull;
    const sha = await this.#branch(pull.head.ref);
    if (sha === undefined) return this.#change(number, { state: 'closed' });
    if (sha !== pull.head.sha) this.#change(number, { head: { ...pull.head, sha } });
    const target = await this.#branch(pull.base.ref);
    if (target !== undefined && (await this.#git.isAncestor(sha, target)))
      this.#merged(number, { by: this.#options.maintainer, commit: target });
    return this.#known(number);
  }

  async #merges(pull: GithubPull): Promise<boolean> {
    const ours = (await this.#branch(pull.base.ref)) ?? '';
    return (await mergeTree(this.#options.directory, { ours, theirs: pull.head.sha })) !== undefined;
  }

  async #place(label: string): Promise<Place | undefined> {
    const { name } = this.#options;
    const ref = label.split(':').at(-1) ?? '';
    const sha = await this.#branch(ref);
    const repo = { id: 7, full_name: name };
    return sha === undefined ? undefined : { ref, sha, repo, label: `${name.split('/')[0] ?? ''}:${ref}` };
  }

  #branch(name: string): Promise<string | undefined> {
    return this.#git.resolve(`refs/heads/${name}`);
  }
}
