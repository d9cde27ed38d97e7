/**
 * Every operation of the API as a value, by service and verb: for those who walk over them.
 *
 * @example
 * import * as operations from "effect-iru/operations"
 *
 * client.call(operations.CustomScripts.get)(id)
 *
 * @packageDocumentation
 */
export { operations as Blueprints } from "../services/Blueprints.js"
export { operations as CustomApps } from "../services/CustomApps.js"
export { operations as CustomProfiles } from "../services/CustomProfiles.js"
export { operations as CustomScripts } from "../services/CustomScripts.js"
export { operations as SelfServiceCategories } from "../services/SelfServiceCategories.js"
