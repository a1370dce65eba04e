import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { createApi } from './api.ts';
import type { ApiProblem } from './api.ts';
import type { ApplicationDetail, EvidenceRecord, Me, Overview } from './contract.ts';
import { follow } from './live.ts';
import type { LiveState } from './live.ts';

export const api = createApi((input, init) => fetch(input, init));

const ME = ['me'] as const;
const OVERVIEW = ['overview'] as const;
const application = (name: string) => ['application', name] as const;

export function useMe(): UseQueryResult<Me, ApiProblem> {
  return useQuery<Me, ApiProblem>({ queryKey: ME, queryFn: () => api.me(), staleTime: Infinity });
}

/** The board, kept up to date by {@link useLive}. */
export function useOverview(): UseQueryResult<Overview, ApiProblem> {
  return useQuery<Overview, ApiProblem>({ queryKey: OVERVIEW, queryFn: () => api.overview(), staleTime: Infinity });
}

export function useApplication(name: string): UseQueryResult<ApplicationDetail, ApiProblem> {
  return useQuery<ApplicationDetail, ApiProblem>({ queryKey: application(name), queryFn: () => api.application(name) });
}

/** A record never changes once it is there. */
export function useEvidence(promotion: string): UseQueryResult<EvidenceRecord, ApiProblem> {
  return useQuery<EvidenceRecord, ApiProblem>({
    queryKey: ['evidence', promotion],
    queryFn: () => api.evidence(promotion),
    staleTime: Infinity,
  });
}

/** Follows the server's events for as long as the component is shown. */
export function useLive(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(
    () =>
      follow({
        open: () => new EventSource('/api/v1/events'),
        onOverview: (overview) => client.setQueryData(OVERVIEW, overview),
        onApplication: (name) => void client.invalidateQueries({ queryKey: application(name) }),
        onState: setState,
        onRefused: () => void client.invalidateQueries({ queryKey: ME }),
        after: (ms, run) => {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      }),
    [client],
  );
  return state;
}

/** A verb. The board follows by itself; a session that is over shows the sign-in screen. */
export function useVerb<Answer, Input = void>(
  run: (input: Input) => Promise<Answer>,
): UseMutationResult<Answer, ApiProblem, Input> {
  const client = useQueryClient();
  return useMutation<Answer, ApiProblem, Input>({
    mutationFn: run,
    onError: (error) => {
      if (error.status === 401) void client.invalidateQueries({ queryKey: ME });
    },
  });
}
