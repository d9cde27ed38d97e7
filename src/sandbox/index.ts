/**
 * `effect-iru/sandbox`: a tenant on this machine, for tests and for trying things out.
 *
 * @packageDocumentation
 */
export * as Fault from "./Fault.js"
export type { AssignmentNode, BlueprintRecord } from "./api/blueprints.js"
export type { AppRecord } from "./api/customApps.js"
export type { ProfileRecord } from "./api/customProfiles.js"
export type { ScriptRecord } from "./api/customScripts.js"
export type { InHouseAppRecord } from "./api/inHouseApps.js"
export type { Category, Showing } from "./api/selfService.js"
export type { Answer, Body, Ending, Handler, Incoming } from "./gateway/exchange.js"
export type { ActiveFault, Target } from "./gateway/faults.js"
export type { Limiter, Limits, LimitsOption, Quota } from "./gateway/limits.js"
export type { IpaFacts } from "./files/ipa.js"
export type { RequestRecord } from "./gateway/requestLog.js"
export type {
  Glance,
  InSelfService,
  InstallerAtAGlance,
  ItemAtAGlance,
  Snapshot,
  UploadAtAGlance
} from "./tenant/snapshot.js"
export type { NewApp, NewBlueprint, NewInHouseApp, NewProfile, NewScript, RecordsOf, State } from "./tenant/state.js"
export type { SeedCounts } from "./tenant/seed.js"
export type { WebApp } from "./tenant/tenant.js"
export type { Credentials } from "./storage/sigv4.js"
export { Sandbox } from "./Sandbox.js"
export { SandboxError } from "./SandboxError.js"
