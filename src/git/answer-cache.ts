const MOST_BYTES = 32 * 1024 * 1024;
const LARGEST = MOST_BYTES / 8;

/** Answers that never change, since everything they were asked about is named by its hash. The oldest ones go first. */
export class AnswerCache {
  readonly #answers = new Map<string, Buffer>();
  #bytes = 0;

  get(question: readonly string[]): Buffer | undefined {
    const key = question.join('\0');
    const answer = this.#answers.get(key);
    if (answer === undefined) return undefined;
    this.#answers.delete(key); // Asked again: the newest.
    this.#answers.set(key, answer);
    return answer;
  }

  put(question: readonly string[], answer: Buffer): void {
    const key = question.join('\0');
    if (answer.length > LARGEST || this.#answers.has(key)) return;
    this.#answers.set(key, answer);
    this.#bytes += sizeOf(key, answer);
    for (const [oldest, value] of this.#answers) {
      if (this.#bytes <= MOST_BYTES) return;
      this.#answers.delete(oldest);
      this.#bytes -= sizeOf(oldest, value);
    }
  }

  clear(): void {
    this.#answers.clear();
    this.#bytes = 0;
  }
}

function sizeOf(key: string, answer: Buffer): number {
  return key.length + answer.length + 100;
}
