import { useId, useState } from 'react';
import type { ReactElement } from 'react';
import { ActionButton } from '../../components/action-button.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import type { Environment, FreezeRequest } from '../../lib/contract.ts';
import { api } from '../../lib/queries.ts';

const LENGTHS = [
  ['', 'until somebody lifts it'],
  ['1h', '1 hour'],
  ['4h', '4 hours'],
  ['12h', '12 hours'],
  ['48h', '2 days'],
  ['168h', '7 days'],
] as const;

/** Keeps everything out of an environment for a while. Shown to those who may do that somewhere. */
export function FreezeButton({ environments }: { readonly environments: readonly Environment[] }): ReactElement | null {
  const [asking, setAsking] = useState(false);
  const id = useId();
  const action = useAction((request: FreezeRequest) => api.freeze(request), 'It is frozen');
  const allowed = environments.filter(({ freeze }) => freeze.allowed);
  if (allowed.length === 0) return null;
  return (
    <>
      <ActionButton
        label="Freeze…"
        about="an environment"
        action={{ allowed: true }}
        busy={action.busy}
        onPress={() => setAsking(true)}
        icon="pause"
        kind="quiet"
      />
      {asking ? (
        <ReasonDialog
          title="Freeze an environment"
          confirm="Freeze"
          onConfirm={(reason, fields) => {
            const lasts = fields.get('lasts') ?? '';
            const request = { environment: fields.get('environment') ?? '', reason };
            action.press(lasts === '' ? request : { ...request, lasts });
          }}
          onClose={() => setAsking(false)}
        >
          <p>Nothing goes in but what takes a change back. Drift is put right all the same.</p>
          <label htmlFor={`${id}-environment`}>Environment</label>
          <select id={`${id}-environment`} name="environment" defaultValue={allowed.at(-1)?.name}>
            {allowed.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <label htmlFor={`${id}-lasts`}>For</label>
          <select id={`${id}-lasts`} name="lasts" defaultValue="4h">
            {LENGTHS.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </ReasonDialog>
      ) : null}
    </>
  );
}
