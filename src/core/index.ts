/**
 * What every domain builds on: errors, time, ids, logging, JSON and YAML. Imports no other domain.
 * @module
 */
export { AppError, RefusedError, UsageError, messageOf } from './errors.ts';
export { preAuthenticationEncoding } from './dsse.ts';
export { parseDuration } from './duration.ts';
export { isWindowOpen, windowFault } from './time-window.ts';
export { formatTime, sleep, systemClock } from './clock.ts';
export { VirtualClock } from './virtual-clock.ts';
export { backoff } from './backoff.ts';
export { randomIds, randomSecret } from './ids.ts';
export { createLogger, silentLogger } from './logger.ts';
export { canonicalJson, isJsonObject, jsonEqual, toJson } from './json.ts';
export { YamlError, formatYaml, parseYaml } from './yaml.ts';
export type { AppErrorOptions } from './errors.ts';
export type { BackoffOptions } from './backoff.ts';
export type { Clock } from './clock.ts';
export type { Fetch } from './fetch.ts';
export type { Ids } from './ids.ts';
export type { JsonObject, JsonValue } from './json.ts';
export type { TimeWindow } from './time-window.ts';
export type { LogLevel, Logger } from './logger.ts';
