/**
 * `effect-iru/sandbox`: a tenant on this machine, for tests and for trying things out.
 *
 * @packageDocumentation
 */
export * as Fault from "./Fault.js"
export type { NewBlueprint } from "./resources/blueprints/blueprints.js"
export type { AssignmentNode, BlueprintRecord } from "./resources/blueprints/table.js"
export type { InstallerAtAGlance, UploadAtAGlance } from "./resources/library/appFiles.js"
export type { AppRecord, NewApp } from "./resources/library/customApps.js"
export type { NewProfile, ProfileRecord } from "./resources/library/customProfiles.js"
export type { NewScript, ScriptRecord } from "./resources/library/customScripts.js"
export type { InHouseAppRecord, NewInHouseApp } from "./resources/library/inHouseApps.js"
export type { ItemAtAGlance } from "./resources/library/items.js"
export type { InSelfService, Showing } from "./resources/library/selfService.js"
export type { NewTag, TagRecord } from "./resources/tags.js"
export type { SeedCounts, Snapshot, State, WebApp } from "./resources/index.js"
export type { Answer, Body, Ending, Handler, Incoming } from "./gateway/exchange.js"
export type { ActiveFault, Target } from "./gateway/faults.js"
export type { Limiter, Limits, LimitsOption, Quota } from "./gateway/limits.js"
export type { IpaFacts } from "./files/ipa.js"
export type { RequestRecord } from "./gateway/requestLog.js"
export type { Category } from "./tenant/identity.js"
export type { Glance } from "./tenant/snapshot.js"
export type { RecordsOf } from "./tenant/state.js"
export type { Credentials } from "./storage/sigv4.js"
export { Sandbox } from "./Sandbox.js"
export { SandboxError } from "./SandboxError.js"
