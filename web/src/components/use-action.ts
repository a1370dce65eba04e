import { useVerb } from '../lib/queries.ts';
import { useTell } from './toasts.tsx';

/** Runs a verb once at a time and tells what became of it. */
export function useAction<Input = void>(
  run: (input: Input) => Promise<unknown>,
  done: string,
): { readonly busy: boolean; readonly press: (input: Input) => void } {
  const tell = useTell();
  const verb = useVerb<unknown, Input>(run);
  return {
    busy: verb.isPending,
    press: (input) =>
      verb.mutate(input, {
        onSuccess: () => tell.done(done),
        onError: (error) => tell.failed(error.message),
      }),
  };
}
