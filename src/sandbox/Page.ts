/**
 * The web page of a tenant, for a program that serves one: its routes, and the faults that people set on it.
 *
 * @example
 * const desk = yield* Page.makeFaultDesk
 * const sandbox = yield* Sandbox.serve({ routes: Page.pageRoutes(desk) })
 */
export { environment, isLoopback } from "./page/environment.js"
export { type FaultDesk, makeFaultDesk } from "./page/faultDesk.js"
export { pageRoutes } from "./page/page.js"
