/**
 * Workloads that become ready without a container runtime: controllers, scheduler and kubelet as seen through the
 * Kubernetes API, driven by a scenario.
 * @module
 */
export { startSimulator } from './simulator.ts';
export { defaultScenario, parseScenario } from './scenario/scenario.ts';
export type { SimulatorOptions } from './simulator.ts';
export type { Behaviour, Scenario, ScenarioRule } from './scenario/scenario.ts';
