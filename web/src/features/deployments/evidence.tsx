import { useState } from 'react';
import type { ReactElement } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Notice, Skeleton } from '../../components/notice.tsx';
import type { Deployment, EvidenceRecord } from '../../lib/contract.ts';
import { useEvidence } from '../../lib/queries.ts';
import { factLines } from './fact-lines.ts';

/** Leads to the signed record of a deployment: shown here where the ledger can be read, else on the forge. */
export function Evidence({ deployment }: { readonly deployment: Deployment }): ReactElement | null {
  const [open, setOpen] = useState(false);
  const { evidence, service, environment, target } = deployment;
  if (evidence === undefined) return null;
  const label = (
    <>
      <Icon name="shield" />
      Evidence
      <span className="visually-hidden">
        {' '}
        of {service} {target.version} in {environment}
      </span>
    </>
  );
  if (!evidence.readable) {
    return evidence.href === undefined ? null : (
      <a href={evidence.href} target="_blank" rel="noreferrer">
        {label}
      </a>
    );
  }
  return (
    <>
      <button type="button" className="link" onClick={() => setOpen(true)}>
        {label}
      </button>
      {open ? (
        <Dialog title={`${service} ${target.version} in ${environment}`} onClose={() => setOpen(false)} wide>
          <RecordView promotion={deployment.promotion} href={evidence.href} />
        </Dialog>
      ) : null}
    </>
  );
}

interface RecordViewProps {
  readonly promotion: string;
  readonly href: string | undefined;
}

function RecordView({ promotion, href }: RecordViewProps): ReactElement {
  const { data, error } = useEvidence(promotion);
  if (data !== undefined) return <SignedRecord record={data} href={href} />;
  if (error === null) return <Skeleton rows={5} label="Loading the record" />;
  return (
    <Notice icon="warning" tone="bad" title="Cannot show the record">
      <p>{error.message}</p>
    </Notice>
  );
}

function SignedRecord({
  record,
  href,
}: {
  readonly record: EvidenceRecord;
  readonly href: string | undefined;
}): ReactElement {
  const { sequence, recordedAt, hash, previous, fact } = record;
  return (
    <>
      <p className="seal">
        <Icon name="shield" />
        <span>
          Record {sequence} of the ledger, signed and chained {new Date(recordedAt).toLocaleString()}. Prove it offline
          with <code>stoa-cd evidence verify</code>.
        </span>
      </p>
      <dl className="record">
        {factLines(fact).map(({ label, values, code }) => (
          <Line key={label} label={label} values={values} code={code} />
        ))}
        <Line label="This record" values={[hash]} code />
        <Line label="Record before" values={[previous]} code />
      </dl>
      {href === undefined ? null : (
        <p>
          <a href={href} target="_blank" rel="noreferrer">
            The signed envelope in Git
          </a>
        </p>
      )}
    </>
  );
}

interface LineProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly code: boolean;
}

function Line({ label, values, code }: LineProps): ReactElement {
  return (
    <div>
      <dt>{label}</dt>
      {values.map((value) => (
        <dd key={value}>{code ? <code>{value}</code> : value}</dd>
      ))}
    </div>
  );
}
