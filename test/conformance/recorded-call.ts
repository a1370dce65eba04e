import { pathToFileURL } from 'node:url';

/** One assertion of a recorded call, in the notation of the cases. */
export type Expectation = Readonly<Record<string, unknown>>;

export type Verdict =
  | { readonly passed: true }
  | { readonly passed: false; readonly complaints: readonly string[] }
  /** Nothing of ours has the job of the function that was recorded. */
  | { readonly skipped: string };

type Answer = (value: unknown, name: string, args: readonly unknown[]) => unknown;

interface Checker {
  check(
    results: unknown,
    expect: readonly Expectation[],
    options: { readonly get?: Answer; readonly parse?: (text: string) => unknown },
  ): readonly string[];
}

let checker: Promise<Checker> | undefined;

/** Holds results against a case's list of assertions, with the reference reading of the notation that lies beside the cases. */
export async function checkExpectations(
  results: unknown,
  expect: readonly Expectation[],
  get: Answer = () => undefined,
): Promise<readonly string[]> {
  const folder = process.env['CONFORMANCE_CASES'] ?? '../shared/conformance';
  checker ??= import(new URL('expect.mjs', pathToFileURL(`${process.cwd()}/${folder}/`)).href) as Promise<Checker>;
  return (await checker).check(results, expect, { get });
}
