import { Fragment } from 'react';
import type { ReactElement } from 'react';
import { Notice } from '../../components/notice.tsx';
import type { Overview, Service } from '../../lib/contract.ts';
import { boardRow, environmentRules } from './board-row.ts';
import { CellCard } from './cell-card.tsx';
import { Lane } from './lane.tsx';
import { PromotionCard } from './promotion-card.tsx';

/** Environments as columns, services as rows, and between the columns what is on its way. */
export function Board({ overview }: { readonly overview: Overview }): ReactElement {
  const { environments, services } = overview;
  if (services.length === 0) {
    return (
      <Notice icon="rocket" title="No service is delivered yet">
        <p>A Pipeline in the environments repository names a service and the environments that it goes through.</p>
      </Notice>
    );
  }
  const lanes = environments.slice(1).map(() => 'minmax(0, 1fr) minmax(0, 1fr)');
  return (
    <div className="board" style={{ gridTemplateColumns: ['minmax(0, 1fr)', ...lanes].join(' ') }}>
      <div className="board-head" aria-hidden="true">
        {environments.map((environment, index) => (
          <Fragment key={environment.name}>
            {index === 0 ? null : <span />}
            <div className="environment-head">
              <span className="environment-name">{environment.name}</span>
              <span className="environment-rules">{environmentRules(environment)}</span>
            </div>
          </Fragment>
        ))}
      </div>
      {services.map((service) => (
        <ServiceRow key={service.name} service={service} overview={overview} />
      ))}
    </div>
  );
}

function ServiceRow({ service, overview }: { readonly service: Service; readonly overview: Overview }): ReactElement {
  const row = boardRow(service, overview);
  const heading = `service-${service.name}`;
  return (
    <section className="service" aria-labelledby={heading} data-testid={heading}>
      <h3 id={heading}>{service.name}</h3>
      <ol className="service-row">
        {row.map((stop, index) => {
          const before = row[index - 1];
          return (
            <Fragment key={stop.environment.name}>
              {before === undefined ? null : <Lane service={service.name} before={before} stop={stop} />}
              <li className="stop">
                <CellCard service={service.name} stop={stop} />
                {before === undefined
                  ? stop.arriving.map((promotion) => <PromotionCard key={promotion.name} promotion={promotion} />)
                  : null}
              </li>
            </Fragment>
          );
        })}
      </ol>
    </section>
  );
}
