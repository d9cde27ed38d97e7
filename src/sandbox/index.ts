/**
 * `effect-iru/sandbox`: a tenant on this machine, for tests and for trying things out.
 */
export { Sandbox } from "./Sandbox.js"
export { SandboxError } from "./SandboxError.js"
