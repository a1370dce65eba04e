import { MergeRequestStore } from './merge-request-store.ts';
import { ProjectStore } from './project-store.ts';
import { Sql } from './sql.ts';

/** What the forge knows beside its Git repositories. */
export class ForgeDatabase implements Disposable {
  readonly projects: ProjectStore;
  readonly mergeRequests: MergeRequestStore;
  readonly #sql: Sql;

  constructor(file: string) {
    this.#sql = new Sql(file);
    this.projects = new ProjectStore(this.#sql);
    this.mergeRequests = new MergeRequestStore(this.#sql);
  }

  [Symbol.dispose](): void {
    this.#sql[Symbol.dispose]();
  }
}
