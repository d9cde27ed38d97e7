/**
 * The page of a tenant, for a program that shows one to people: its routes, and what is handed in by hand.
 *
 * @example
 * const desk = yield* Page.makeFaultDesk
 * const sandbox = yield* Sandbox.serve({ routes: Page.pageRoutes(desk) })
 */
export { environment, isLoopback } from "./page/environment.js"
export { type FaultDesk, makeFaultDesk } from "./page/faultDesk.js"
export { pageRoutes } from "./page/page.js"
