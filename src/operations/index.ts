/**
 * Every operation of the API as a value, by service and verb. Use it to go through all operations, or to send one of
 * them with `client.call`.
 *
 * @example
 * import * as operations from "effect-iru/operations"
 *
 * client.call(operations.CustomScripts.get)(id)
 *
 * @packageDocumentation
 */
export { operations as AdeDevices } from "../services/AdeDevices.js"
export { operations as AdeIntegrations } from "../services/AdeIntegrations.js"
export { operations as AuditEvents } from "../services/AuditEvents.js"
export { operations as BlueprintRouting } from "../services/BlueprintRouting.js"
export { operations as Blueprints } from "../services/Blueprints.js"
export { operations as CustomApps } from "../services/CustomApps.js"
export { operations as CustomProfiles } from "../services/CustomProfiles.js"
export { operations as CustomScripts } from "../services/CustomScripts.js"
export { operations as DeviceActions } from "../services/DeviceActions.js"
export { operations as DeviceNotes } from "../services/DeviceNotes.js"
export { operations as DeviceSecrets } from "../services/DeviceSecrets.js"
export { operations as Devices } from "../services/Devices.js"
export { operations as InHouseApps } from "../services/InHouseApps.js"
export { operations as LibraryItems } from "../services/LibraryItems.js"
export { operations as LostMode } from "../services/LostMode.js"
export { operations as Prism } from "../services/Prism.js"
export { operations as SelfServiceCategories } from "../services/SelfServiceCategories.js"
export { operations as Settings } from "../services/Settings.js"
export { operations as Tags } from "../services/Tags.js"
export { operations as Threats } from "../services/Threats.js"
export { operations as Users } from "../services/Users.js"
export { operations as Vulnerabilities } from "../services/Vulnerabilities.js"
