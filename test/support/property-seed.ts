import fc from 'fast-check';

/** Property tests draw the same examples every time, others with `STOA_CD_SEED`. */
const SEED = Number(process.env['STOA_CD_SEED'] ?? 20_251_123);

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });
