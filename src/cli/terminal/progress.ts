import { systemClock } from '../../core/index.ts';
import type { Clock } from '../../core/index.ts';
import type { Terminal } from './terminal.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Shows steps as they run: a spinner on a terminal, one line a step elsewhere. */
export class Progress implements Disposable {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  #timer: Disposable | undefined;
  #frame = 0;
  #current: { readonly label: string; readonly since: number; detail: string } | undefined;

  constructor(terminal: Terminal, clock: Clock = systemClock) {
    this.#terminal = terminal;
    this.#clock = clock;
  }

  /** Runs `work` as one step; `tell` replaces the remark shown beside the label. */
  async step<T>(label: string, work: (tell: (detail: string) => void) => Promise<T>): Promise<T> {
    const current = { label, since: this.#clock.now(), detail: '' };
    this.#current = current;
    this.#spin();
    try {
      const result = await work((detail) => (current.detail = detail));
      this.#finish('✔', current);
      return result;
    } catch (error) {
      this.#finish('✘', current);
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#clear();
  }

  #spin(): void {
    if (!this.#terminal.interactive) return;
    this.#clear();
    if (this.#current !== undefined) {
      const { label, since, detail } = this.#current;
      const frame = FRAMES[this.#frame++ % FRAMES.length] ?? '';
      const line = `${frame} ${label} ${seconds(this.#clock.now() - since)} ${detail}`;
      process.stderr.write(line.slice(0, this.#terminal.columns - 1));
      this.#timer = this.#clock.after(100, () => this.#spin());
    }
  }

  #finish(mark: '✔' | '✘', step: { readonly label: string; readonly since: number; readonly detail: string }): void {
    this.#current = undefined;
    this.#timer?.[Symbol.dispose]();
    this.#clear();
    const { green, red, dim } = this.#terminal.colors;
    const time = dim(seconds(this.#clock.now() - step.since));
    this.#terminal.err(`${mark === '✔' ? green(mark) : red(mark)} ${step.label} ${time} ${dim(step.detail)}`.trimEnd());
  }

  #clear(): void {
    if (this.#terminal.interactive) process.stderr.write('\r\u001b[2K');
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
