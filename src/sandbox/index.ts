/**
 * `effect-iru/sandbox`: a tenant on this machine, for tests and for trying things out.
 *
 * @packageDocumentation
 */
export type { Fault, FaultAnswer, Target } from "./internal/faults.js"
export type { RequestRecord } from "./internal/requestLog.js"
export type { WebApp } from "./internal/tenant.js"
export { Sandbox } from "./Sandbox.js"
export { SandboxError } from "./SandboxError.js"
