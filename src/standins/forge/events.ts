import { messageOf } from '../../core/index.ts';
import type { Logger } from '../../core/index.ts';
import type { GitlabJson } from './gitlab-json.ts';
import { ZERO } from './protection.ts';
import type { RefUpdate } from './protection.ts';
import type { MergeRequestRow } from './store/merge-request-store.ts';
import type { ProjectRow, ProjectStore } from './store/project-store.ts';
import { deliver } from './webhooks.ts';
import type { Delivery, WebhookOptions } from './webhooks.ts';

export interface PushEvent {
  /** `group/name`. */
  readonly project: string;
  /** Clone URL. */
  readonly url: string;
  readonly refs: readonly RefUpdate[];
  readonly user: string;
}

export type PushHandler = (push: PushEvent) => void;

export interface EventOptions extends WebhookOptions {
  readonly url: string;
  readonly projects: ProjectStore;
  readonly json: GitlabJson;
}

/** Tells listeners in this process, and webhooks, what has happened. A listener that fails disturbs nobody. */
export class Events {
  readonly #options: EventOptions;
  readonly #handlers = new Set<PushHandler>();

  constructor(options: EventOptions) {
    this.#options = options;
  }

  subscribe(handler: PushHandler): Disposable {
    this.#handlers.add(handler);
    return { [Symbol.dispose]: () => void this.#handlers.delete(handler) };
  }

  pushed(project: ProjectRow, refs: readonly RefUpdate[], user: string): void {
    const { url, json, logger } = this.#options;
    const push = { project: project.path, url: `${url}/${project.path}.git`, refs, user };
    for (const handler of this.#handlers) call(() => handler(push), logger);
    for (const { ref, before, after } of refs.filter((one) => one.ref.startsWith('refs/heads/'))) {
      const shas = { before, after, checkout_sha: after === ZERO ? null : after };
      const place = { ref, project_id: project.id, project: json.hookProject(project) };
      const body = { object_kind: 'push', event_name: 'push', ...shas, ...place, user_username: user, commits: [] };
      this.#send(project, { event: 'Push Hook', body });
    }
  }

  mergeRequest(project: ProjectRow, row: MergeRequestRow, { action, user }: MergeRequestAction): void {
    const { url, json } = this.#options;
    const attributes = {
      ...{ id: row.id, iid: row.iid, title: row.title, description: row.description, state: row.state, action },
      ...{ source_branch: row.source, target_branch: row.target, last_commit: { id: row.sha } },
      ...{ merge_commit_sha: row.mergeCommit, url: `${url}/${project.path}/-/merge_requests/${row.iid}` },
    };
    const body = {
      object_kind: 'merge_request',
      event_type: 'merge_request',
      user: json.user(user),
      project: json.hookProject(project),
      object_attributes: attributes,
    };
    this.#send(project, { event: 'Merge Request Hook', body });
  }

  #send(project: ProjectRow, delivery: Delivery): void {
    for (const hook of this.#options.projects.hooks(project.id)) {
      const wanted = delivery.event === 'Push Hook' ? hook.pushEvents : hook.mergeRequestsEvents;
      if (wanted === 1) void deliver(hook, delivery, this.#options);
    }
  }
}

export interface MergeRequestAction {
  /** As GitLab names it: `open`, `update`, `approved`, `merge`, … */
  readonly action: string;
  readonly user: string;
}

function call(handler: () => void, logger: Logger): void {
  try {
    handler();
  } catch (error) {
    logger.error('a listener failed', { reason: messageOf(error) });
  }
}
