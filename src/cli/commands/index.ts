import type { Command } from '../command.ts';
import { breakGlass, quarantineLift, review } from './break-glass.ts';
import { ci } from './ci.ts';
import { approve, deploy } from './decide.ts';
import { demo } from './demo.ts';
import { drift } from './drift.ts';
import { freeze, unfreeze } from './freeze.ts';
import { evidenceCoverage } from './evidence-coverage.ts';
import { evidenceExport } from './evidence-export.ts';
import { evidenceShow } from './evidence-show.ts';
import { evidenceVerify } from './evidence.ts';
import { init } from './init.ts';
import { kpi } from './kpi.ts';
import { preview } from './preview.ts';
import { promote } from './promote.ts';
import { release } from './release.ts';
import { renderCommand } from './render.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';
import { up } from './up.ts';
import { validateCommand } from './validate.ts';
import { verify } from './verify.ts';

/** Every command, in the order that help lists them. */
export const commands: readonly Command[] = [
  up,
  demo,
  init,
  renderCommand,
  preview,
  validateCommand,
  ci,
  verify,
  release,
  promote,
  approve,
  deploy,
  rollback,
  freeze,
  unfreeze,
  breakGlass,
  review,
  quarantineLift,
  status,
  drift,
  kpi,
  evidenceShow,
  evidenceVerify,
  evidenceCoverage,
  evidenceExport,
];
