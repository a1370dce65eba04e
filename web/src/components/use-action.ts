import { useVerb } from '../lib/queries.ts';
import { useTell } from './toasts.tsx';

/** Runs a verb once at a time and tells what became of it. */
export function useAction(
  run: () => Promise<unknown>,
  done: string,
): { readonly busy: boolean; readonly press: () => void } {
  const tell = useTell();
  const verb = useVerb(run);
  return {
    busy: verb.isPending,
    press: () =>
      verb.mutate(undefined, {
        onSuccess: () => tell.done(done),
        onError: (error) => tell.failed(error.message),
      }),
  };
}
